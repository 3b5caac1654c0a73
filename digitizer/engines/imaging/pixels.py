"""Pictures into bytes and back, turned, shrunk, painted over. uint8, HxW grey or HxWx3 RGB."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from digitizer.model.errors import EngineError

Picture = np.ndarray[Any, np.dtype[np.uint8]]

_QUALITY = 85
_LONGEST_JPEG = 65_500
_WHITE = 255


def grey(image: Picture) -> Picture:
    """The picture in grey (a grey one as it is)."""
    return image if image.ndim == 2 else _as_picture(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def encode(image: Picture, quality: int = _QUALITY) -> bytes:
    """The derived picture that a person zooms into: PNG for black and white, else JPEG."""
    if _is_bilevel(image) or max(image.shape[:2]) > _LONGEST_JPEG:
        bilevel = [cv2.IMWRITE_PNG_BILEVEL, 1] if _is_bilevel(image) else []
        return _encoded(image, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 4, *bilevel])
    return _encoded(image, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, quality])


def encode_lossless(image: Picture) -> bytes:
    """The picture as PNG, pixel for pixel: for what becomes an original of its own."""
    return _encoded(image, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 4])


def pack(image: Picture, longest: int) -> bytes:
    """The picture as JPEG, shrunk until its longer side is at most ``longest`` pixels."""
    height, width = image.shape[:2]
    factor = min(1.0, longest / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = _as_picture(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    return _encoded(small, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])


def load(data: bytes) -> Picture:
    """A picture that ``encode`` made. EngineError for other bytes."""
    flags = cv2.IMREAD_UNCHANGED
    image = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    if image is None or image.dtype != np.uint8:
        raise EngineError("A stored page picture cannot be read. Work the scan again.")
    return _as_picture(cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if image.ndim == 3 else image)


def turn(image: Picture, quarter_turns: int) -> Picture:
    """Turned clockwise by so many right angles (anticlockwise if negative)."""
    return np.ascontiguousarray(np.rot90(image, -quarter_turns))


def _is_bilevel(image: Picture) -> bool:
    if image.ndim == 3:
        return False
    sparse = image[::17]  # most grey pictures show themselves in a few rows
    return all(bool(((part == 0) | (part == _WHITE)).all()) for part in (sparse, image))


def _encoded(image: Picture, suffix: str, parameters: list[int]) -> bytes:
    stored = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    done, data = cv2.imencode(suffix, stored, parameters)
    if not done:
        raise EngineError("A page picture could not be stored. Work the scan again.")
    return data.tobytes()


def _as_picture(image: Any) -> Picture:
    """OpenCV's functions return what its annotations do not say."""
    return np.asarray(image, dtype=np.uint8)
