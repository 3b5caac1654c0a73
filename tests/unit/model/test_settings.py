"""config.toml: every mistake is named by file, line and key, with what to write instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError
from digitizer.model.settings import Settings
from digitizer.model.settings_file import read_settings
from digitizer.support.paths import TEMPLATES

_DEFAULTS = Settings().model_dump(mode="json")
_KEYS = [(section, key) for section, values in _DEFAULTS.items() for key in values]
_LITERALS = ('"words"', "3", "0.5", "true", "[[]]", "{ a = 1 }", "2026-01-31")


# A whole number is a number, too.
_FITTING: dict[type, tuple[str, ...]] = {
    str: ('"words"',),
    bool: ("true",),
    int: ("3",),
    float: ("3", "0.5"),
    list: (),
    dict: ("{ a = 1 }",),  # refused for its key: see below
}


def _wrong(section: str, key: str) -> list[str]:
    return [each for each in _LITERALS if each not in _FITTING[type(_DEFAULTS[section][key])]]


_WRONG = [(section, key, value) for section, key in _KEYS for value in _wrong(section, key)]


def _refusal(home: Path, text: str) -> tuple[int, str]:
    """The line and the message that a settings file is refused with."""
    path = home / "config.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(home)
    begin, _, message = str(caught.value).partition(": ")
    assert begin.startswith(f"{path}, line ")
    return int(begin.rpartition(" ")[2]), message


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)


def _all_settings_but(section: str, key: str, line: str) -> tuple[str, int]:
    """A file of all settings at their defaults, save for one line, and which that is."""
    lines = ["# The settings of this facility."]
    for name, values in _DEFAULTS.items():
        lines += ["", f"[{name}]"]
        for each, value in values.items():
            if (name, each) == (section, key):
                place = len(lines) + 2
            lines += [f"# What {each} = ... is.", f"{each} = {_toml(value)}"]
    lines[place - 1] = line
    return "\n".join(lines), place


@pytest.mark.parametrize(("section", "key", "value"), _WRONG)
def test_a_value_of_a_wrong_type_is_named_by_line_and_key(
    tmp_path: Path, section: str, key: str, value: str
) -> None:
    text, place = _all_settings_but(section, key, f"{key} = {value}")
    line, message = _refusal(tmp_path, text)
    assert line == place
    assert message.startswith(f"{section}.{key} must be ")


@pytest.mark.parametrize(("section", "key"), _KEYS)
def test_a_misspelt_key_is_named_by_line_with_the_right_one(
    tmp_path: Path, section: str, key: str
) -> None:
    text, place = _all_settings_but(section, key, f"{key[:-1]} = 1")
    assert _refusal(tmp_path, text) == (
        place,
        f"there is no key {key[:-1]!r}. Did you mean {key!r}?",
    )


@pytest.mark.parametrize("section", _DEFAULTS)
def test_a_misspelt_section_is_named_by_line_with_the_right_one(
    tmp_path: Path, section: str
) -> None:
    line, message = _refusal(tmp_path, f"# ours\n\n[{section}s]\n")
    assert (line, message) == (3, f"there is no key '{section}s'. Did you mean '{section}'?")


@pytest.mark.parametrize("section", _DEFAULTS)
def test_a_value_where_a_section_should_be(tmp_path: Path, section: str) -> None:
    line, message = _refusal(tmp_path, f"# ours\n{section} = 3\n")
    assert line == 2
    assert message == f"{section} must be a section under a heading of its own, [{section}]."


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("wibble = 1\n", 1, "there is no key 'wibble'. Remove the line; the keys are facility, "),
        (
            "[work]\nprocesses = 65\n",
            2,
            "work.processes must be a whole number from 1 to 64, without quotes, "
            "as in processes = 2.",
        ),
        (
            "[work]\nprocesses = 0\ntries = 0\n",
            2,
            "work.processes must be a whole number from 1 to 64,",
        ),
        ("[work]\npages = 0\n", 2, "work.pages must be a whole number of 1 or more,"),
        ("[work]\nread_seconds = 0\n", 2, "work.read_seconds must be a number greater than 0,"),
        (
            '[facility]\npaper = "A4"\n',
            2,
            'facility.paper must be one of "a4", "letter". Did you mean "a4"?',
        ),
        (
            '[facility]\nrelease = "after reviews"\n',
            2,
            'facility.release must be one of "automatic", "after review". '
            'Did you mean "after review"?',
        ),
        (
            '[web]\nlogin_steps = [\n  "pin",\n  "security question",\n]\n',
            2,
            "web.login_steps must be a list in [brackets], and each item must be one of "
            '"pin", "security_question", as in login_steps = ["pin"]. '
            'Did you mean "security_question"?',
        ),
        (
            '[web]\n\noperators_from = ["10.0.0.1/8"]\n',
            3,
            "web.operators_from holds '10.0.0.1/8', which is not a network",
        ),
        ('[endpoint]\nmodel = "m"\nurl = "ftp://x"\n', 3, "endpoint.url must be like http://"),
        ('[endpoint]\nurl = "http://[::1"\n', 2, "endpoint.url must be like http://"),
        ('[endpoint]\nurl = "http://x:99999"\n', 2, "endpoint.url must be like http://"),
        (
            '[endpoint]\nallowed_hosts = ["a"]\nurl = "http://b"\nmodel = "m"\n',
            3,
            "endpoint.url names b, which is not this machine;",
        ),
        (
            '\n[endpoint]\nurl = "http://127.0.0.1"\n',
            2,
            "endpoint.model must name the endpoint's model.",
        ),
        ("[work]\nprocesses = two\n", 2, "not valid TOML: "),
        ('[facility]\nname = "Büro"\nname = "x"\n', 3, "not valid TOML: "),
    ],
)
def test_a_mistake_is_named_by_line_and_key_with_the_fix(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    found = _refusal(tmp_path, text)
    assert found[0] == line
    assert found[1].startswith(message)


@pytest.mark.parametrize(
    ("section", "key"),
    [(section, key) for section, key in _KEYS if isinstance(_DEFAULTS[section][key], dict)],
)
def test_a_misspelt_key_of_a_table_is_named(tmp_path: Path, section: str, key: str) -> None:
    wrong = next(iter(_DEFAULTS[section][key]))[:-1]
    text, place = _all_settings_but(section, key, f"{key} = {{ {wrong} = 1 }}")
    line, message = _refusal(tmp_path, text)
    assert (line, f"{wrong!r}" in message, "Did you mean" in message) == (place, True, True)


def test_the_first_of_several_mistakes_is_named(tmp_path: Path) -> None:
    text = "[web]\npin_digits = 3\n[facility]\nappeal_days = -1\n"
    assert _refusal(tmp_path, text)[0] == 2


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf[work]\r\ntries = 4\r\n")
    assert read_settings(tmp_path).work.tries == 4


def test_the_template_is_made_of_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes((TEMPLATES / "config.toml").read_bytes())
    assert read_settings(tmp_path) == Settings()


@pytest.mark.parametrize("everyone", ["0.0.0.0/0", "::/0"])
def test_not_everyone_is_a_proxy(tmp_path: Path, everyone: str) -> None:
    """Else whoever asks says where they are; staff's pages and what a failure costs go by it."""
    line, message = _refusal(tmp_path, f'[web]\ntrusted_proxies = ["10.0.0.1/32", "{everyone}"]\n')
    assert (line, "everyone" in message) == (2, True)


@pytest.mark.parametrize("key", ["staff_idle_minutes", "inmate_idle_minutes"])
def test_an_idle_time_that_no_clock_has_is_refused(tmp_path: Path, key: str) -> None:
    """It would fail at every page."""
    line, message = _refusal(tmp_path, f"[web]\n{key} = {10**18}\n")
    assert (line, "1440" in message) == (2, True)


def test_a_time_zone_has_the_name_of_one(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[facility]\ntime_zone = "America/Denver"\n')
    assert read_settings(tmp_path).facility.time_zone == "America/Denver"
    for wrong in ("CST", "America/Denvr", "../zone"):
        line, message = _refusal(tmp_path, f'[facility]\ntime_zone = "{wrong}"\n')
        assert (line, "America/Chicago" in message) == (2, True)
