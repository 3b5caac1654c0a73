"""The words of the audit chain do not change."""

from __future__ import annotations

import pytest

from digitizer.model.events import (
    DECISIONS,
    LETTER_CHANGES,
    ROSTER,
    SCAN_CHANGES,
    Subject,
    Verb,
)


def test_the_words_of_the_chain_do_not_change() -> None:
    """They are in the chains of every home; if one changed, old events could not be read."""
    assert {str(verb) for verb in Verb} >= {
        "add staff",
        "assign",
        "copy as PDF",
        "correct text",
        "cut",
        "cut out",
        "deliver",
        "destroy seal",
        "duplicate",
        "enrol kiosk",
        "give back",
        "hold",
        "import roster",
        "join",
        "lift seal",
        "lock",
        "log in",
        "log out",
        "invite kiosk",
        "login failed",
        "look",
        "look at page",
        "look at seal",
        "look at sealed page",
        "mark page",
        "open",
        "open reply",
        "print batch sheet",
        "print cover",
        "print legal sheet",
        "print message",
        "print notice",
        "print reply sheet",
        "recall",
        "reject",
        "release",
        "rescanned",
        "revoke cover",
        "revoke kiosk",
        "unlock",
        "refuse",
        "add correspondent",
        "change correspondent",
        "merge correspondents",
        "ask for contact",
        "approve contact",
        "remove contact",
        "block mail",
        "unblock mail",
        "name sender",
        "change passphrase",
        "rotate keys",
        "scrub",
        "seal",
        "search",
        "send message",
        "set PIN",
        "set security question",
        "take in",
        "try failed",
        "undo",
    }
    assert max(map(len, Verb)) <= 40, "the chain's column is so wide"
    assert set(Verb) > DECISIONS


@pytest.mark.parametrize(
    ("subject", "written"),
    [
        (Subject.letter("ab12"), "letter:ab12"),
        (Subject.scan("ab12"), "scan:ab12"),
        (Subject.cover("ab12"), "cover:ab12"),
        (Subject.message("ab12"), "message:ab12"),
        (Subject.mailbox("A-1"), "mailbox:A-1"),
        (Subject.mailbox(None), "mailbox:all"),
        (Subject.inmate("A-1"), "inmate:A-1"),
        (Subject.staff("Ana B"), "staff:Ana B"),
        (Subject.terminal("10.0.0.1"), "terminal:10.0.0.1"),
        (Subject.key(3), "key:3"),
        (Subject.kiosk("B-2 left"), "kiosk:B-2 left"),
        (ROSTER, "roster"),
        (Subject.terminal("x" * 99), "terminal:" + "x" * 71),
    ],
)
def test_subjects_are_written_as_they_always_were(subject: Subject, written: str) -> None:
    assert str(subject) == written


def test_other_programs_hear_of_every_decision_that_moves_a_letter() -> None:
    """Those that leave a letter where it is, or are about a scan that has no letter, are listed."""
    assert {
        Verb.FIRST_LOOK,
        Verb.MOVE_PAGE,
        Verb.ASK_FOR_RESCAN,
        Verb.LIFT_SEAL,
        Verb.CUT_OUT,
        Verb.DESTROY_SEAL,
    } == DECISIONS - LETTER_CHANGES - SCAN_CHANGES
