from __future__ import annotations

from benchmarks.decoding import READERS, Timed, covers, ours, table, timed
from digitizer.model.paper import Sightings
from trials.covers.levels import Level


def test_each_reader_sees_each_page() -> None:
    (page,) = covers(1, Level.LIGHT, seed=1)
    seen = ours(page)
    assert isinstance(seen, Sightings)
    assert len(seen.symbols) == 4
    assert timed(page, rounds=1).by_reader.keys() == READERS.keys()


def test_the_table_gives_medians_and_ratios() -> None:
    pages = [Timed(dict.fromkeys(READERS, 10.0 * ms)) for ms in (1, 2, 9)]
    pages.append(Timed(dict.fromkeys(READERS, 20.0)))
    assert "| a class | 4 | 20.0 | 20.0 | 20.0 | 1.00 | 1.00 | 90 |" in table({"a class": pages})
