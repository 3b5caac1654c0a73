"""What a sandbox answers, packed there and read here, trusting nothing: it has handled a stranger's
file.

A pickle may call anything it names. Only plain data can be named here: arrays, dates, and
the dataclasses, enums and errors of our own modules and of the task's.
"""

from __future__ import annotations

import dataclasses
import enum
import io
import pickle
from collections.abc import Collection
from typing import Any

_PLAIN = {
    ("builtins", "set"),
    ("builtins", "frozenset"),
    ("builtins", "complex"),
    ("builtins", "bytearray"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("pathlib", "PosixPath"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
}


class _Writer(pickle.Pickler):
    """Packs enums by their values: Python before 3.11.4, such as Debian 12's, names getattr."""

    def reducer_override(self, each: Any) -> Any:
        return (type(each), (each.value,)) if isinstance(each, enum.Enum) else NotImplemented


def packed_answer(verdict: str, value: Any) -> bytes:
    """What ``read_answer`` reads."""
    packed = io.BytesIO()
    _Writer(packed, protocol=5).dump((verdict, value))
    return packed.getvalue()


class _Reader(pickle.Unpickler):
    def __init__(self, data: bytes, packages: Collection[str]) -> None:
        super().__init__(io.BytesIO(data))
        self._packages = packages

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module == "builtins" or module.partition(".")[0] in self._packages:
            named = super().find_class(module, name)
            if isinstance(named, type) and _is_data(named):
                return named
        raise pickle.UnpicklingError(f"a sandbox's answer names {module}.{name}")


def _is_data(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) or issubclass(kind, enum.Enum | Exception)


def read_answer(data: bytes, packages: Collection[str]) -> tuple[str, Any]:
    """(``done``, value), (``raised``, error) or (``ready``, words).

    ``packages`` are the top-level packages whose dataclasses, enums and errors are known.
    Raises UnpicklingError for anything else.
    """
    try:
        verdict, value = _Reader(data, packages).load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:
        raise pickle.UnpicklingError(f"a sandbox's answer cannot be read: {error!r}") from None
    if verdict not in ("done", "raised", "ready"):
        raise pickle.UnpicklingError("a sandbox's answer has no known form")
    if verdict == "raised" and not isinstance(value, Exception):
        raise pickle.UnpicklingError("a sandbox raised something that is no error")
    return verdict, value
