"""How much a process and its children used."""

from __future__ import annotations

import os
import subprocess
import sys

from digitizer.engines.isolation.usage import Usage, usage

_BURN = "import time\nwhile time.process_time() < 0.3: pass"


def test_usage_counts_children_that_live_and_that_ended() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_BURN!r}])"
    code += "; print(flush=True); x = b'x' * (32 << 20); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        process.stdout.readline()
        theirs, ours = usage(process.pid), usage(os.getpid())
        assert theirs.processor >= 0.3
        assert theirs.resident > 32 << 20
        assert ours.resident > theirs.resident
        assert ours.runs
        process.stdin.close()
    assert usage(process.pid) == Usage()
