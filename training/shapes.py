"""A recogniser's graph made for another height of line, for fewer sums, and for our letters alone.

PP-OCRv6 small reads lines 48 pixels high and gives a frame for every 8 pixels of width. Most of
its sums are in pairs of layers that widen each pixel's values to twice as many and narrow them
again, added to what they were made of. Print is plain enough for lines of 32 pixels, 0.44 of the
sums, and for a few of these pairs left out, if it is trained so.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from training.export import HEAD_BIAS, HEAD_WEIGHT
from training.lines import LETTERS
from training.network import gelus

_SHRINK = 16  # times smaller than the line its last picture is high
_WIDER = 4  # pixels of width to one column of the last picture


def rapidocrs_own() -> Path:
    """The recogniser as PP-OCRv6 has it."""
    import rapidocr

    return Path(rapidocr.__file__).parent / "models" / "PP-OCRv6_rec_small.onnx"


def shaped(
    base: Path, height: int = 48, frame: int = 8, without: Collection[int] = ()
) -> onnx.ModelProto:
    """The network at ``base`` for lines ``height`` pixels high, with a frame for every ``frame``
    pixels of width, ``without`` some of its pairs of layers (numbered from 0), and with the
    classes of our letters alone, which its metadata lists."""
    model = onnx.load(str(base))
    _cut_head(model)
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = height
    for node in model.graph.node:
        if node.op_type == "AveragePool":
            pool = [height // _SHRINK, frame // _WIDER]
            del node.attribute[:]
            node.attribute.extend(
                helper.make_attribute(name, pool) for name in ("kernel_shape", "strides")
            )
    for node in [_sum_after(model.graph, number) for number in without]:
        node.op_type = "Identity"
        del node.input[1:]
    return model


def height_of(model: onnx.ModelProto) -> int:
    """Pixels: how high the lines are that it sees."""
    return int(model.graph.input[0].type.tensor_type.shape.dim[2].dim_value)


def frame_of(model: onnx.ModelProto) -> int:
    """Pixels of a line's width to one frame of its answer."""
    (pool,) = (node for node in model.graph.node if node.op_type == "AveragePool")
    return _WIDER * next(item.ints[1] for item in pool.attribute if item.name == "strides")


def _cut_head(model: onnx.ModelProto) -> None:
    listed = {item.key: item.value for item in model.metadata_props}["character"]
    alphabet = ["", *listed.split("\n"), " "]
    kept = [0, *(i for i, letter in enumerate(alphabet) if i and letter in LETTERS)]
    for initializer in model.graph.initializer:
        if initializer.name in (HEAD_WEIGHT, HEAD_BIAS):
            value = numpy_helper.to_array(initializer)[..., kept]
            initializer.CopyFrom(
                numpy_helper.from_array(np.ascontiguousarray(value), initializer.name)
            )
    del model.metadata_props[:]
    helper.set_model_props(model, {"character": "\n".join(alphabet[i] for i in kept[1:-1])})
    del model.graph.value_info[:]
    model.graph.output[0].type.tensor_type.shape.dim[2].Clear()


def _sum_after(graph: onnx.GraphProto, number: int) -> onnx.NodeProto:
    """The addition of what a pair of layers makes to what it is made of, the pair known by the
    GELU in its middle. Of a pair that is not added to anything there is none."""
    user = {name: node for node in graph.node for name in node.input}
    value = graph.node[list(gelus(graph.node))[number].halved].output[0]
    for _ in range(4):  # convolution, bias, its name, the sum
        node = user[value]
        value = node.output[0]
    if node.op_type != "Add":
        raise ValueError(
            f"Pair {number} is not added to what it is made of: it cannot be left out."
        )
    return node
