"""Nobody outside is told of a letter whose notice is withheld."""

from __future__ import annotations

from dataclasses import replace

from digitizer.access.kept_notices import is_kept
from digitizer.covers.following import Where, letters_under
from digitizer.engines.codes.cover_code import short_id
from digitizer.facility import Facility
from digitizer.model.appeal_settings import RejectReason
from digitizer.screening import decisions
from digitizer.storage.database import reading
from tests.support.made_mail import CLERK, held_letter, new_cover


def test_a_family_that_follows_it_learns_nothing(facility: Facility) -> None:
    reasons = (RejectReason(reason="Plans of a crime", sheet="evidence"), "Stained")
    own = facility.settings.screening.model_copy(update={"reject_reasons": reasons})
    home = replace(facility, settings=facility.settings.model_copy(update={"screening": own}))
    told = {}
    for number, reason in enumerate(("Plans of a crime", "Stained")):
        code = new_cover(home)
        letter = held_letter(home, code, content=f"{number}".encode())
        decisions.reject(home, letter, CLERK, reason)
        with reading(home.engine) as tx:
            (found,) = letters_under(tx, short_id(code), home.settings)
            told[reason] = (is_kept(tx, letter, own), found.where)
    assert told == {
        "Plans of a crime": (True, Where.WAITING),
        "Stained": (False, Where.NOT_DELIVERED),
    }
