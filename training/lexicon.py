"""Makes the reader's English lexicon from SCOWL, as Debian's package ``scowl`` installs it.

    python -m training.lexicon digitizer/engines/reading/ctc/models/english.txt.gz [FOLDER]

One line for each of SCOWL's sizes, from the commonest words to the rare ones: the size, then
the words in the index's normal form. Possessives are left out: the index has no apostrophes.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from digitizer.engines.words import index_words

SIZES = (10, 20, 35, 40, 50, 55, 60, 70)
_LISTS = (
    "english-words",
    "american-words",
    "english-upper",
    "american-upper",
    "english-proper-names",
    "american-proper-names",
    "english-contractions",
)


def lexicon(folder: Path) -> str:
    """The lines of the lexicon; a word is in its smallest size alone."""
    seen: set[str] = set()
    lines = []
    for size in SIZES:
        words = {
            "".join(index_words(word))
            for name in _LISTS
            for path in [folder / f"{name}.{size}"]
            if path.is_file()
            for word in path.read_text(encoding="latin-1").split()
            if not word.endswith("'s")
        } - seen
        seen |= words
        lines.append(f"{size} {' '.join(sorted(words))}")
    return "\n".join(lines) + "\n"


def main() -> None:
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "/usr/share/dict/scowl")
    # Without a time of making, the same lists give the same bytes.
    Path(sys.argv[1]).write_bytes(gzip.compress(lexicon(folder).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
