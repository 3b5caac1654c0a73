"""Page images: upright, straight, looked over for ink and problems. One process, one thread."""

import cv2

from digitizer.engines.imaging.pixels import (
    encode,
    encode_lossless,
    grey,
    load,
    pack,
    turn,
)
from digitizer.engines.imaging.preparing import PreparedPage, prepare

cv2.setNumThreads(1)  # a sandbox a core: threads of OpenCV's own would only get in the way

__all__ = [
    "PreparedPage",
    "encode",
    "encode_lossless",
    "grey",
    "load",
    "pack",
    "prepare",
    "turn",
]
