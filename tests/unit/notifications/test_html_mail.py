"""The page beside an e-mail's text: the same words, and nothing that loads or runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from digitizer.facility import Facility
from digitizer.model.events import LOG
from digitizer.notifications import outbox
from digitizer.notifications.html_mail import as_html
from digitizer.notifications.sending import send_due
from digitizer.people.correspondents import telling
from digitizer.people.correspondents.telling import Letter
from digitizer.storage.database import writing
from tests.support.conversing import PAGES, with_family
from tests.support.made_mail import OPERATOR
from tests.support.mail_server import MadeMailServer, mail_server, with_mail

WORDS = {
    "link": f"{PAGES}/family/x?a=1&b=2",
    "words": "<b>Hi</b> & bye",
    "cover": "AB-1",
    "when": "June 1, 10:00",
    "where": "Hall",
}


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert name not in ("src", "background", "srcset", "action")
            assert "url(" not in (value or "")
            if name == "href":
                self.links.append(value or "")
            if name == "lang":
                self.language = value or ""

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeMailServer]:
    with mail_server(tmp_path_factory.mktemp("server")) as made:
        yield made


def _sent(facility: Facility, server: MadeMailServer, language: str, letter: Letter) -> _Seen:
    """What a real server took, read as a mail program reads it."""
    mailing = with_mail(with_family(facility), server.settings)
    leave = f"{PAGES}/family/leave/t0ken"
    with writing(mailing.engine) as tx:
        to = "ida@example.org"
        telling.write(tx, mailing.settings, to, language, letter, LOG, leave=leave, **WORDS)
    assert send_due(mailing, OPERATOR) == 1
    taken = server.taken[-1]
    assert taken.get_content_type() == "multipart/alternative"
    text, page = taken.iter_parts()
    assert (text.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    seen = _Seen()
    seen.feed(page.get_content())
    assert WORDS["link"] in text.get_content()
    for word in re.findall(r"\w{4,}", text.get_content().replace(leave, "")):
        assert word in seen.text or word in WORDS["link"], word
    return seen


@pytest.mark.parametrize("language", telling.LANGUAGES)
@pytest.mark.parametrize("letter", list(Letter))
def test_it_says_what_the_text_says_and_loads_nothing(
    facility: Facility, server: MadeMailServer, language: str, letter: Letter
) -> None:
    seen = _sent(facility, server, language, letter)
    assert seen.language == language
    assert not {"img", "script", "style", "link", "iframe", "form", "b"} & set(seen.tags)
    assert seen.links == [WORDS["link"], WORDS["link"], f"{PAGES}/family/leave/t0ken"]
    assert ("<b>Hi</b> & bye" in seen.text) is (letter is Letter.NEW_MESSAGE_WORDS)


def test_only_a_line_that_is_an_address_of_ours_is_a_link() -> None:
    lines = (
        "https://evil.example/x",
        f"{PAGES}.evil.example/x",
        f"see {PAGES}/family/a",
        "--\nno leave",
    )
    body = "\n\n".join(lines)
    page = as_html('"><script>', body, "en", "A & B <jail>", PAGES)
    assert "href" not in page
    assert "<script>" not in page
    lines = (
        "https://evil.example/x",
        f"{PAGES}.evil.example/x",
        f"see {PAGES}/family/a",
        "--\nno leave",
    )
    body = "\n\n".join(lines)


def test_what_is_for_staff_and_machines_stays_text(
    facility: Facility, server: MadeMailServer
) -> None:
    mailing = with_mail(facility, server.settings)
    with writing(mailing.engine) as tx:
        outbox.put(tx, "chief@example.org", "A", "B", cause=LOG, sender="m@example.org")
    assert send_due(mailing, OPERATOR) == 1
    assert server.taken[-1].get_content_type() == "text/plain"
