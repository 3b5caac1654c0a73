"""A wire to a server on this machine (TCP), which can be cut."""

from __future__ import annotations

import socket
import threading


class Wire:
    """Passes on what comes in at ``port`` until it is cut. Afterwards whoever tries is turned
    away, and nobody on either side was told that it would happen."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._listener.close()
        for each in self._ends:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._to)
            except OSError:
                return
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with one, other:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            return
