"""What is in the file, by its data, its document, and the rules of PDF/A that can be looked at."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest
from pikepdf import Name

from digitizer.departures.building import FORM, Built, build
from digitizer.facility import Facility
from digitizer.people import roster
from digitizer.storage.database import reading
from tests.support.leaving_mail import fill_mailbox, spoil_pictures, with_page
from tests.support.made_mail import ORSON, PETRA


def built(facility: Facility, folder: Path, booking_number: str = ORSON) -> Built:
    folder.mkdir()
    with reading(facility.engine) as tx:
        return build(facility, tx, roster.inmate_row_id(tx, booking_number), folder)


@pytest.fixture
def ids(facility: Facility) -> dict[str, str]:
    return fill_mailbox(with_page(facility))


@pytest.fixture
def made(facility: Facility, ids: dict[str, str], tmp_path: Path) -> Built:
    return built(facility, tmp_path / "made")


@pytest.fixture
def archive(made: Built) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(made.file) as opened:
        yield opened


@pytest.fixture
def data(archive: zipfile.ZipFile) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(archive.read("mailbox.json"))
    return told


@pytest.fixture
def document(archive: zipfile.ZipFile) -> bytes:
    return archive.read("mailbox.pdf")


def opened(document: bytes) -> Any:
    return pikepdf.open(io.BytesIO(document))


def text_of(document: bytes, page: int) -> str:
    """What pdftotext reads on a page, from 1."""
    asked = ["pdftotext", "-f", str(page), "-l", str(page), "-", "-"]
    return subprocess.run(asked, input=document, capture_output=True, check=True).stdout.decode()


def test_it_holds_their_mail_in_order_of_time_and_no_other(
    data: dict[str, Any], ids: dict[str, str]
) -> None:
    assert data["form"] == FORM
    assert data["person"]["booking_number"] == ORSON
    told = [(each["kind"], each["id"], each["from_me"]) for each in data["items"]]
    assert told == [
        ("letter", ids["letter"], False),
        ("message", ids["answer"], True),
        ("message", ids["message"], False),
    ]
    assert all(datetime.fromisoformat(each["at"]).tzinfo for each in data["items"])


def test_what_is_withheld_is_in_neither_data_nor_document(
    data: dict[str, Any], document: bytes, archive: zipfile.ZipFile
) -> None:
    letter = data["items"][0]
    assert letter["withheld_pages"] == [{"after": 1, "reason": ""}]
    first, second = letter["pages"]
    assert first["text"] == "Dear Orson,\nthe plums are ripe."
    assert "Covered" not in second["text"]
    assert second["withheld_parts"] == ["A photo of staff"]
    said = "".join(text_of(document, page) for page in range(1, 7))
    assert "plums" in said
    assert "withheld here" in said
    for word in ("Forbidden", "Covered", "Refused", "Waiting", "rejected", "held."):
        assert word not in said
        assert word not in archive.read("mailbox.json").decode()


def test_each_item_says_on_which_page_it_begins(data: dict[str, Any], document: bytes) -> None:
    letter, answer, message = data["items"]
    assert (letter["pdf_page"], letter["pdf_pages"]) == (2, 3)
    assert "I am well." in text_of(document, answer["pdf_page"])
    assert "señor" in text_of(document, message["pdf_page"])
    assert message["pdf_pages"] == 2  # the text, and its photo


def test_the_index_leads_to_each_item_and_so_does_the_outline(
    data: dict[str, Any], document: bytes
) -> None:
    said = text_of(document, 1)
    assert "Rosa Marlow" in said
    assert "Ida Marlow" in said
    with opened(document) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        starts = [each["pdf_page"] for each in data["items"]]
        links = pdf.pages[0].obj.Annots
        assert [numbers[each.Dest[0].objgen] for each in links] == starts
        with pdf.open_outline() as outline:
            assert [numbers[each.destination[0].objgen] for each in outline.root] == starts


def test_photos_are_files_of_their_own(data: dict[str, Any], archive: zipfile.ZipFile) -> None:
    (photo,) = data["items"][2]["photos"]
    assert archive.read(photo).startswith(b"\xff\xd8")
    assert set(archive.namelist()) == {"mailbox.json", "mailbox.pdf", photo}


def test_an_empty_mailbox_has_an_index_that_says_so(facility: Facility, tmp_path: Path) -> None:
    made = built(facility, tmp_path / "empty", PETRA)
    with zipfile.ZipFile(made.file) as archive:
        assert json.loads(archive.read("mailbox.json"))["items"] == []
        assert "There is nothing in it." in text_of(archive.read("mailbox.pdf"), 1)
    assert (made.items, made.pages) == (0, 1)


def test_a_lost_and_a_damaged_picture_leave_a_word_and_the_rest(
    facility: Facility, ids: dict[str, str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spoil_pictures(facility, ids)
    made = built(facility, tmp_path / "made")
    with zipfile.ZipFile(made.file) as archive:
        letter, _, message = json.loads(archive.read("mailbox.json"))["items"]
        document = archive.read("mailbox.pdf")
        names = archive.namelist()
    assert [each["picture_lost"] for each in letter["pages"]] == [True, True]
    assert letter["pages"][0]["text"] == "Dear Orson,\nthe plums are ripe."
    assert (letter["pdf_page"], letter["pdf_pages"]) == (2, 3)
    assert "there is no picture" in text_of(document, 2)
    assert "withheld here" in text_of(document, 3)
    assert "there is no picture" in text_of(document, 4)
    assert (message["photos"], message["lost_photos"]) == ([], [1])
    assert "señor" in text_of(document, message["pdf_page"])
    assert sorted(names) == ["mailbox.json", "mailbox.pdf"]
    assert made.lost == 3
    said = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert len(said) == 3
    assert ids["letter"] in said[0]


def test_nothing_else_is_left_in_the_folder(made: Built) -> None:
    assert [each.name for each in made.file.parent.iterdir()] == ["mailbox.zip"]


# ---- the rules of PDF/A-2b that can be looked at without a validator


def test_it_says_which_pdf_a_it_is_and_has_a_profile_an_id_and_no_encryption(
    document: bytes,
) -> None:
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}", document)
    with opened(document) as pdf:
        packet = ElementTree.fromstring(pdf.Root.Metadata.read_bytes())
        aid = "{http://www.aiim.org/pdfa/ns/id/}"
        assert [packet.findtext(f".//{aid}{key}") for key in ("part", "conformance")] == ["2", "B"]
        (intent,) = pdf.Root.OutputIntents
        assert (intent.S, intent.DestOutputProfile.N) == (Name.GTS_PDFA1, 3)
        assert all(len(bytes(each)) == 16 for each in pdf.trailer.ID)
        assert not pdf.is_encrypted
        title = packet.find(".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")
        assert title is not None
        assert title.text == str(pdf.docinfo["/Title"])


def test_every_font_is_embedded(document: bytes, tmp_path: Path) -> None:
    file = tmp_path / "mailbox.pdf"
    file.write_bytes(document)
    listed = subprocess.run(["pdffonts", file], capture_output=True, check=True, text=True).stdout
    fonts = [line.rsplit(maxsplit=5) for line in listed.splitlines()[2:]]
    assert fonts
    assert all(each[1:2] == ["yes"] for each in fonts)


def test_nothing_in_it_is_transparent_in_other_colours_or_an_action(document: bytes) -> None:
    with opened(document) as pdf:
        kinds = {
            str(each.get(Name.S)) for each in pdf.objects if isinstance(each, pikepdf.Dictionary)
        }
        assert not kinds & {"/JavaScript", "/Launch", "/Transparency"}
        for each in pdf.objects:
            if isinstance(each, pikepdf.Stream | pikepdf.Dictionary):
                assert Name.SMask not in each or each.SMask == Name("/None")
                assert each.get(Name.ca, 1) == 1
                assert each.get(Name.CA, 1) == 1
            if isinstance(each, pikepdf.Stream) and each.get(Name.Subtype) == Name.Image:
                assert each.ColorSpace in (Name.DeviceRGB, Name.DeviceGray)
                assert not each.get(Name.Interpolate, False)
        for page in pdf.pages:
            for link in page.obj.get(Name.Annots, []):
                assert link.F & 4
                assert Name.A not in link


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_nothing_wrong(document: bytes, tmp_path: Path) -> None:
    file = tmp_path / "mailbox.pdf"
    file.write_bytes(document)
    subprocess.run(["qpdf", "--check", file], check=True, capture_output=True)
