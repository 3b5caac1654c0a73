"""In which language a page is."""

from __future__ import annotations

import pytest

from digitizer.model.settings import Web
from tests.support.web_kit import Visitor


def test_spanish_when_asked_for_and_then_remembered(browser: Visitor) -> None:
    assert 'lang="es"' in browser.get("/login?lang=es").text
    assert "Número de registro" in browser.get("/login").text
    assert "Booking number" in browser.get("/login?lang=en").text


def test_spanish_when_the_browser_prefers_it(browser: Visitor) -> None:
    page = browser.get("/login", headers={"Accept-Language": "es-MX,es;q=0.9"}).text
    assert "Número de registro" in page


@pytest.mark.parametrize("why", ["out", "idle"])
def test_the_next_person_at_a_kiosk_finds_its_own_language(tobias: Visitor, why: str) -> None:
    assert 'lang="es"' in tobias.get("/mail?lang=es").text
    if why == "out":
        left = tobias.post_form("/logout", {}, "/mail")
    else:
        left = tobias.get("/logout/idle", follow_redirects=False)
    assert '<html lang="en">' in tobias.get(left.headers["location"]).text
    assert '<html lang="en">' in tobias.get("/login").text


def test_a_chosen_language_lasts_as_long_as_somebody_uses_the_pages(tobias: Visitor) -> None:
    """As the session: who walks away without logging out leaves neither behind."""
    minutes = Web().inmate_idle_minutes
    for answer in (tobias.get("/mail?lang=es"), tobias.get("/mail"), tobias.post("/awake")):
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("language=es")
        assert f"Max-Age={minutes * 60};" in cookie


def test_staff_choose_their_language_before_and_after_they_log_in(ana: Visitor) -> None:
    assert "Su acceso" in ana.get("/staff/me?lang=es").text
    assert "Retenido" in ana.get("/staff/held").text
    left = ana.post_form("/logout", {}, "/staff")
    assert "Mailroom staff" in ana.get(left.headers["location"]).text
    assert "Acceso del personal" in ana.get("/staff/login?lang=es").text
