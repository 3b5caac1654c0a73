"""What a sandbox answers is data, never code."""

from __future__ import annotations

import enum
import importlib
import os
import pickle
import pkgutil
import subprocess
from typing import Any

import pytest

from digitizer import model
from digitizer.engines.isolation.answers import packed_answer, read_answer


@pytest.mark.parametrize("harm", [os.system, eval, subprocess.Popen, getattr])
def test_an_answer_can_name_no_function(harm: Any) -> None:
    with pytest.raises(pickle.UnpicklingError, match="names"):
        read_answer(pickle.dumps(("done", harm)), ("digitizer",))


def test_an_answer_that_is_noise_is_refused() -> None:
    for noise in (b"", b"\x80", b"noise", pickle.dumps(3), pickle.dumps(("raised", 3))):
        with pytest.raises(pickle.UnpicklingError):
            read_answer(noise, ("digitizer",))


def _enums() -> list[type[enum.Enum]]:
    for each in pkgutil.iter_modules(model.__path__, "digitizer.model."):
        importlib.import_module(each.name)
    found, seen = [enum.Enum], set[type[enum.Enum]]()
    while found:
        for kind in found.pop().__subclasses__():
            found.append(kind)
            seen.add(kind)
    ours = (kind for kind in seen if kind.__module__.startswith("digitizer.model."))
    return sorted(ours, key=lambda kind: kind.__qualname__)


@pytest.mark.parametrize("kind", _enums(), ids=lambda kind: kind.__qualname__)
def test_an_enum_comes_through_whatever_python_names_for_it(
    kind: type[enum.Enum], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python before 3.11.4 packs an enum by getattr, which no answer may name."""

    def as_early_python_does(each: enum.Enum, _protocol: int) -> tuple[object, ...]:
        return getattr, (type(each), each.name)

    for owner in (enum.Enum, *(base for base in kind.__mro__ if "__reduce_ex__" in vars(base))):
        if issubclass(owner, enum.Enum):
            monkeypatch.setattr(owner, "__reduce_ex__", as_early_python_does)
    every = tuple(kind)
    assert read_answer(packed_answer("done", every), ("digitizer",)) == ("done", every)
    with pytest.raises(pickle.UnpicklingError, match=r"names builtins\.getattr"):
        read_answer(pickle.dumps(("done", every)), ("digitizer",))
