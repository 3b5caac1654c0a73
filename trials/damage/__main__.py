"""``python -m trials.damage`` prints the table of files: container, codec, damage, right
outcome, what happened. It exits 1 where any cell is wrong."""

from __future__ import annotations

import argparse
import sys

from trials.damage.table import CELLS, as_markdown, outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="print only what is wrong")
    parser.add_argument("--only", default="", help="cells whose name holds this")
    chosen = parser.parse_args()
    found = outcomes([cell for cell in CELLS if chosen.only in cell.name])
    wrong = [each for each in found if not each.right]
    print(as_markdown(wrong if chosen.wrong else found))
    print(f"\n{len(found)} cells, {len(wrong)} wrong.", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
