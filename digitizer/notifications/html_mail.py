"""An e-mail's text once more as a page: the same words, the links as buttons (``templates/mail``).

It is made of the text and holds no more than it: nothing is loaded from anywhere, nothing runs, and
whatever somebody typed is shown as it was typed. Only a line that is nothing but an address of our
own pages becomes a link.
"""

from __future__ import annotations

from functools import cache
from html import escape
from string import Template

from digitizer.support.paths import MAIL_TEMPLATES

_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_FOOT = "\n--\n"


def as_html(
    subject: str, body: str, language: str, facility: str, pages: str, leave: str | None = None
) -> str:
    """``pages`` is the address under which our pages are; ``leave`` the link that ends such mail,
    which stands in the text's foot."""
    text = body.rpartition(_FOOT)[0] if leave and _FOOT in body else body
    content = [_block(each, language, pages) for each in text.split("\n\n") if each.strip()]
    if leave:
        content.append(Template(_piece("leave", language)).substitute(leave=escape(leave)))
    return Template(_piece("frame", language)).substitute(
        subject=escape(subject), facility=escape(facility), content="\n".join(content)
    )


def _block(text: str, language: str, pages: str) -> str:
    line = text.strip()
    if pages and line.startswith(f"{pages}/") and len(line.split()) == 1:
        return Template(_piece("link", language)).substitute(link=escape(line))
    return _PARAGRAPH.format("<br>".join(map(escape, text.strip("\n").splitlines())))


@cache
def _piece(name: str, language: str) -> str:
    return (MAIL_TEMPLATES / language / f"{name}.html").read_text(encoding="utf-8").strip()
