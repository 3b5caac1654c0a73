"""Letters printed in one go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digitizer.engines.printing.kit.batches import housing_unit_pdf
from digitizer.engines.printing.letters.letter import letter_pdf
from tests.support.pdf_looks import codes, page_texts
from tests.support.printed_letters import PAYLOAD, TO_INMATE, photo


@pytest.mark.parametrize(("duplex", "pages"), [(False, 6), (True, 8)])
def test_letters_of_a_unit_share_no_sheet(duplex: bool, pages: int) -> None:
    three = replace(TO_INMATE, photos=(photo("red"),))
    singles = [letter_pdf(each, "letter") for each in (three, three)]
    bound = housing_unit_pdf(singles, duplex)
    texts = page_texts(bound)
    assert len(texts) == pages
    assert [text.strip() == "" for text in texts] == [
        duplex and number in (3, 7) for number in range(pages)
    ]
    assert bound == housing_unit_pdf(singles, duplex)
    assert codes(bound, 2) == [PAYLOAD] * 4
