"""Writes trained weights back into the recogniser's own graph, small and in half precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

HEAD_WEIGHT, HEAD_BIAS = "linear_8.w_0", "linear_8.b_0"
_SMALL = 64  # values; shapes and constants of the conversion stay as they are


def write_network(
    base: onnx.ModelProto,
    weights: Mapping[str, NDArray[Any]],
    letters: Sequence[str],
    target: Path,
) -> None:
    """``base`` with ``weights`` (by initializer name) and ``letters``, the classes after the
    empty one and before the space, as onnxruntime loads it.

    Weights are stored as 16-bit floats and widened by a Cast that onnxruntime does once, when
    it loads the network: half the bytes in the package, the same arithmetic afterwards.
    """
    model = onnx.ModelProto()
    model.CopyFrom(base)
    casts = []
    for initializer in model.graph.initializer:
        value = np.asarray(weights.get(initializer.name, numpy_helper.to_array(initializer)))
        name = initializer.name
        if value.dtype == np.float32 and value.size > _SMALL:
            initializer.CopyFrom(numpy_helper.from_array(value.astype(np.float16), f"{name}.half"))
            casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
        else:
            initializer.CopyFrom(numpy_helper.from_array(value, name))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.metadata_props[:]
    helper.set_model_props(model, {"character": "\n".join(letters)})
    onnx.checker.check_model(model)
    target.write_bytes(model.SerializeToString())
