"""Letters printed in one go."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from digitizer.engines.printing.kit.batches import housing_unit_pdf
from digitizer.engines.printing.letters.letter import letter_pdf
from tests.support.pdf_looks import codes, page_texts
from tests.support.printed_letters import FROM_INMATE, PAYLOAD, TO_INMATE, photo


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


def test_a_file_of_many_letters_tells_the_parts_of_each() -> None:
    spanish = replace(FROM_INMATE, language="es", cover=replace(FROM_INMATE.cover, language="es"))
    long = replace(TO_INMATE, text="One.\n\n" + "many words " * 900, photos=(photo("red"),))
    bound = housing_unit_pdf([letter_pdf(each, "letter") for each in (long, spanish)], duplex=True)
    with pikepdf.open(io.BytesIO(bound)) as document:
        root = document.Root.StructTreeRoot
        (whole,) = root.K
        assert str(whole.S) == "/Document"
        assert bool(document.Root.MarkInfo.Marked)
        assert [(str(part.S), str(part.Lang), part.P.objgen) for part in whole.K] == [
            ("/Part", "en", whole.objgen),
            ("/Part", "es", whole.objgen),
        ]
        numbers = list(root.ParentTree.Nums)
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        owners = {int(key): list(each) for key, each in pairs}
        marked = 0
        for page in document.pages:
            instructions: list[Any] = list(pikepdf.parse_content_stream(page))
            for operands, operator in instructions:
                if str(operator) == "BDC" and "/MCID" in operands[1]:
                    element = owners[int(page.obj.StructParents)][int(operands[1].MCID)]
                    assert _says(element, page, int(operands[1].MCID))
                    assert element.P.P.objgen == whole.objgen
                    marked += 1
        assert marked == sum(map(len, owners.values())) > 20


def _says(element: pikepdf.Object, page: pikepdf.Page, number: int) -> bool:
    """Whether an element has that stretch of that page among its content."""
    for kid in element.K:
        if isinstance(kid, pikepdf.Dictionary):
            if kid.Pg.objgen == page.obj.objgen and int(kid.MCID) == number:
                return True
        elif element.Pg.objgen == page.obj.objgen and int(kid) == number:
            return True
    return False


@pytest.mark.parametrize(("languages", "whole"), [(("es", "es"), "es"), (("es", ""), "en")])
def test_a_file_has_the_language_that_all_its_letters_have(
    languages: tuple[str, ...], whole: str
) -> None:
    bound = housing_unit_pdf(
        letter_pdf(replace(FROM_INMATE, language=each), "a4") for each in languages
    )
    with pikepdf.open(io.BytesIO(bound)) as document:
        assert str(document.Root.Lang) == whole


def test_text_copies_out_of_a_file_of_many_letters(tmp_path: Path) -> None:
    texts = ("Dear Zoë,\n\nall is well, señora.", "שלום לך\n\nsecond letter")
    letters = (letter_pdf(replace(TO_INMATE, text=each), "letter") for each in texts)
    file = tmp_path / "unit.pdf"
    file.write_bytes(housing_unit_pdf(letters, duplex=True))
    done = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
    for words in ("all is well, señora.", "שלום לך", "second letter"):
        assert words in done.stdout


def test_a_file_without_parts_is_bound_as_it_is() -> None:
    out = io.BytesIO()
    with pikepdf.new() as plain:
        plain.add_blank_page()
        plain.save(out)
    with pikepdf.open(io.BytesIO(housing_unit_pdf([out.getvalue()]))) as bound:
        assert "/StructTreeRoot" not in bound.Root
