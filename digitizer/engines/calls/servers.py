"""Janus and coturn as children of ours: started, watched, and ended with us.

They are asked to die with the process that started them, so that no media server goes on with
settings whose secrets nobody knows any more; and each that dies is started again, a second later
at the earliest.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from digitizer.engines.calls.janus_connection import JanusConnection
from digitizer.engines.calls.port import CallError, EngineDown
from digitizer.engines.calls.written import CannotWrite, MediaPlan, ServerSecrets, write_all

log = logging.getLogger("digitizer")

#: Before a command: it is killed when the thread that started it is gone, and so when we are.
_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
_PAUSE = 1.0
#: Seconds in which Janus must be there, or end when it is asked to.
_START, _END = 10.0, 5.0
_LOOK = 0.1
#: Seconds between questions whether Janus still answers, and after which one that took the question
#: and gave no answer hangs.
_ASK, _HANGS = 10.0, 5.0
#: Bytes of what a server says that are kept: of each request that it refuses, whoever sent it, the
#: relay says a line, and nobody's disk is filled by that.
_LONGEST_LOG = 1024 * 1024


def missing_programs() -> tuple[str, ...]:
    """What is not installed, by the names of the packages."""
    packages = {"janus": "janus", "turnserver": "coturn"}
    return tuple(package for name, package in packages.items() if not shutil.which(name))


@dataclass(eq=False)
class MediaServers:
    """Both servers. ``start`` may be called once."""

    plan: MediaPlan
    own: ServerSecrets
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _watcher: threading.Thread | None = None
    _asked: float = field(default_factory=monotonic)

    def start(self) -> None:
        """Writes their settings and starts them, without waiting until they answer. Raises
        CannotWrite and OSError."""
        if missing_programs():
            raise CannotWrite(f"Run: apt-get install {' '.join(missing_programs())}")
        write_all(self.plan, self.own)
        self._watcher = threading.Thread(target=self._watch, name="media-servers", daemon=True)
        self._watcher.start()

    def wait(self) -> None:
        """Until Janus answers. Raises EngineDown if it does not."""
        end = monotonic() + _START
        while True:
            try:
                JanusConnection(self.plan.socket, self.own.requests).close()
            except EngineDown:
                if monotonic() > end or self._stop.wait(_LOOK):
                    raise
            else:
                return

    def stop(self) -> None:
        self._stop.set()
        if self._watcher:
            self._watcher.join()

    def process(self, name: str) -> int | None:
        """The process id of "janus" or "relay"; None while there is none."""
        child = self._children.get(name)
        return child.pid if child and child.poll() is None else None

    def _watch(self) -> None:
        """One thread starts them and ends them: a child that is to die with its parent dies with
        the thread that made it."""
        try:
            while True:
                for name, command in self._commands().items():
                    self._keep(name, command)
                    self._shorten(self._log_of(name))
                self._end_if_it_hangs()
                if self._stop.wait(_PAUSE):
                    return
        finally:
            self._end_all()

    def _keep(self, name: str, command: Sequence[str]) -> None:
        child = self._children.get(name)
        if child and child.poll() is None:
            return
        if child:
            log.error("the media server %s ended (%s); it is started again", name, child.returncode)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        output = os.open(self._log_of(name), flags, 0o600)
        try:
            self._children[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.plan.folder,  # the path of Janus' socket is relative: it may not be long
                env={"PATH": os.environ.get("PATH", os.defpath)},
            )
        except OSError as error:
            log.error("the media server %s cannot be started: %s", name, error)
        finally:
            os.close(output)

    def _end_if_it_hangs(self) -> None:
        """Whoever asked a Janus that answers nothing would wait for it, again and again, and all
        pages with them."""
        if monotonic() - self._asked < _ASK:
            return
        self._asked = monotonic()
        try:
            JanusConnection(self.plan.socket, self.own.requests).close()
        except EngineDown:
            if monotonic() - self._asked > _HANGS:
                log.error("the media server janus does not answer any more; it is ended")
                self._children["janus"].kill()
        except CallError as error:  # it answers, if not well
            log.debug("the media server janus answers: %s", error)

    def _log_of(self, name: str) -> Path:
        return self.plan.folder / f"{name}.log"

    def _shorten(self, written: Path) -> None:
        """It begins anew once it is too long; who writes it goes on at its end."""
        try:
            if written.stat().st_size > _LONGEST_LOG:
                os.truncate(written, 0)
        except OSError as error:
            log.debug("%s was not shortened: %s", written.name, error)

    def _commands(self) -> dict[str, list[str]]:
        janus, relay = self.plan.janus_settings, self.plan.relay_settings
        return {
            "janus": [*_WITH_US, "janus", "-F", str(janus), "-C", str(janus / "janus.jcfg")],
            "relay": [*_WITH_US, "turnserver", "-c", str(relay)],
        }

    def _end_all(self) -> None:
        for child in self._children.values():
            child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            try:
                child.wait(_END)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def socket_is_private(path: Path) -> bool:
    """Whether only we can reach it: it lies in a folder that nobody else may enter."""
    folder = path.parent.stat()
    return folder.st_uid == os.getuid() and folder.st_mode & 0o077 == 0
