"""Threads that hash one after another do not each keep what a hashing took."""

from __future__ import annotations

import os
import subprocess
import sys

_PROGRAM = """
import sys, threading
from argon2 import PasswordHasher
from digitizer.support.memory import share_freed_memory

if int(sys.argv[1]):
    share_freed_memory(int(sys.argv[1]))
turns, everyone = threading.Lock(), threading.Barrier(30)
hasher = PasswordHasher(1, 19 * 1024, 1)

def work():
    everyone.wait()
    for _ in range(3):
        with turns:
            hasher.hash("secret")
    everyone.wait()

threads = [threading.Thread(target=work) for _ in range(30)]
for each in threads:
    each.start()
for each in threads:
    each.join()
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0])
"""


def _peak_kilobytes(arenas: int) -> int:
    """Of a process whose thirty threads hash by turns, on a machine of many cores."""
    many_cores = {**os.environ, "MALLOC_ARENA_MAX": "64"}
    words = [sys.executable, "-c", _PROGRAM, str(arenas)]
    return int(subprocess.run(words, env=many_cores, capture_output=True, check=True).stdout)


def test_thirty_threads_share_what_they_freed() -> None:
    each_its_own, shared = _peak_kilobytes(0), _peak_kilobytes(4)
    assert each_its_own > 10 * 19 * 1024, "this machine does not show what is to be prevented"
    assert shared < each_its_own / 2
