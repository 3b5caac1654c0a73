"""Every link in the documents leads to a file, and to a heading, that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", ".github/**/*.md", "scripts/**/*.md", "training/*.md")
    for path in ROOT.glob(pattern)
)


def _links(text: str) -> list[str]:
    """Where links and pictures lead, those to other sites left out."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)", prose)
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def _anchors(text: str) -> set[str]:
    """The names that headings get: small letters, no signs, hyphens for blanks."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def _is_broken(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.exists() or not target.is_relative_to(ROOT):
        return True
    return bool(anchor) and anchor not in _anchors(target.read_text("utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = _links(document.read_text("utf-8"))
    assert [link for link in links if _is_broken(document, link)] == []


@pytest.mark.parametrize("link", ["gone.md", "docs/operating.md#no-such-heading", "../outside.md"])
def test_a_link_that_leads_nowhere_is_seen(link: str) -> None:
    assert _is_broken(ROOT / "README.md", link)


def test_a_link_to_a_heading_is_followed() -> None:
    assert not _is_broken(ROOT / "README.md", "docs/operating.md#legal-mail")


def test_every_decision_stands_in_the_index() -> None:
    decisions = ROOT / "docs" / "decisions"
    listed = _links((decisions / "README.md").read_text("utf-8"))
    assert {path.name for path in decisions.glob("0*.md")} <= set(listed)
