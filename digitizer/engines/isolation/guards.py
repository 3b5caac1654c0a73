"""What a sandbox gives up before it sees its first file. Linux; standard library only.

Constants are the kernel's (linux/prctl.h, linux/seccomp.h, linux/audit.h, the syscall tables).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_FILTER_MODE = 2
_ALLOW, _KILL, _DENY = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM

# socket, ptrace, process_vm_readv, process_vm_writev, io_uring_setup, pidfd_getfd: the ways
# out to a network, and into the memory and open files of the process that has the keys.
_REFUSED = {
    "x86_64": (0xC000003E, (41, 101, 310, 311, 425, 438)),
    "aarch64": (0xC00000B7, (198, 117, 270, 271, 425, 438)),
}
_X32_CALLS = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


def die_with(parent: int) -> None:
    """Ends this process when the thread that started it ends; at once if that has happened."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def limit(open_files: int, file_bytes: int, data_bytes: int) -> None:
    """No core dumps; bounds on open files, on a written file, and on private memory mapped."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_DATA, data_bytes),
    ):
        allowed = resource.getrlimit(what)[1]
        bound = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(what, (bound, bound))


def leave_network() -> str:
    """Shuts the network off as far as this kernel allows; returns what holds, in words."""
    held = [
        name
        for name, works in (
            ("an empty network namespace", _own_network()),
            ("a system call filter", _refuse_calls()),
        )
        if works
    ]
    return " and ".join(held) or "nothing"


def _own_network() -> bool:
    # Root keeps its user namespace: in a new one it could no longer read other users' files.
    root = os.geteuid() == 0
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWNET if root else _CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    if not root:
        with contextlib.suppress(OSError):
            _map_self(uid, gid)
    return True


def _map_self(uid: int, gid: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _refuse_calls() -> bool:
    """Installs a seccomp filter; refused calls fail with EPERM. False where it cannot be."""
    known = _REFUSED.get(platform.machine())
    if known is None or _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    code = _filter_code(*known)
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    return bool(_libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, program, 0, 0) == 0)


def _filter_code(architecture: int, refused: tuple[int, ...]) -> bytes:
    """Classic BPF over struct seccomp_data: the call's number at 0, the architecture at 4."""
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    tests = [(at_least, _X32_CALLS), *((equal, call) for call in refused)]
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, _KILL), (load, 0, 0, 0)]
    steps += [(code, len(tests) - i, 0, value) for i, (code, value) in enumerate(tests)]
    steps += [(give, 0, 0, _ALLOW), (give, 0, 0, _DENY)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
