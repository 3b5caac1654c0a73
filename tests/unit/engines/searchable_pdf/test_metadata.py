"""What a document says of itself."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from digitizer.engines.searchable_pdf.metadata import sayable, xmp


def _read(packet: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(packet.decode())


@given(st.text(max_size=30))
def test_any_title_is_said_as_far_as_xml_can_say_it(title: str) -> None:
    said = sayable(title)
    element = _read(xmp(said, "digitizer", level="U")).find(
        ".//{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"
    )
    assert element is not None
    assert (element.text or "") == said
    assert sayable(said) == said


def test_pdf_a_is_claimed_only_where_it_is_true() -> None:
    assert b"pdfaid:part>2<" in xmp("a", "b", level="U")
    assert b"pdfaid:part" not in xmp("a", "b", level="")
