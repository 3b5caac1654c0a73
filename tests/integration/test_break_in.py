"""A sample of the break-ins, against the real service; ``python -m trials.break_in`` has all."""

from __future__ import annotations

from trials.break_in.__main__ import THEMES, play_all, report, variations


def test_no_break_in_of_the_sample_works() -> None:
    played = list(play_all((), ("sqlite",), short=True))
    assert not [each for each in played if each.is_open], report(played, 0)
    assert len(played) == sum(
        len(variations(attack, short=True)) for theme in THEMES for attack in theme.attacks
    )


def test_every_attack_is_played_in_at_least_five_ways() -> None:
    few = {
        attack.name: len(attack.variations)
        for theme in THEMES
        for attack in theme.attacks
        if len(attack.variations) < 5
    }
    assert set(few) <= {
        "a past that only an anchor shows",
        "restore an old backup",
        "data hidden in pictures",
        "a stolen cover key",
    }
