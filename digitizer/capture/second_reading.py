"""Asks the endpoint on the premises about the pages of which our own reader is unsure.

Its answer replaces our reading only where it passes as that page's text. If anything fails, our
own reading is kept: the endpoint is never needed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from digitizer.capture.isolated.page_reading import PackedPage, pack_picture
from digitizer.engines.isolation import Pool
from digitizer.engines.reading.readers import tesseract, vision_model
from digitizer.engines.reading.readers.vision_model import Premises
from digitizer.engines.reading.router import looks_typed
from digitizer.engines.reading.text.cross_check import placed, why_not
from digitizer.model.errors import EngineError, SandboxFailed
from digitizer.model.paper import Box, Transcript

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """One page to ask about: its picture, the box of it that is written in, our reading."""

    picture: Path
    writing: Box | None
    known: Transcript


def is_worth_asking(known: Transcript, languages: tuple[str, ...]) -> bool:
    """Typed pages are read well enough; a page with nothing to check an answer by is not sent."""
    if known.engine == tesseract.NAME and looks_typed(known, languages):
        return False
    return bool(known.words)


def ask(
    endpoint: Premises,
    pool: Pool,
    questions: Mapping[int, Question],
    languages: tuple[str, ...],
    seconds: float,
    done: Callable[[int], None],
) -> dict[int, Transcript]:
    """The answers that are accepted, by page number. ``seconds`` limit the packing of a page;
    ``done`` is called with the number of pages done. Raises CancelledError once the endpoint is
    closed."""

    def answer(question: Question) -> Transcript:
        packing: Future[PackedPage] = pool.submit(
            pack_picture, str(question.picture), question.writing, seconds=seconds
        )
        packed = packing.result()
        text = endpoint.read(packed.jpeg)
        doubt = why_not(text, question.known, packed.ink, languages)
        if doubt:
            raise EngineError(f"The reading endpoint's text was rejected: {doubt}.")
        return placed(vision_model.NAME, text, question.known)

    accepted: dict[int, Transcript] = {}
    with ThreadPoolExecutor(endpoint.at_once, thread_name_prefix="asking") as threads:
        answers = {number: threads.submit(answer, one) for number, one in questions.items()}
        for count, (number, future) in enumerate(answers.items(), 1):
            try:
                accepted[number] = future.result()
            except (EngineError, SandboxFailed) as error:  # our own reading is kept
                _log.warning("page %s: %s", number, error)
            done(count)
    return accepted
