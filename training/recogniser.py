"""PP-OCRv6's recogniser as a thing to train: its body, and a head for our letters alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from training.export import HEAD_BIAS, HEAD_WEIGHT, write_network
from training.network import OnnxNetwork
from training.shapes import frame_of, height_of

_BEFORE_HEAD = "p2o.pd_op.transpose.8.0"


class Recogniser(nn.Module):
    """(N, 3, height, W) pictures to (N, W / frame, classes) scores; class 0 is no letter.

    ``shape`` is a graph that ``shapes.shaped`` made. ``height`` and ``frame`` are in pixels.
    """

    def __init__(self, shape: Path) -> None:
        super().__init__()
        self._base = onnx.load(str(shape))
        listed = {item.key: item.value for item in self._base.metadata_props}["character"]
        self.letters = "".join(listed.split("\n")) + " "
        self.height, self.frame = height_of(self._base), frame_of(self._base)
        weights = {item.name: numpy_helper.to_array(item) for item in self._base.graph.initializer}
        self.body = OnnxNetwork(shape, _BEFORE_HEAD)
        self.rest = nn.Dropout(0.1)
        self.head = nn.Linear(*weights[HEAD_WEIGHT].shape)
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(weights[HEAD_WEIGHT].T.copy()))
            self.head.bias.copy_(torch.from_numpy(weights[HEAD_BIAS].copy()))

    def forward(self, pictures: Tensor) -> Tensor:
        scores: Tensor = self.head(self.rest(self.body(pictures)))
        return scores

    def labels(self, text: str) -> list[int]:
        """The classes of the letters of ``text``."""
        return [self.letters.index(letter) + 1 for letter in text]

    def text(self, scores: Tensor) -> str:
        """The best path through one line's (frames, classes) scores."""
        best = [0, *scores.argmax(-1).tolist()]
        return "".join(
            self.letters[now - 1] for before, now in pairwise(best) if now and now != before
        )

    def write(self, target: Path) -> None:
        """The trained network as onnxruntime loads it."""
        trained = self.body.state()
        trained[HEAD_WEIGHT] = self.head.weight.detach().cpu().numpy().T.copy()
        trained[HEAD_BIAS] = self.head.bias.detach().cpu().numpy()
        # The reader adds the space after the letters of the list, as for the base.
        write_network(self._base, trained, self.letters[:-1], target)


def batch_of(pictures: Sequence[NDArray[np.float32]], frame: int = 8) -> Tensor:
    """Pictures of one height, RGB of 0..255, as one input; padded with the middle value."""
    width = -(-max(picture.shape[1] for picture in pictures) // frame) * frame
    batch = np.zeros((len(pictures), 3, pictures[0].shape[0], width), dtype=np.float32)
    for row, picture in zip(batch, pictures, strict=True):
        row[:, :, : picture.shape[1]] = picture[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
    return torch.from_numpy(batch)
