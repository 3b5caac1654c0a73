"""Networks as onnxruntime runs them here: on one core, keeping nothing between two pictures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitizer.model.errors import EngineError

FIX = "pip install rapidocr onnxruntime"


class Network:
    """A network of one picture in, one answer out. Raises EngineError if its file is missing,
    since nothing is downloaded."""

    def __init__(self, path: Path) -> None:
        import onnxruntime  # slow to load, and only readers need it

        if not path.is_file():
            raise EngineError(f"{path} is missing. {FIX}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # or the largest picture's stays resident for good
        options.log_severity_level = 4
        self._session: Any = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._input: str = self._session.get_inputs()[0].name

    @property
    def metadata(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        return found

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The first answer to an RGB (H, W, 3) or grey (H, W) picture, as PaddlePaddle's networks
        are shown it: blue, green and red from -1 to 1."""
        colours = np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture
        shown = np.empty((1, 3, *picture.shape[:2]), dtype=np.float32)
        np.divide(colours[:, :, ::-1].transpose(2, 0, 1), 127.5, out=shown[0])
        shown -= 1
        answer: NDArray[np.float32] = self._session.run(None, {self._input: shown})[0][0]
        return answer


@cache
def network(path: Path) -> Network:
    """The network in the file, loaded once a process."""
    return Network(path)


def version() -> str | None:
    """onnxruntime's version, None if it is not installed."""
    try:
        return package_version("onnxruntime")
    except PackageNotFoundError:
        return None
