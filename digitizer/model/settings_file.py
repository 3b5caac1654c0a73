"""The files that a facility's settings are read from: its own, over the defaults of its agency."""

from __future__ import annotations

from pathlib import Path

from digitizer.model.errors import SettingsError
from digitizer.model.settings import Settings
from digitizer.model.toml_file import TomlFile, read_toml

FILE_NAME = "config.toml"
#: In the agency's home: defaults for all its facilities, each of which may say otherwise.
AGENCY_FILE = "agency.toml"
#: In the agency's home, of the homes of its other facilities.
FACILITIES = "facilities"
#: What is one facility's own: two that shared it would be one, or open each other's mail.
_OWN = (("store",), ("keys",), ("facility", "name"), ("facility", "code"), ("web", "allowed_hosts"))


def agency_file(home: Path) -> Path | None:
    """The file with the defaults that hold for the facility at ``home``; None: there is none. A
    restored facility brings its own, which holds before that of the folder around it."""
    home = home.resolve()
    places = [home, *([home.parent.parent] if home.parent.name == FACILITIES else [])]
    return next((each / AGENCY_FILE for each in places if (each / AGENCY_FILE).is_file()), None)


def settings_bytes(home: Path) -> bytes:
    """All that the settings of ``home`` are read from."""
    files = filter(None, (home / FILE_NAME, agency_file(home)))
    return b"".join(each.read_bytes() for each in files)


def read_settings(home: Path) -> Settings:
    """Reads the settings of ``home``; raises SettingsError with file, line, key and fix."""
    path = home / FILE_NAME
    if not path.exists():
        raise SettingsError(
            f"{home} is not a digitizer home: it has no {FILE_NAME}. "
            f"Make one with: digitizer --home {home} init"
        )
    file = read_toml(path)
    defaults = agency_file(home)
    if defaults is not None:
        file = file.over(_checked(read_toml(defaults)))
    file.check(Settings)
    settings = Settings.model_validate(file.values)
    _check_mail(file, settings)
    return settings


def _checked(defaults: TomlFile) -> TomlFile:
    for keys in _OWN:
        if defaults.has(keys):
            raise defaults.problem(
                keys, f"{'.'.join(keys)} is each facility's own. Write it in its {FILE_NAME}."
            )
    return defaults


def _check_mail(file: TomlFile, settings: Settings) -> None:
    """Nobody can be written to where no server is named."""
    if settings.mail_server is not None:
        return
    for section, key, names in (
        ("audit", "mail_to", settings.audit.mail_to),
        ("alarms", "mail_to", settings.alarms.mail_to),
        ("alarms", "digest_to", settings.alarms.digest_to),
    ):
        if names:
            raise file.problem(
                (section, key),
                f"{section}.{key} needs host under [mail], the server that sends the mail.",
            )
