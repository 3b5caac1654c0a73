"""The languages that the pages are in. English is what the templates say; each other language has
a catalogue (gettext PO) in ``templates/web/locale``, read as it is: nothing has to be compiled.

Only this module knows Babel's catalogues.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from digitizer.support.paths import WEB_TEMPLATES

#: What each language calls itself, in the order in which they are offered.
LANGUAGES = {"en": "English", "es": "Español"}
TEMPLATES_LANGUAGE = "en"


@cache
def translation(language: str) -> NullTranslations:
    """A language's words for what the templates say; what is missing or not sure stays English."""
    if language == TEMPLATES_LANGUAGE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogue(language: str) -> Catalog:
    """A language's catalogue as the file has it."""
    with (WEB_TEMPLATES / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)
