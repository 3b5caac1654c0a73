"""Characters that no font has are named."""

from __future__ import annotations

from digitizer.engines.printing.kit.fonts import REGULAR
from digitizer.engines.printing.kit.missing import missing_characters, named
from digitizer.engines.printing.kit.text_runs import wrap
from tests.support.set_lines import seen


def test_scripts_in_use_are_all_there() -> None:
    text = "Ñandú Łódź Đặng Привет Ґ Αθήνα שלום مرحبا گچ پ Հայ ქართ ½ € ₫ ☺ ♥ ✓ → [] “” – …"
    assert missing_characters(text) == ""


def test_missing_characters_are_named_once_and_seen() -> None:
    assert missing_characters("a\ue000\ue001\ue000\U000f0000") == "\ue000\ue001\U000f0000"
    (line,) = wrap("\ue000\U000f0000", REGULAR, 10, 100)
    assert seen(line) == "□□"


def test_missing_characters_are_named_for_a_person() -> None:
    assert named("\u4f60\ue000") == "“\u4f60” (U+4F60), U+E000"
    assert named("\ue000" * 10).endswith("U+E000 and 2 more")


def test_emoji_are_not_missing() -> None:
    assert missing_characters("\U0001f602") == ""
