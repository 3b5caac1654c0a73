"""Templates of print as no designer wants them: all that a facility may write, at its limits."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from digitizer.engines.printing.kit.wording import Wording, changeable, shipped_words

_LONG, _FLOWING = 20, 600
_LAYOUTS = {
    "letter": 'text_size = 16\nfold = "half"',
    "reply": "line_step = 0",
}


def _long(key: str, shipped: str) -> str:
    """As long as is allowed, of wide words."""
    flows = key.startswith(("appeal_inmate", "appeal_sender", "other_", "returned_", "kept_"))
    most = _FLOWING if flows else 2 * len(shipped) + _LONG
    braces = " ".join(f"{{{name}}}" for name in _names(shipped))
    return (braces + " " + "MAILROOM WORDS " * 50)[:most].strip()


def _other(key: str, shipped: str) -> str:
    """Another language, which runs to the left."""
    return " ".join(["إلى السيد", *(f"{{{name}}}" for name in _names(shipped))])


def _none(key: str, shipped: str) -> str:
    """Nothing at all."""
    return " ".join(f"{{{name}}}" for name in _names(shipped))


ODD: Mapping[str, Callable[[str, str], str]] = {"long": _long, "other": _other, "none": _none}


def write_odd(folder: Path, odd: str) -> None:
    """Every text that can be changed, changed in that odd way, and an odd layout."""
    folder.mkdir(parents=True, exist_ok=True)
    texts: dict[str, dict[str, list[str]]] = {}
    for name, language, key in changeable():
        line = f"{key} = {json.dumps(ODD[odd](key, _shipped(name)[language][key]))}"
        texts.setdefault(name, {}).setdefault(language, []).append(line)
    for name, tables in texts.items():
        above = "inmate." if name == "cover" else ""
        parts = [f"[{above}{each}]\n" + "\n".join(lines) for each, lines in tables.items()]
        parts += [f"[layout]\n{_LAYOUTS[name]}"] if name in _LAYOUTS else []
        (folder / f"{name}.toml").write_text("\n\n".join(parts), encoding="utf-8")


def _shipped(name: str) -> Wording:
    words = shipped_words()
    found: Wording = words.cover["inmate"] if name == "cover" else getattr(words, name)
    return found


def _names(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]
