"""The settings of the media servers, as text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.engines.calls import written
from digitizer.engines.calls.written import (
    CannotWrite,
    MediaPlan,
    Ports,
    ServerSecrets,
    write_all,
)


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MediaPlan:
    for folder, name in (("plugins", written._PLUGIN), ("transports", written._TRANSPORT)):
        (tmp_path / "janus" / folder).mkdir(parents=True)
        (tmp_path / "janus" / folder / name).touch()
    monkeypatch.setattr(written, "JANUS_FOLDER", tmp_path / "janus")
    return MediaPlan(tmp_path / "m", "192.0.2.1", "192.0.2.2", 3478, Ports(10, 20), Ports(30, 40))


def test_no_two_homes_share_a_secret_and_none_is_debians(plan: MediaPlan) -> None:
    write_all(plan, ServerSecrets("one", "two", "three"))
    text = "".join(each.read_text() for each in plan.janus_settings.glob("*.jcfg"))
    assert all(word not in text for word in ("janusoverlord", "adminpwd", "supersecret"))
    assert 'token_auth_secret = "one"' in text
    write_all(plan, ServerSecrets("one", "two", "three"))
    again = (plan.janus_settings / "janus.jcfg").read_text()
    assert again not in text  # the admin's secret is a new one each time


def test_what_was_there_before_is_not_loaded(plan: MediaPlan) -> None:
    folder = plan.janus_settings / "plugins"
    folder.mkdir(parents=True)
    (folder / "libjanus_streaming.so").touch()
    write_all(plan, ServerSecrets("one", "two", "three"))
    assert [each.name for each in folder.iterdir()] == ["libjanus_videoroom.so"]


def test_the_encrypted_way_is_there_with_a_certificate(plan: MediaPlan) -> None:
    write_all(plan, ServerSecrets("one", "two", "three"))
    assert "no-tls\n" in plan.relay_settings.read_text()
    with_tls = replace(plan, certificate=Path("/c.pem"), certificate_key=Path("/k.pem"))
    write_all(with_tls, ServerSecrets("one", "two", "three"))
    text = plan.relay_settings.read_text()
    assert "cert=/c.pem\npkey=/k.pem\n" in text
    assert "no-tls\n" not in text


def test_without_janus_it_says_what_to_install(plan: MediaPlan, tmp_path: Path) -> None:
    (tmp_path / "janus" / "plugins" / written._PLUGIN).unlink()
    with pytest.raises(CannotWrite, match="apt-get install janus coturn"):
        write_all(plan, ServerSecrets("one", "two", "three"))
