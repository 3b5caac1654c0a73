"""SVG for a page with a strict policy: no style, no script, nothing from elsewhere."""

from __future__ import annotations

from xml.etree import ElementTree

from digitizer.engines.plots.svg import svg
from digitizer.model.figures import Column, Figure, FigureRow

EVIL = '"><script>alert(1)</script><b style="x">'


def _drawn(label: str, named: bool) -> str:
    columns = (Column("Letters"), Column(label))
    rows = (FigureRow(label, (3, 4)), FigureRow("b", (0, None)))
    return svg(Figure("volume", label, "Day", columns, rows, "", named))


def test_it_is_well_formed_and_holds_nothing_that_runs() -> None:
    for named in (True, False):
        text = _drawn(EVIL, named)
        root = ElementTree.fromstring(text)
        names = {each.tag for each in root.iter()}
        assert names <= {"svg", "title", "defs", "pattern", "rect", "line", "text"}
        attributes = {name for each in root.iter() for name in each.attrib}
        assert not attributes & {"style", "href", "onload"}
        assert "<script" not in text
        assert root.attrib["role"] == "img"
        assert root.findtext("title") == EVIL


def test_two_columns_are_told_apart_without_colour() -> None:
    root = ElementTree.fromstring(_drawn("Scans", named=False))
    fills = {each.attrib["fill"] for each in root.iter("rect")}
    assert "url(#lines-volume)" in fills
    shown = [each.text for each in root.iter("text")]
    assert {"Letters", "Scans"} <= set(shown)
