"""The page of the own account."""

from __future__ import annotations

import io
import zipfile

from tests.support.web_kit import PASSWORD
from tests.unit.entrances.web.family.conftest import Families

HERE = "/family/account"
OTHER = "lanterns over quiet water"


def test_what_is_changed_is_shown_again(families: Families) -> None:
    typed = {"name": "Nora Kessel", "address": "1 Elm\nHarbor Bay", "language": "es"}
    answer = families.nora.post_form(HERE, typed, seen_on=HERE)
    assert answer.headers["location"] == f"{HERE}?saved=true"
    html = families.nora.get(HERE).text
    assert "1 Elm\nHarbor Bay" in html
    assert 'name="tell" value="true" checked' not in html
    other = families.nora.post_form(HERE, typed | {"name": "Another"}, seen_on=HERE)
    assert other.status_code == 409


def test_a_new_password(families: Families) -> None:
    new = {"password": OTHER, "again": OTHER}
    wrong = families.nora.post_form(f"{HERE}/password", {"old": "?", **new}, seen_on=HERE)
    assert wrong.status_code == 403
    right = families.nora.post_form(f"{HERE}/password", {"old": PASSWORD, **new}, seen_on=HERE)
    assert right.headers["location"] == "/family/login?bye=password"
    assert families.nora.get(HERE).url.path == "/family/login"


def test_all_of_it_in_one_file(families: Families) -> None:
    answer = families.nora.post_form(f"{HERE}/export", {}, seen_on=HERE)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["mail.json"]


def test_the_account_is_deleted_by_its_password(families: Families) -> None:
    wrong = families.nora.post_form(f"{HERE}/delete", {"password": "?"}, seen_on=HERE)
    assert wrong.status_code == 403
    right = families.nora.post_form(f"{HERE}/delete", {"password": PASSWORD}, seen_on=HERE)
    assert right.headers["location"] == "/family/login?bye=deleted"
    typed = {"email": "nora@example.org", "password": PASSWORD}
    assert families.nora.post("/family/login", data=typed).status_code == 403
