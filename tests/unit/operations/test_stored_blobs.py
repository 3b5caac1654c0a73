"""What must be stored according to the database."""

from __future__ import annotations

from pathlib import Path

from digitizer.emptying.files import is_named
from digitizer.facility import Facility
from digitizer.messages import writing
from digitizer.operations.stored_blobs import named_originals, named_pictures
from digitizer.storage.database import reading
from tests.support.conversing import a_photo, as_correspondent, make_contact
from tests.support.made_mail import ORSON, deliver, take
from tests.support.sealed_mail import sealed


def test_each_original_is_named_once_with_the_scans_that_it_belongs_to(facility: Facility) -> None:
    plain = take(facility, b"one")
    with reading(facility.engine) as tx:
        assert dict(named_originals(tx)) == {plain.originals[0].sha256: (plain.id,)}


def test_of_a_sealed_scan_the_encrypted_twin_is_named_and_not_the_plain_one(
    facility: Facility, tmp_path: Path
) -> None:
    scan = sealed(facility, tmp_path / "w")
    with reading(facility.engine) as tx:
        originals, pictures = named_originals(tx), named_pictures(tx)
        assert all(is_named(tx, "originals", name) for name in originals)
        assert not is_named(tx, "originals", scan.originals[0].sha256)
        assert [is_named(tx, "pictures", each) for each in (*pictures, "0" * 64)] == [True, False]
    assert scan.originals[0].sha256 not in originals
    assert list(originals.values()) == [(scan.id,)]
    assert all(facility.originals.exists(name) for name in originals)
    assert list(pictures.values()) == [(scan.id,)]


def test_a_page_without_a_picture_names_none(facility: Facility) -> None:
    deliver(facility, ORSON, "words", b"1")
    with reading(facility.engine) as tx:
        assert named_pictures(tx) == {}


def test_photos_of_drafts_are_named_too(facility: Facility) -> None:
    by = as_correspondent(make_contact(facility))
    writing.add_photo(facility, ORSON, a_photo(), by)
    with reading(facility.engine) as tx:
        assert set(named_pictures(tx)) == set(facility.pictures.names())
        assert all(is_named(tx, "pictures", each) for each in facility.pictures.names())
