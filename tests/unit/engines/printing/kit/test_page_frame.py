"""What all printed mail shares."""

from __future__ import annotations

from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.page_frame import break_pages, identity, label_line
from digitizer.engines.printing.kit.text_runs import wrap
from tests.support.printed_letters import INMATE


def test_the_foot_names_the_number_first() -> None:
    assert identity(INMATE) == "T-0042 · Sampler-Núñez, Zoë"


def test_a_label_is_set_smaller_before_it_is_cut() -> None:
    assert label_line("From", 100).size == 7.5
    smaller = label_line("From whom this letter came", 60)
    assert smaller.text == "From whom this letter came"
    assert smaller.width <= 60
    assert label_line("From " * 40, 60).text.endswith("…")


def test_no_line_of_a_paragraph_is_left_alone_on_a_page() -> None:
    lines = wrap("one two three four five six seven", REGULAR, 10, 30)
    pages = break_pages(lines, first=len(lines) * 12 - 12, following=500, leading=12)
    assert [len(page) for page in pages] == [len(lines) - 2, 2]
