"""What a key folder costs: backups of one made home with and without it, in turns.

    python -m benchmarks.backups_by_key [--letters 300] [--rounds 3]

Letters are made: a cover and two pages of 200 words, pictures of 60 kB each, and an original of
200 kB, of random bytes.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from digitizer.facility import Facility
from digitizer.operations.backup import back_up
from digitizer.operations.restore import restore_home
from tests.support.kept_by_key import PASSPHRASE, encrypted_home, with_key_folder
from tests.support.made_mail import OPERATOR, ORSON, file, letter_of, new_cover, read, split_of
from tests.support.provenance import commit

_WORDS, _ORIGINAL, _PICTURE = 200, 200_000, 60_000


def _fill(facility: Facility, letters: int) -> None:
    random = Random(1)
    words = [f"{random.randrange(1 << 32):x}" for _ in range(3000)]
    for _ in range(letters):
        split = split_of(letter_of(new_cover(facility, ORSON), 1, 3))
        texts = {number: read(" ".join(random.choices(words, k=_WORDS))) for number in (2, 3)}
        pictures = {
            number: facility.pictures.put(io.BytesIO(os.urandom(_PICTURE)))[0]
            for number in (1, 2, 3)
        }
        file(facility, split, texts, content=os.urandom(_ORIGINAL), pictures=pictures)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--letters", type=int, default=300)
    asked.add_argument("--rounds", type=int, default=3)
    args = asked.parse_args()
    table = Table(title=f"{args.letters} letters, {args.rounds} rounds, commit {commit()}")
    for column in ("backup", "seconds", "restore, seconds", "MB", "key folder, MB"):
        table.add_column(column)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "passphrase").write_text(f"{PASSPHRASE}\n")
        os.environ["DIGITIZER_PASSPHRASE_FILE"] = str(base / "passphrase")
        with encrypted_home(base) as home:
            _fill(home, args.letters)
            kinds = {"as ever": with_key_folder(home, ""), "by key": home}
            taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
            for number in range(args.rounds):
                for kind, facility in kinds.items():
                    made, again = base / f"{kind} {number}", base / f"again {kind} {number}"
                    taken[kind].append(
                        (
                            _seconds(partial(back_up, facility, made, PASSPHRASE, OPERATOR)),
                            _seconds(partial(restore_home, made, again, OPERATOR, PASSPHRASE)),
                        )
                    )
            for kind, times in taken.items():
                table.add_row(
                    kind,
                    *(f"{statistics.median(some):.1f}" for some in zip(*times, strict=True)),
                    f"{_size(base / f'{kind} 0') / 1e6:.1f}",
                    f"{_size(base / 'key-folder') / 1e6:.2f}" if kind == "by key" else "",
                )
    Console().print(table)


if __name__ == "__main__":
    main()
