"""What makes a service not ready, and what makes it ready again."""

from __future__ import annotations

import pytest

from digitizer.entrances import service as services
from digitizer.entrances.service import Service
from digitizer.mailroom.house import House
from digitizer.vocabulary.errors import StorageError, UsageError
from inbox_watch.reports import News, Report


def _report(house: House, news: News, error: Exception | None = None) -> Report:
    (folder, *_) = services.safe_folders(house)
    return Report(news, folder, "It is so.", error=error)


def test_a_folder_lost_and_back(house: House) -> None:
    service = Service(house)
    services._note_trouble(service, _report(house, News.FOLDER_LOST))
    assert list(service.troubles.values()) == ["It is so."]
    services._note_trouble(service, _report(house, News.FOLDER_BACK))
    assert list(service.troubles.values()) == [""]


def test_a_store_that_refuses_is_trouble_and_a_file_that_does_is_not(house: House) -> None:
    service = Service(house)
    services._note_trouble(service, _report(house, News.NOT_TAKEN, UsageError("no file")))
    assert service.troubles == {}
    services._note_trouble(service, _report(house, News.NOT_TAKEN, StorageError("full")))
    assert service.troubles == {"intake": "It is so."}
    services._note_trouble(service, _report(house, News.TAKEN_AT_LAST))
    assert service.troubles == {"intake": ""}


class _Worker:
    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def work_next(self) -> bool:
        if self.error:
            raise self.error
        return True


def test_work_that_stands_still(house: House) -> None:
    service = Service(house)
    service.stop.set()  # else it would wait before the next try
    worker = _Worker(StorageError("The disk is full."))
    assert not services._work_once(service, worker)  # type: ignore[arg-type]  # a stand-in
    assert service.troubles["work"] == "work stands still: The disk is full."
    worker.error = None
    assert services._work_once(service, worker)  # type: ignore[arg-type]  # a stand-in
    assert service.troubles["work"] == ""


@pytest.mark.parametrize("error", [None, StorageError("x"), ValueError("x"), SystemExit(1)])
def test_a_part_that_ends_is_trouble_and_ends_the_service(
    house: House, error: BaseException | None
) -> None:
    service = Service(house)

    def part(_service: Service) -> None:
        assert service.troubles == {"part": ""}
        if error:
            raise error

    services._guarded(service, part)
    assert service.stop.is_set()
    assert service.troubles == {"part": "it has ended"}
    assert service.failed == (error is not None)
