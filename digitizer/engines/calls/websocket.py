"""A WebSocket to a program on this machine, over a Unix socket (RFC 6455, the client's half).

Only what is needed to speak with a server that we started ourselves: text, whole messages, no
extensions. Nothing here listens.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
import threading
from pathlib import Path

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG, _MORE = 0x1, 0x8, 0x9, 0xA, 0x0
_FINAL, _MASKED = 0x80, 0x80
_SHORT, _TWO_BYTES, _EIGHT_BYTES = 125, 126, 127
#: Bytes of one message; a longer one is not from a media server in its senses.
_MOST_BYTES = 1024 * 1024
_LONGEST_HEAD = 16 * 1024


class WebSocketEnded(OSError):
    """The other end closed it, died, or said what cannot be understood."""


class UnixWebSocket:
    """One connection. ``send`` may be called from any thread, ``receive`` from one."""

    def __init__(self, path: Path, protocol: str, seconds: float) -> None:
        """Raises OSError where nobody listens there, or whoever does speaks something else."""
        self._sending = threading.Lock()
        self._read = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(seconds)
            _connect(self._socket, path)
            self._shake_hands(protocol)
            self._socket.settimeout(None)
        except BaseException:
            self._socket.close()
            raise

    def send(self, text: str) -> None:
        self._send(_TEXT, text.encode())

    def receive(self) -> str:
        """The next message; waits for it. Raises WebSocketEnded."""
        whole = b""
        while True:
            final, kind, data = self._frame()
            if kind == _PING:
                self._send(_PONG, data)
            elif kind == _CLOSE:
                raise WebSocketEnded("it was closed")
            elif kind in (_TEXT, _MORE):
                whole += data
                if len(whole) > _MOST_BYTES:
                    raise WebSocketEnded("a message is too long")
                if final:
                    return whole.decode(errors="replace")

    def close(self) -> None:
        """Also wakes whoever waits in ``receive``."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was gone already
        finally:
            self._socket.close()

    def _shake_hands(self, protocol: str) -> None:
        key = base64.b64encode(os.urandom(16))
        lines = (
            "GET / HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key.decode()}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {protocol}",
        )
        self._socket.sendall("\r\n".join((*lines, "", "")).encode())
        while b"\r\n\r\n" not in self._read:
            if len(self._read) > _LONGEST_HEAD:
                raise WebSocketEnded("its answer has no end")
            self._fill()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        accepted = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
        if b" 101 " not in head.partition(b"\r\n")[0] or accepted not in head:
            raise WebSocketEnded("it does not speak WebSocket")

    def _send(self, kind: int, data: bytes) -> None:
        head = bytes([_FINAL | kind])
        if len(data) <= _SHORT:
            head += bytes([_MASKED | len(data)])
        elif len(data) < 1 << 16:
            head += bytes([_MASKED | _TWO_BYTES]) + struct.pack("!H", len(data))
        else:
            head += bytes([_MASKED | _EIGHT_BYTES]) + struct.pack("!Q", len(data))
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        with self._sending:
            self._socket.sendall(head + mask + masked)

    def _frame(self) -> tuple[bool, int, bytes]:
        first, second = self._take(2)
        length = second & ~_MASKED
        if length == _TWO_BYTES:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == _EIGHT_BYTES:
            (length,) = struct.unpack("!Q", self._take(8))
        if length > _MOST_BYTES:
            raise WebSocketEnded("a message is too long")
        return bool(first & _FINAL), first & 0x0F, self._take(length)

    def _take(self, count: int) -> bytes:
        while len(self._read) < count:
            self._fill()
        taken, self._read = self._read[:count], self._read[count:]
        return taken

    def _fill(self) -> None:
        more = self._socket.recv(65536)
        if not more:
            raise WebSocketEnded("the other end is gone")
        self._read += more


def _connect(near: socket.socket, path: Path) -> None:
    """By way of its folder: the system takes 107 bytes of a socket's path, and a home may lie
    deeper."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        near.connect(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
