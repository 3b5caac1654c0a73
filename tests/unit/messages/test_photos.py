"""Photos are stored as they were drawn anew, never as they were sent."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from digitizer.facility import Facility
from digitizer.messages import photos
from digitizer.messages.photos import keep_photo
from digitizer.model.errors import UsageError
from tests.support.conversing import a_photo


def test_the_bytes_that_were_sent_are_kept_nowhere(facility: Facility) -> None:
    sent = a_photo(comment=b"taken at 12 Elm Street")
    stored = facility.pictures.get(keep_photo(facility, sent))
    assert b"Elm Street" in sent
    for file in facility.home.rglob("*"):
        assert not file.is_file() or b"Elm Street" not in file.read_bytes(), file
    with Image.open(io.BytesIO(stored)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (60, 40))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8\xff\xe0 cut off", b"%PDF-1.7"])
def test_what_is_no_photo_is_refused_in_words(facility: Facility, data: bytes) -> None:
    with pytest.raises(UsageError, match="photo"):
        keep_photo(facility, data)


def test_one_of_too_many_bytes_is_never_opened(
    facility: Facility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "LARGEST", 100)
    with pytest.raises(UsageError, match="at most"):
        keep_photo(facility, a_photo())
