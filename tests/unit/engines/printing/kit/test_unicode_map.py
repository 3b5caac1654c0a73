"""What the codes of an embedded font mean."""

from __future__ import annotations

from digitizer.engines.printing.kit.unicode_map import unicode_map


def test_the_blocks_stand_between_the_codes_and_the_end_of_the_map() -> None:
    block = "1 beginbfchar\n<0001> <0041>\nendbfchar"
    made = unicode_map(block).decode("ascii")
    before, _, after = made.partition(block)
    assert before.rstrip().endswith("endcodespacerange")
    assert after.lstrip().startswith("endcmap")
    assert made.startswith("/CIDInit")
