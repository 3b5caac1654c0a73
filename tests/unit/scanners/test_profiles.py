"""Profiles: what the built-in ones say, how a home's overlay them, and how bad ones are refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digitizer.model.errors import SettingsError
from digitizer.model.scanner_profile import ColourMode, Origin, ProfileKeys, Sides, Stack
from digitizer.scanners.profiles import (
    read_profiles,
    undirected,
    unwatched_folders,
    watched_folders,
)
from digitizer.support.paths import SCANNER_PROFILES
from inbox_watch.folder import WatchedFolder

DOCUMENT = Path(__file__).parents[3] / "docs" / "scanners.md"
KEYS = tuple(ProfileKeys.model_json_schema()["properties"])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "inbox" / "default").mkdir(parents=True)
    return tmp_path


def write(home: Path, name: str, text: str) -> Path:
    path = home / "profiles" / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def refusal(home: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_profiles(home)
    return str(caught.value)


class TestBuiltIn:
    def test_default_is_what_the_contract_says(self, tmp_path: Path) -> None:
        default = read_profiles(tmp_path)["default"]
        assert default.sides is Sides.SIMPLEX
        assert default.stack is Stack.FILE
        assert (default.patterns, default.dpi, default.languages) == ((), 0, ("en",))
        assert default.settle_seconds == 2
        assert not default.batch_header_required
        assert default.folder is None

    def test_the_others(self, tmp_path: Path) -> None:
        profiles = read_profiles(tmp_path)
        duplex, g4 = profiles["adf-duplex-pdf"], profiles["adf-duplex-tiff"]
        assert (duplex.sides, duplex.dpi, duplex.colour) == (Sides.DUPLEX, 300, ColourMode.COLOUR)
        assert duplex.batch_header_required
        assert (g4.colour, g4.batch_header_required) == (ColourMode.BILEVEL, True)
        assert profiles["adf-odd-even"].sides is Sides.ODD_EVEN
        assert profiles["flatbed-jpeg"].stack is Stack.FILES
        assert profiles["phone-drop"].polling

    def test_all_read_without_a_home(self, tmp_path: Path) -> None:
        profiles = read_profiles(tmp_path / "nowhere")
        assert profiles.keys() == {path.stem for path in SCANNER_PROFILES.glob("*.toml")}
        assert all(name == profile.name for name, profile in profiles.items())

    def test_each_key_is_explained_above_its_line(self) -> None:
        for path in SCANNER_PROFILES.glob("*.toml"):
            paragraphs = path.read_text("utf-8").split("\n\n")
            keys = [re.findall(r"^\w+(?= =)", each, re.M) for each in paragraphs]
            assert all(each.startswith("#") for each in paragraphs), path.name
            assert max(map(len, keys)) == 1, path.name


class TestHome:
    def test_a_file_says_only_what_differs(self, home: Path) -> None:
        write(home, "front-desk", 'based_on = "adf-duplex-pdf"\nlanguages = ["es", "en"]\n')
        profile = read_profiles(home)["front-desk"]
        assert profile.languages == ("es", "en")
        assert (profile.sides, profile.batch_header_required) == (Sides.DUPLEX, True)

    def test_without_based_on_the_rest_is_as_in_default(self, home: Path) -> None:
        write(home, "lobby", "dpi = 200")
        assert read_profiles(home)["lobby"].sides is Sides.SIMPLEX

    def test_a_built_in_profile_is_changed_by_a_file_of_its_name(self, home: Path) -> None:
        write(home, "adf-duplex-pdf", "settle_seconds = 9")
        write(home, "default", 'languages = ["es"]')
        profiles = read_profiles(home)
        assert profiles["adf-duplex-pdf"].settle_seconds == 9
        assert profiles["adf-duplex-pdf"].sides is Sides.DUPLEX
        assert profiles["default"].languages == ("es",)

    def test_a_file_may_be_based_on_its_built_in_namesake(self, home: Path) -> None:
        write(home, "phone-drop", 'based_on = "phone-drop"\nsettle_seconds = 60')
        profile = read_profiles(home)["phone-drop"]
        assert (profile.settle_seconds, profile.polling) == (60, True)

    def test_a_file_may_be_based_on_another_of_the_home(self, home: Path) -> None:
        write(home, "one", 'based_on = "adf-odd-even"\ndpi = 200')
        write(home, "two", 'based_on = "one"\ncolour = "bilevel"')
        two = read_profiles(home)["two"]
        assert (two.sides, two.dpi, two.colour) == (Sides.ODD_EVEN, 200, ColourMode.BILEVEL)

    def test_a_folder_is_not_passed_on(self, home: Path) -> None:
        write(home, "one", 'folder = "/srv/scans/one"')
        write(home, "two", 'based_on = "one"')
        profiles = read_profiles(home)
        assert profiles["one"].folder == "/srv/scans/one"
        assert profiles["two"].folder is None

    def test_a_byte_order_mark_does_no_harm(self, home: Path) -> None:
        (home / "profiles" / "lobby.toml").write_bytes(b"\xef\xbb\xbfdpi = 200\r\n")
        assert read_profiles(home)["lobby"].dpi == 200


@pytest.mark.parametrize(
    ("text", "line", "fix"),
    [
        ('# ours\n\nside = "duplex"\n', 3, "Did you mean 'sides'?"),
        ("wibble = 1\n", 1, "Remove the line; the keys are title"),
        ('name = "lobby"\n', 1, "Remove this line"),
        ("dpi = 300\n[scanner]\nmodel = 1\n", 2, "there is no key 'scanner'"),
        ('\ndpi = "300"\n', 2, "without quotes"),
        ("dpi = true\n", 1, "whole number"),
        ("dpi = 30\n", 1, "from 75 to 1200"),
        ("dpi = 300\ncode_region = [0, 0, 1, 1.5]\n", 2, "from 0 to 1"),
        ("code_region = [0, 0, 1]\n", 1, "four fractions"),
        ("code_region = [0.5, 0, 0.5, 1]\n", 1, "left must be less than right"),
        ("blank_ink = 0.5\n", 1, "from 0 to 0.01"),
        ("blank_ink = nan\n", 1, "from 0 to 0.01"),
        ("settle_seconds = 0\n", 1, "from 0.5 to 3600"),
        ("settle_seconds = inf\n", 1, "from 0.5 to 3600"),
        ('stack = "files"\nsettle_seconds = 2\n', 2, "Write 10 or more"),
        ('stack = "files"\n', 1, "Write 10 or more"),
        ('polling = "yes"\n', 1, "true or false"),
        ('sides = "Duplex"\n', 1, 'Did you mean "duplex"?'),
        ('colour = "color"\n', 1, 'Did you mean "colour"?'),
        ('patterns = "*.pdf"\n', 1, "must be a list"),
        ('patterns = ["in/*.pdf"]\n', 1, "fits no file name"),
        ('languages = ["english"]\n', 1, "ISO 639-1"),
        ("languages = []\n", 1, '["en"]'),
        ('languages = ["en", "en"]\n', 1, "twice"),
        ('folder = "scans"\n', 1, "'/srv/scans/scans'"),
        ("folder = 'C:\\scans'\n", 1, "Mount the share"),
        ("folder = '\\\\server\\scans'\n", 1, "Mount the share"),
        ('folder = "smb://server/scans"\n', 1, "Mount the share"),
        ('title = ""\n', 1, "words in quotes"),
        ("based_on = 3\n", 1, "the name of a profile"),
        ('\n\nbased_on = "adf-duplx-pdf"\n', 3, "Did you mean 'adf-duplex-pdf'?"),
        ("dpi = 300\nsides = duplex\n", 2, 'words in "quotes"'),
        ('folder = "C:\\scans"\n', 1, "Write paths with /"),
        ('dpi = 300\ntitle = "open\n', 2, "not valid TOML"),
        ("dpi = 300\ndpi = 200\n", 2, "not valid TOML"),
        ("languages = [\n", 2, "not valid TOML"),
    ],
)
def test_a_bad_profile_is_refused_with_file_line_and_fix(
    home: Path, text: str, line: int, fix: str
) -> None:
    path = write(home, "lobby", text)
    message = refusal(home)
    assert message.startswith(f"{path}, line {line}: ")
    assert fix in message


def test_text_that_is_not_utf8(home: Path) -> None:
    (home / "profiles" / "lobby.toml").write_bytes(b"dpi = 300\ntitle = 'B\xfcro'\n")
    assert "line 2: this is not UTF-8" in refusal(home)


def test_a_name_that_no_folder_should_have(home: Path) -> None:
    write(home, "Front Desk", "dpi = 300")
    assert "Rename it" in refusal(home)


@pytest.mark.parametrize("name", ["lobby.toml.txt", "lobby.TOML"])
def test_a_file_that_would_be_passed_over_by_its_ending(home: Path, name: str) -> None:
    (home / "profiles" / name).touch()
    assert f"{name} has the ending of another kind" in refusal(home)


@pytest.mark.parametrize("name", ["README.md", ".lobby.toml.swp", "lobby.toml~", "lobby.toml.bak"])
def test_files_that_are_no_profiles_are_left_alone(home: Path, name: str) -> None:
    (home / "profiles" / name).write_text("no profile")
    read_profiles(home)


def test_a_circle(home: Path) -> None:
    write(home, "one", 'based_on = "two"')
    write(home, "two", '\nbased_on = "one"')
    assert "in a circle" in refusal(home)


def test_two_profiles_of_one_folder(home: Path) -> None:
    write(home, "one", 'folder = "/srv/scans"')
    path = write(home, "two", 'dpi = 300\nfolder = "/srv/x/../scans/"')
    message = refusal(home)
    assert message.startswith(f"{path}, line 2: ")
    assert "already that of the profile one" in message


def test_a_folder_that_is_anothers_in_the_inbox(home: Path) -> None:
    path = write(home, "lobby", f'folder = "{home}/inbox/default"')
    assert refusal(home).startswith(f"{path}, line 1: ")


def test_default_keeps_its_folder(home: Path) -> None:
    write(home, "default", 'folder = "/srv/scans"')
    assert "always watches inbox/default" in refusal(home)


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.dates() | _TEXTS,
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=6,
)


def toml(value: object) -> str:
    """``value`` as one writes it in TOML."""
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(KEYS), VALUES)
def test_any_value_is_either_fit_or_refused_with_its_line(
    home: Path, key: str, value: object
) -> None:
    path = write(home, "lobby", f"# ours\n\n{key} = {toml(value)}\n")
    try:
        read_profiles(home)
        message = ""
    except SettingsError as error:
        message = str(error)
    assert message == "" or message.startswith(f"{path}, line 3: ")


@pytest.mark.parametrize("key", KEYS)
def test_a_misspelt_key_is_refused_with_its_line_and_the_right_one(home: Path, key: str) -> None:
    path = write(home, "lobby", f"# ours\n\n{key[:-1]} = 1\n")
    assert refusal(home) == (f"{path}, line 3: there is no key {key[:-1]!r}. Did you mean {key!r}?")


class TestWatchedFolders:
    def test_default_always_and_others_where_their_folder_is(self, home: Path) -> None:
        (home / "inbox" / "flatbed-jpeg").mkdir()
        write(home, "share", 'based_on = "phone-drop"\nfolder = "/srv/share"')
        folders = {each.name: each for each in watched_folders(read_profiles(home), home)}
        assert folders.keys() == {"default", "flatbed-jpeg", "share"}
        assert folders["default"] == WatchedFolder(home / "inbox" / "default", "default")
        assert folders["flatbed-jpeg"].together
        assert folders["flatbed-jpeg"].patterns == ("*.jpg", "*.jpeg")
        assert folders["share"].path == Path("/srv/share")
        assert folders["share"].polling

    def test_default_even_where_its_folder_is_missing(self, tmp_path: Path) -> None:
        (only,) = watched_folders(read_profiles(tmp_path), tmp_path)
        assert only.path == tmp_path / "inbox" / "default"

    def test_a_folder_that_no_profile_is_named_for_is_found(self, home: Path) -> None:
        (home / "inbox" / "flatbed").mkdir()
        assert unwatched_folders(read_profiles(home), home) == (home / "inbox" / "flatbed",)


class TestWayOfThePaper:
    def test_default_takes_both_and_others_say_which(self, home: Path) -> None:
        write(home, "flatbed-jpeg", 'from = "inside"\n')
        profiles = read_profiles(home)
        assert profiles["default"].origin is Origin.BOTH
        assert profiles["flatbed-jpeg"].origin is Origin.INSIDE
        assert profiles["adf-duplex-pdf"].origin is Origin.BOTH

    def test_both_is_for_default_alone(self, home: Path) -> None:
        path = write(home, "flatbed-jpeg", 'title = "x"\nfrom = "both"\n')
        message = refusal(home)
        assert message.startswith(f"{path}, line 2: ")
        assert '"outside"' in message
        assert '"inside"' in message
        path.write_text('from = "outside"\n')
        write(home, "default", 'from = "both"\n')
        assert read_profiles(home)["default"].origin is Origin.BOTH

    def test_scanners_in_use_without_a_way_are_found(self, home: Path) -> None:
        assert undirected(read_profiles(home), home) == ()
        for name in ("flatbed-jpeg", "adf-duplex-pdf"):
            (home / "inbox" / name).mkdir()
        write(home, "flatbed-jpeg", 'from = "inside"\n')
        write(home, "lobby", f'folder = "{home}/lobby"\n')
        assert undirected(read_profiles(home), home) == ("adf-duplex-pdf", "lobby")


class TestDocument:
    def test_every_key_is_explained_in_the_document(self) -> None:
        text = DOCUMENT.read_text("utf-8")
        assert {key for key in KEYS if f"### `{key}`" not in text} == set()

    def test_every_built_in_profile_is_named_in_the_document(self) -> None:
        text = DOCUMENT.read_text("utf-8")
        assert all(f"`{path.stem}`" in text for path in SCANNER_PROFILES.glob("*.toml"))

    def test_the_documents_examples_are_good_profiles(self, home: Path) -> None:
        examples = re.findall(
            r"```toml\n# profiles/(.+?)\.toml\n(.*?)```", DOCUMENT.read_text(), re.S
        )
        assert examples
        for name, text in examples:
            write(home, name, text)
        assert {name for name, _ in examples} <= read_profiles(home).keys()
