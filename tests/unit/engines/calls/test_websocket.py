"""The socket to a server: long messages, pieces, and an end that is not one of RFC 6455's."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digitizer.engines.calls.websocket import UnixWebSocket, WebSocketEnded

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def _frame(kind: int, data: bytes, final: bool = True) -> bytes:
    head = bytes([(0x80 if final else 0) | kind])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    if len(data) < 1 << 16:
        return head + bytes([126]) + struct.pack("!H", len(data)) + data
    return head + bytes([127]) + struct.pack("!Q", len(data)) + data


def _accepting(head: bytes) -> bytes:
    key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
    return b"HTTP/1.1 101 Switching\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"


@contextmanager
def _server(folder: Path, then: Callable[[socket.socket, bytes], None]) -> Iterator[Path]:
    path = folder / "s"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            with listener.accept()[0] as near:
                then(near, near.recv(4096))

        thread = threading.Thread(target=serve)
        thread.start()
        yield path
        thread.join()


def _says(*frames: bytes) -> Callable[[socket.socket, bytes], None]:
    def then(near: socket.socket, head: bytes) -> None:
        near.sendall(_accepting(head) + b"".join(frames))
        near.shutdown(socket.SHUT_WR)
        while near.recv(4096):  # what the client answers, until it is gone too
            pass

    return then


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536, 200_000])
def test_messages_of_every_length_arrive_both_ways(tmp_path: Path, length: int) -> None:
    text = "é" * (length // 2) + "x" * (length % 2)

    def echo(near: socket.socket, head: bytes) -> None:
        near.sendall(_accepting(head) + _frame(1, text.encode()))
        file = near.makefile("rb")
        second = file.read(2)[1] & 0x7F
        count = {126: 2, 127: 8}.get(second, 0)
        size = int.from_bytes(file.read(count), "big") if count else second
        mask, masked = file.read(4), file.read(size)
        plain = bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked))
        near.sendall(_frame(1, b"same" if plain == text.encode() else b"other"))

    with _server(tmp_path, echo) as path:
        client = UnixWebSocket(path, "p", 10)
        assert client.receive() == text
        client.send(text)
        assert client.receive() == "same"
        client.close()


def test_a_message_in_pieces_with_a_ping_between_is_one(tmp_path: Path) -> None:
    pieces = (_frame(1, b"one ", final=False), _frame(9, b"?"), _frame(0, b"two"))
    with _server(tmp_path, _says(*pieces)) as path:
        client = UnixWebSocket(path, "p", 10)
        assert client.receive() == "one two"
        client.close()


@pytest.mark.parametrize("end", [b"", _frame(8, b""), bytes([0x81, 127]) + b"\x7f" * 8])
def test_every_end_is_told(tmp_path: Path, end: bytes) -> None:
    with _server(tmp_path, _says(end)) as path:
        client = UnixWebSocket(path, "p", 10)
        with pytest.raises(WebSocketEnded):
            client.receive()
        client.close()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 No\r\n\r\n", b"HTTP/1.1 101 Yes\r\n\r\n", b""])
def test_another_protocol_is_refused(tmp_path: Path, answer: bytes) -> None:
    with (
        _server(tmp_path, lambda near, head: near.sendall(answer)) as path,
        pytest.raises(WebSocketEnded),
    ):
        UnixWebSocket(path, "p", 10)


def test_nobody_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        UnixWebSocket(tmp_path / "none", "p", 10)
