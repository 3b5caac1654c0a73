from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog, Message

from digitizer.entrances.web.shared.translations import (
    LANGUAGES,
    TEMPLATES_LANGUAGE,
    catalogue,
    translation,
)
from digitizer.support.paths import WEB_TEMPLATES
from tests.support.messages import wanted
from tests.support.untranslated import untranslated

OTHERS = [each for each in LANGUAGES if each != TEMPLATES_LANGUAGE]
#: What the templates hold that nobody reads, or that is meant to be in two languages.
_NOT_SAID = {
    " GiB",
    "M12 2.5L22 20.5H2zM12 9v5M12 17v.5",
    "M4 4h11v11H4zM9 15v5h11V9h-5",
    "Language / Idioma",
    "translate(%s 0) rotate(90)",
    "translate(%s %s) rotate(180)",
    "translate(0 %s) rotate(270)",
    "big main wide",
    "big main",
}


def test_english_is_what_the_templates_say() -> None:
    assert translation("en").gettext("Held") == "Held"
    assert translation("en").ngettext("1 letter", "letters", 2) == "letters"


def test_other_languages_say_it_their_way_and_what_is_missing_in_english() -> None:
    assert translation("es").gettext("Held") == "Retenido"
    assert translation("es").gettext("No catalogue has this.") == "No catalogue has this."


@pytest.mark.parametrize("language", OTHERS)
def test_every_catalogue_can_be_read(language: str) -> None:
    assert len(catalogue(language)) > 0


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_all_that_the_pages_say_and_nothing_else(language: str) -> None:
    """Run ``scripts/translations``, and write what is empty then."""
    kept, found = catalogue(language), wanted()
    missing = [each.id for each in found if each.id and not _same(kept, each)]
    dead = [each.id for each in kept if each.id and not _same(found, each)]
    unsure = [each.id for each in kept if each.id and each.fuzzy]
    empty = [each.id for each in kept if each.id and not all(_strings(each))]
    assert (missing, dead, unsure, empty) == ([], [], [], [])


def _same(where: Catalog, message: Message) -> bool:
    found = where.get(_ids(message)[0], message.context)
    return found is not None and _ids(found) == _ids(message)


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_every_value_and_every_tag(language: str) -> None:
    for message in catalogue(language):
        if message.id:
            wanted_parts = [_parts(each) for each in _ids(message)]
            for string in _strings(message):
                assert _parts(string) in wanted_parts, message.id


def _parts(text: str) -> list[str]:
    """The values put into a text, and its tags: what translators must leave as they are."""
    return sorted(re.findall(r"%\(\w+\)s|</?\w[^>]*>|\{\w+\}", text))


def test_no_template_says_anything_outside_of_the_catalogue() -> None:
    for path in sorted(WEB_TEMPLATES.rglob("*.html")):
        said = set(untranslated(path.read_text("utf-8"))) - _NOT_SAID
        assert said == set(), path.relative_to(WEB_TEMPLATES)


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>{{ _('Held') }}</p> · {{ 3 }} <kbd>Esc</kbd>", []),
        ("<p>Held</p>", ["Held"]),
        ("<p>{{ 'Held letter' if x else '' }}</p>", ["Held letter"]),
        ("<p>{{ {'a': 'In doubt'}[x] }}</p>", ["In doubt"]),
        ("<p title=\"Held\">{{ x == 'In doubt' }}</p>", ["Held"]),
        ("{% trans n=1 %}{{ n }} letter{% pluralize %}{{ n }} letters{% endtrans %}", []),
    ],
)
def test_what_a_template_says_by_itself_is_found(template: str, found: list[str]) -> None:
    assert untranslated(template) == found
