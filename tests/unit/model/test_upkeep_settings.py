"""The settings of e-mail, alarms and the service's own backups."""

from __future__ import annotations

from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError
from digitizer.model.settings import Settings
from digitizer.model.settings_file import read_settings


def _read(home: Path, text: str) -> Settings:
    (home / "config.toml").write_text(text)
    return read_settings(home)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[mail]\nsender = "nobody"', "line 2: mail.sender holds 'nobody'"),
        ('[mail]\ncertificates = "ca.pem"', "line 2: mail.certificates must be a whole path"),
        ('[mail]\nsecurity = "none"\nuser = "x"', "line 3: mail.user needs security"),
        ('[alarms]\nmail_to = ["a b@c"]', "line 2: alarms.mail_to holds 'a b@c'"),
        ('[alarms]\nmail_to = ["a@b"]', "line 2: alarms.mail_to needs host under"),
        ('[audit]\nmail_to = ["a@b"]', "line 2: audit.mail_to needs host under"),
        ('[backup]\nat = "2:30"', 'line 2: backup.at must be a time of day, as in "02:30"'),
        ('[backup]\nat = "24:00"', "line 2: backup.at must be a time of day"),
        ('[backup]\nfolder = "/mnt/b"', "backup.passphrase_file must name a file"),
    ],
)
def test_what_cannot_work_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _read(tmp_path, text)
    assert says in str(caught.value)


def test_anchors_and_alarms_need_one_server(tmp_path: Path) -> None:
    text = '[audit]\nmail_to = ["a@b"]\n[alarms]\nmail_to = ["c@d"]\n[mail]\nhost = "mail.example"'
    server = _read(tmp_path, text).mail_server
    assert server is not None
    assert server.host == "mail.example"


def test_the_server_of_older_settings_still_counts(tmp_path: Path) -> None:
    text = '[audit]\nsmtp_host = "old.example"\nsmtp_port = 26\nmail_to = ["a@b"]'
    server = _read(tmp_path, text).mail_server
    assert server is not None
    assert (server.host, server.port, server.security) == ("old.example", 26, "if offered")
