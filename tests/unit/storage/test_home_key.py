"""The secret that opens an encrypted home."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError, UsageError
from digitizer.storage import encryption
from digitizer.storage.home_key import (
    HomeKey,
    Secret,
    find_secret,
    make_home_key,
    make_key_file,
    mark_finished,
    read_key_file,
    read_passphrase,
    unlock,
)


def test_only_the_right_secret_opens_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_COST", 2)
    make_key_file(tmp_path / "key")
    (tmp_path / "words").write_text("a long enough passphrase\n")
    for number, right in enumerate(
        (read_key_file(tmp_path / "key"), read_passphrase(tmp_path / "words"))
    ):
        keys = tmp_path / f"keys {number}"
        made = make_home_key(keys, right, finished=False)
        assert made.key not in (keys / "home.json").read_bytes()
        assert made.key.hex() not in (keys / "home.json").read_text()
        assert _unlock(keys, right) == made
        mark_finished(keys)
        found = _unlock(keys, right)
        assert found is not None
        assert (found.key, found.finished) == (made.key, True)
        wrong = Secret(passphrase="another passphrase") if number else Secret(key_file=bytes(64))
        with pytest.raises(SettingsError, match="is not the one"):
            _unlock(keys, wrong)
        with pytest.raises(UsageError):
            make_home_key(keys, right, finished=True)
        assert "enough" not in repr(right)
        assert made.key.hex() not in repr(made)
    assert _unlock(tmp_path / "no keys", right) is None


def _unlock(keys: Path, secret: Secret) -> HomeKey | None:
    return unlock(keys, lambda _: secret)


def test_a_missing_secret_is_explained_and_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIGITIZER_PASSPHRASE_FILE", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("never read"))
    with pytest.raises(SettingsError, match="DIGITIZER_PASSPHRASE_FILE"):
        find_secret("passphrase", tmp_path, "", "")
    with pytest.raises(SettingsError, match="key_file"):
        find_secret("key file", tmp_path, "", "")
    with pytest.raises(SettingsError, match="put the device in"):
        find_secret("key file", tmp_path, "/media/nowhere/key", "")
    (tmp_path / "short").write_text("short")
    with pytest.raises(SettingsError, match="12 characters"):
        find_secret("passphrase", tmp_path, "", "short")
    with pytest.raises(SettingsError, match="32 to"):
        find_secret("key file", tmp_path, "short", "")
