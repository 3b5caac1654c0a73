"""Pictures and documents as answers."""

from __future__ import annotations

import pytest

from digitizer.entrances.web.shared import media


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg")],
)
def test_a_picture_says_what_it_is(content: bytes, kind: str) -> None:
    answer = media.picture(content)
    assert (answer.media_type, answer.body) == (kind, content)


def test_a_letters_file_name_shows_nobody() -> None:
    assert media.pdf(b"%PDF").headers["content-disposition"].endswith('filename="letter.pdf"')
