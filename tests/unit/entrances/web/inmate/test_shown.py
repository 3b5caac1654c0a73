"""What every page of an inmate has."""

from __future__ import annotations

from tests.support.web_kit import Mail, Visitor


def test_each_page_logs_out_by_itself(tobias: Visitor, mail: Mail) -> None:
    seconds = mail.facility.settings.web.inmate_idle_minutes * 60
    for path in ("/mail", "/mail/with", "/mail/replies", f"/mail/{mail.ids['letter']}/1"):
        html = tobias.get(path).text
        assert f'data-idle="{seconds}"' in html
        assert f"{seconds};url=/logout/idle" in html
