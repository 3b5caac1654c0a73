"""Brings the catalogues in templates/web/locale up to date; see scripts/translations."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from digitizer.entrances.web.shared.translations import LANGUAGES, TEMPLATES_LANGUAGE, catalogue
from tests.support.messages import LOCALE, updated


def main() -> None:
    for language in LANGUAGES:
        if language == TEMPLATES_LANGUAGE:
            continue
        path = LOCALE / f"{language}.po"
        path.write_bytes(updated(language))
        entries = [each for each in catalogue(language) if each.id]
        empty = sum(not each.string or not all(each.string) for each in entries)
        print(f"{path.name}: {len(entries)} messages, {empty} to translate")


if __name__ == "__main__":
    main()
