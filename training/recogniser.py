"""PP-OCRv6's recogniser as a thing to train: its body, and a head for our letters alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import rapidocr
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from training.export import HEAD_BIAS, HEAD_WEIGHT, write_network
from training.network import OnnxNetwork

BASE = Path(rapidocr.__file__).parent / "models" / "PP-OCRv6_rec_small.onnx"

#: Letters of western European languages, digits and the signs of letters; the base knows 18,710
#: classes, and a stroke it cannot read easily becomes a Chinese one.
LETTERS = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "¡¢£¥§¨ª«°±·º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüœŒ–—‘’“”…€"
)
FRAME = 8  # pixels of line width to one frame of the answer
_HEIGHT = 48
_BEFORE_HEAD = "p2o.pd_op.transpose.8.0"


class Recogniser(nn.Module):
    """(N, 3, 48, W) pictures to (N, W / 8, classes) scores; class 0 is no letter."""

    def __init__(self) -> None:
        super().__init__()
        base = onnx.load(str(BASE))
        listed = {item.key: item.value for item in base.metadata_props}["character"]
        alphabet = ["", *listed.splitlines(), " "]
        kept = [0, *(i for i, letter in enumerate(alphabet) if i and letter in LETTERS)]
        weights = {item.name: numpy_helper.to_array(item) for item in base.graph.initializer}
        self.letters = "".join(alphabet[i] for i in kept[1:])
        self.body = OnnxNetwork(BASE, _BEFORE_HEAD)
        self.rest = nn.Dropout(0.1)
        self.head = nn.Linear(weights[HEAD_WEIGHT].shape[0], len(kept))
        with torch.no_grad():
            self.head.weight.copy_(torch.from_numpy(weights[HEAD_WEIGHT][:, kept].T.copy()))
            self.head.bias.copy_(torch.from_numpy(weights[HEAD_BIAS][kept].copy()))

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
        trained[HEAD_WEIGHT] = self.head.weight.detach().numpy().T.copy()
        trained[HEAD_BIAS] = self.head.bias.detach().numpy()
        # The reader adds the space after the letters of the list, as for the base.
        write_network(onnx.load(str(BASE)), trained, self.letters[:-1], target)


def batch_of(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
    """Pictures 48 pixels high, RGB of 0..255, as one input; padded with the middle value."""
    width = -(-max(picture.shape[1] for picture in pictures) // FRAME) * FRAME
    batch = np.zeros((len(pictures), 3, _HEIGHT, width), dtype=np.float32)
    for row, picture in zip(batch, pictures, strict=True):
        row[:, :, : picture.shape[1]] = picture[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
    return torch.from_numpy(batch)
