"""What happens to a file, or to the data in it."""

from __future__ import annotations

HTML = b"\r\n--boundary--\r\n<html><body>Upload complete</body></html>\r\n"
FILLERS = {"zeros": bytes(3000), "blanks": b" \r\n" * 700, "a web form's HTML": HTML}


def cut(data: bytes, share: float = 0.6) -> bytes:
    return data[: int(len(data) * share)]


def with_hole(data: bytes, size: int = 200, share: float = 0.5) -> bytes:
    """``size`` bytes zeroed in the middle."""
    at = int(len(data) * share)
    size = min(size, len(data) // 3)
    return data[:at] + bytes(size) + data[at + size :]


def with_piece_lost(data: bytes, size: int = 1024, share: float = 0.4) -> bytes:
    """A block left out."""
    at = int(len(data) * share)
    return data[:at] + data[at + min(size, len(data) // 3) :]
