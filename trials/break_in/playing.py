"""What an attack is, and how it ends: shut, or open."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trials.break_in.target import Target

#: Plays one variation and says what happened; raises Open where the attack worked.
Play = Callable[[Target], str]


class Open(Exception):
    """The attack worked; the message says what happened."""


def shut_if(held: bool, happened: str) -> None:
    """Raises Open, with what happened, unless the product held."""
    if not held:
        raise Open(happened)


@dataclass(frozen=True, slots=True)
class Attack:
    """One thing that an attacker wants, in several variations. ``expected`` is what must happen
    instead. The first ``short`` variations are the sample."""

    name: str
    expected: str
    variations: Mapping[str, Play]
    short: int = 1


@dataclass(frozen=True, slots=True)
class Theme:
    """Attacks that one running service can bear one after the other. ``web`` are lines of its
    settings under [web], ``more`` any others. ``needs_service``: else only the home is made."""

    name: str
    attacks: tuple[Attack, ...]
    web: tuple[str, ...] = ()
    more: str = ""
    needs_service: bool = True
    databases: tuple[str, ...] = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Played:
    """One row of the table."""

    database: str
    attack: str
    variation: str
    expected: str
    happened: str
    is_open: bool
    trace: str = field(default="", repr=False)


def play(target: Target, attack: Attack, variation: str) -> Played:
    """A variation that fails for another reason was not tried: it counts as open."""
    trace = ""
    try:
        happened, is_open = attack.variations[variation](target), False
    except Open as found:
        happened, is_open = str(found), True
    except Exception as error:  # what the trial did not foresee is not a pass
        happened, is_open = f"not tried: {type(error).__name__}: {str(error)[:200]}", True
        trace = traceback.format_exc(limit=-3)
    return Played(
        target.database, attack.name, variation, attack.expected, happened, is_open, trace
    )
