"""What a sandbox answers is data, never code."""

from __future__ import annotations

import os
import pickle
import subprocess
from typing import Any

import pytest

from digitizer.engines.isolation.answers import read_answer


@pytest.mark.parametrize("harm", [os.system, eval, subprocess.Popen, getattr])
def test_an_answer_can_name_no_function(harm: Any) -> None:
    with pytest.raises(pickle.UnpicklingError, match="names"):
        read_answer(pickle.dumps(("done", harm)), ("digitizer",))


def test_an_answer_that_is_noise_is_refused() -> None:
    for noise in (b"", b"\x80", b"noise", pickle.dumps(3), pickle.dumps(("raised", 3))):
        with pytest.raises(pickle.UnpicklingError):
            read_answer(noise, ("digitizer",))
