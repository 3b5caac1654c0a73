"""A letter's PDF against each rule of ISO 19005-2 (PDF/A-2u) that touches it, by its clause.

What a document of ours cannot have (annotations, forms, actions, layers, inline pictures, other
fonts and colours) is looked for in one test; where a rule leads into another standard, the
clause's own number is given. ``tests/integration/test_preflight.py`` asks a public validator.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pytest
from pikepdf import Name
from PIL import Image, ImageCms

from digitizer.engines.searchable_pdf import searchable_pdf
from digitizer.model.paper import Box, Word
from tests.support.read_pages import DEAR, LOVE, SENOR, page, picture

TITLE = "Carta — <Ñ> & “co”\x07\ud800"


ODD = [
    Word("\U0001f600 \U0001d4d0x\U0001f600", Box(100, 0, 50, 20), 1, 0),
    Word("\ud800\x00\ufeff\ufffe\uffff", Box(200, 0, 50, 20), 1, 0),
    Word("long" * 9000, Box(0, 90, 50, 20), 1, 1),
]


_NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}


@pytest.fixture(scope="module")
def made() -> bytes:
    kinds = [("L", "JPEG"), ("RGB", "JPEG"), ("1", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG")]
    pages = [page(DEAR, SENOR, LOVE, *ODD, data=picture(*kind)) for kind in kinds]
    return searchable_pdf([*pages, (picture(), 1, None), (picture(), 90_000, None)], TITLE)


@pytest.fixture(scope="module")
def opened(made: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(BytesIO(made)) as pdf:
        yield pdf


@pytest.fixture(scope="module")
def font(opened: pikepdf.Pdf) -> Any:
    return opened.pages[0].Resources.Font.Words


@pytest.fixture(scope="module")
def packet(opened: pikepdf.Pdf) -> ElementTree.Element:
    return ElementTree.fromstring(opened.Root.Metadata.read_bytes())


def test_6_1_2_the_header_names_a_version_and_says_that_bytes_follow(made: bytes) -> None:
    assert re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", made)


def test_6_1_3_it_has_an_id_no_encryption_and_nothing_after_its_end(
    made: bytes, opened: pikepdf.Pdf
) -> None:
    assert all(len(bytes(each)) == 16 for each in opened.trailer.ID)
    assert not opened.is_encrypted
    assert made.endswith((b"%%EOF", b"%%EOF\n"))


def test_6_1_7_streams_are_in_the_file_and_packed_as_allowed(opened: pikepdf.Pdf) -> None:
    streams = [each for each in opened.objects if isinstance(each, pikepdf.Stream)]
    assert streams
    for stream in streams:
        assert stream.get(Name.Filter) in (None, Name.FlateDecode, Name.DCTDecode)
        assert not {"/F", "/FFilter", "/FDecodeParms"} & set(stream.keys())
        assert len(stream.read_raw_bytes()) == stream.Length


def test_6_1_13_no_string_is_too_long_and_no_page_too_small_or_big(opened: pikepdf.Pdf) -> None:
    for each in opened.pages:
        assert all(3 <= float(side) <= 14_400 for side in each.mediabox[2:])
        for step in pikepdf.parse_content_stream(each):
            for operand in step.operands:
                if isinstance(operand, pikepdf.String):
                    assert len(bytes(operand)) <= 32_767


def test_6_2_2_pages_have_resources_of_their_own_and_known_operators(opened: pikepdf.Pdf) -> None:
    for page_ in opened.pages:
        assert Name.Resources in page_.obj
        operators = {str(each.operator) for each in pikepdf.parse_content_stream(page_)}
        assert operators <= {"q", "Q", "cm", "Do", "BT", "ET", "Tr", "Tf", "Tz", "Tm", "Tj"}


def test_6_2_3_the_output_intent_has_a_profile_of_a_screen(opened: pikepdf.Pdf) -> None:
    (intent,) = opened.Root.OutputIntents
    assert intent.S == Name.GTS_PDFA1
    assert str(intent.OutputConditionIdentifier)
    assert str(intent.Info)
    profile = intent.DestOutputProfile
    assert profile.N == 3
    data = profile.read_bytes()
    size, major, kind, space = struct.unpack(">I4xB3x4s4s", data[:20])
    assert (size, kind, space) == (len(data), b"mntr", b"RGB ")
    assert major < 5
    assert data[36:40] == b"acsp"


def test_the_profile_is_srgb(opened: pikepdf.Pdf) -> None:
    data = opened.Root.OutputIntents[0].DestOutputProfile.read_bytes()
    ours = ImageCms.ImageCmsProfile(BytesIO(data))
    slopes = Image.merge("RGB", [Image.radial_gradient("L"), *[Image.linear_gradient("L")] * 2])
    shown = ImageCms.profileToProfile(slopes, ours, ImageCms.createProfile("sRGB"))
    assert shown is not None
    assert shown.tobytes() == slopes.tobytes()


def test_6_2_4_3_colours_are_those_of_the_output_intent(opened: pikepdf.Pdf) -> None:
    for each in opened.pages:
        assert each.Resources.XObject.Picture.ColorSpace in (Name.DeviceGray, Name.DeviceRGB)


def test_6_2_8_pictures_are_plain(opened: pikepdf.Pdf) -> None:
    for each in opened.pages:
        keys = set(each.Resources.XObject.Picture.keys())
        assert not keys & {"/Alternates", "/OPI", "/Interpolate", "/Intent", "/SMask", "/Mask"}


def test_6_2_11_2_the_font_is_what_pdf_asks(font: Any) -> None:
    descendant = font.DescendantFonts[0]
    descriptor = descendant.FontDescriptor
    assert (font.Type, font.Subtype) == (Name.Font, Name.Type0)
    assert (descendant.Type, descendant.Subtype) == (Name.Font, Name.CIDFontType2)
    assert font.BaseFont == descendant.BaseFont == descriptor.FontName
    asked = "Flags FontBBox ItalicAngle Ascent Descent CapHeight StemV"
    assert {f"/{key}" for key in asked.split()} <= set(descriptor.keys())
    program = descriptor.FontFile2
    assert program.Length1 == len(program.read_bytes())
    assert {b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"} == set(tables(font))


def test_6_2_11_3_the_encoding_is_the_identity_and_every_code_has_its_glyph(font: Any) -> None:
    descendant = font.DescendantFonts[0]
    assert font.Encoding == Name("/Identity-H")
    assert set(descendant.CIDSystemInfo.keys()) == {"/Registry", "/Ordering", "/Supplement"}
    assert len(descendant.CIDToGIDMap.read_bytes()) == 2 * 0x10000


def test_6_2_11_4_the_font_is_embedded_and_claims_no_subset(font: Any) -> None:
    descriptor = font.DescendantFonts[0].FontDescriptor
    assert descriptor.FontFile2.read_bytes()
    assert "/CIDSet" not in descriptor  # if it were there, it had to name every glyph
    assert "+" not in str(font.BaseFont)


def test_6_2_11_5_widths_are_those_of_the_font_program(font: Any) -> None:
    descendant = font.DescendantFonts[0]
    found = tables(font)
    (per_em,) = struct.unpack(">18xH", found[b"head"][:20])
    (count,) = struct.unpack(">H", found[b"hhea"][34:36])
    (width,) = struct.unpack(">H", found[b"hmtx"][:2])
    assert count == 1  # one width for all glyphs
    assert len(found[b"hhea"]) == 36
    assert 1000 * width / per_em == descendant.DW
    assert "/W" not in descendant


def test_6_2_11_7_every_code_in_use_means_a_letter(opened: pikepdf.Pdf, font: Any) -> None:
    meanings = to_unicode(font)
    used = {code for each in opened.pages for text in strings(each) for code in codes(text)}
    assert used <= set(meanings)
    for meaning in meanings.values():
        letters = meaning.decode("utf-16-be")  # fails for half a letter
        assert letters
        assert not set(letters) & {"\0", "\ufeff", "\ufffe"}


def test_the_text_says_what_was_read(opened: pikepdf.Pdf, font: Any) -> None:
    meanings = to_unicode(font)
    text = "".join(
        meanings[code].decode("utf-16-be")
        for shown in strings(opened.pages[0])
        for code in codes(shown)
    )
    assert "\U0001f600 \U0001d4d0x\U0001f600 \ufffd\ufffd\ufffd\ufffd\ufffd" in text
    assert "long" * 9000 in text


def test_6_2_11_8_no_code_is_the_glyph_of_what_is_not_defined(font: Any) -> None:
    glyphs = font.DescendantFonts[0].CIDToGIDMap.read_bytes()
    (count,) = struct.unpack(">H", tables(font)[b"maxp"][4:6])
    assert {struct.unpack(">H", glyphs[at : at + 2])[0] for at in range(0, len(glyphs), 2)} == {1}
    assert count == 2


def test_6_6_2_1_the_metadata_is_a_plain_xmp_packet(opened: pikepdf.Pdf) -> None:
    stream = opened.Root.Metadata
    assert (stream.Type, stream.Subtype) == (Name.Metadata, Name.XML)
    assert "/Filter" not in stream
    header = stream.read_raw_bytes().split(b"?>")[0]
    assert header.startswith(b'<?xpacket begin="\xef\xbb\xbf" id="')
    assert b"bytes=" not in header
    assert b"encoding=" not in header


def test_6_6_2_3_only_known_properties_are_given(packet: ElementTree.Element) -> None:
    (about,) = packet.findall("rdf:RDF/rdf:Description", _NS)
    assert [each.tag.replace("{", "").split("}") for each in about] == [
        [_NS["dc"], "title"],
        [_NS["pdf"], "Producer"],
        [_NS["pdfaid"], "part"],
        [_NS["pdfaid"], "conformance"],
    ]


def test_6_6_3_the_information_dictionary_says_the_same(
    opened: pikepdf.Pdf, packet: ElementTree.Element
) -> None:
    title = packet.find(".//dc:title/rdf:Alt/rdf:li", _NS)
    producer = packet.find(".//pdf:Producer", _NS)
    assert title is not None
    assert producer is not None
    assert title.text == str(opened.docinfo["/Title"]) == "Carta — <Ñ> & “co”"
    assert producer.text == str(opened.docinfo["/Producer"])
    assert set(opened.docinfo.keys()) == {"/Title", "/Producer"}


def test_6_6_4_it_says_which_pdf_a_it_is(packet: ElementTree.Element) -> None:
    assert packet.findtext(".//pdfaid:part", namespaces=_NS) == "2"
    assert packet.findtext(".//pdfaid:conformance", namespaces=_NS) == "U"


def test_what_is_forbidden_elsewhere_is_not_there(opened: pikepdf.Pdf) -> None:
    """6.2.5, 6.2.9, 6.2.10, 6.3, 6.4, 6.5, 6.8, 6.9, 6.10, 6.11."""
    root = {"/Type", "/Pages", "/Metadata", "/OutputIntents", "/ViewerPreferences"}
    assert set(opened.Root.keys()) == root
    for each in opened.pages:
        assert set(each.obj.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        assert set(each.Resources.keys()) == {"/XObject", "/Font"}
        assert set(each.Resources.XObject.keys()) == {"/Picture"}
        assert set(each.Resources.Font.keys()) == {"/Words"}


def test_a_picture_in_printing_colours_is_kept_and_nothing_is_claimed() -> None:
    data = picture("CMYK")
    with pikepdf.open(BytesIO(searchable_pdf([page(DEAR, data=data), page()], "One"))) as opened:
        assert opened.pages[0].Resources.XObject.Picture.read_raw_bytes() == data
        assert b"pdfaid:part" not in opened.Root.Metadata.read_bytes()
        assert "/OutputIntents" not in opened.Root


def test_letters_beyond_the_codes_there_are_become_the_sign_for_that() -> None:
    many = Word("".join(map(chr, range(0x20000, 0x20000 + 2049))), Box(0, 0, 500, 20), 1, 0)
    with pikepdf.open(BytesIO(searchable_pdf([page(many)], "Many"))) as opened:
        written = codes(strings(opened.pages[0])[0])
    assert written[:2048] == list(range(0xD800, 0xE000))
    assert written[2048:] == [0xFFFD]


def tables(font: Any) -> dict[bytes, bytes]:
    program = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    (count,) = struct.unpack(">4xH", program[:6])
    rows = [struct.unpack(">4s4xII", program[12 + 16 * n : 28 + 16 * n]) for n in range(count)]
    return {tag: program[start : start + length] for tag, start, length in rows}


def to_unicode(font: Any) -> dict[int, bytes]:
    """Each code's meaning in UTF-16, as the font's own map gives it."""
    table = font.ToUnicode.read_bytes().decode("ascii")
    found: dict[int, bytes] = {}
    for count, body in re.findall(r"(\d+) beginbfrange\n(.*?)\nendbfrange", table, re.DOTALL):
        rows = re.findall(r"<(\w{4})> <(\w{4})> <(\w{4})>", body)
        assert len(rows) == int(count) <= 100
        for first, last, start in rows:
            assert first[:2] == last[:2]
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = struct.pack(">H", int(start, 16) + offset)
    for count, body in re.findall(r"(\d+) beginbfchar\n(.*?)\nendbfchar", table, re.DOTALL):
        rows = re.findall(r"<(\w{4})> <(\w+)>", body)
        assert len(rows) == int(count) <= 100
        found.update((int(code, 16), bytes.fromhex(letter)) for code, letter in rows)
    return found


def strings(each: pikepdf.Page) -> list[bytes]:
    return [
        bytes(step.operands[0])
        for step in pikepdf.parse_content_stream(each)
        if str(step.operator) == "Tj"
    ]


def codes(text: bytes) -> list[int]:
    return list(struct.unpack(f">{len(text) // 2}H", text))
