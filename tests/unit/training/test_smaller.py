"""A GELU of bytes answers as the GELU of floats does, to the width of its own approximation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="only training needs torch")
onnx = pytest.importorskip("onnx", reason="only training needs onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402 - after the skips above

from training.smaller import narrow_gelus  # noqa: E402


def _network() -> Any:
    """Bytes, widened, through a GELU as it is exported, and narrowed again."""
    constants = {
        "scale": np.float32(0.05),
        "zero": np.uint8(128),
        "root": np.float32(2**0.5),
        "one": np.float32(1),
        "half": np.float32(0.5),
        "out": np.float32(0.03),
        "out_zero": np.uint8(10),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["bytes"]),
        helper.make_node("DequantizeLinear", ["bytes", "scale", "zero"], ["wide"]),
        helper.make_node("Div", ["wide", "root"], ["divided"]),
        helper.make_node("Erf", ["divided"], ["erf"]),
        helper.make_node("Add", ["erf", "one"], ["added"]),
        helper.make_node("Mul", ["wide", "added"], ["product"]),
        helper.make_node("Mul", ["product", "half"], ["gelu"]),
        helper.make_node("QuantizeLinear", ["gelu", "out", "out_zero"], ["narrow"]),
        helper.make_node("DequantizeLinear", ["narrow", "out", "out_zero"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N"]) for name in ("x", "y")]
    held = [numpy_helper.from_array(np.asarray(one), name) for name, one in constants.items()]
    graph = helper.make_graph(nodes, "gelu", ends[:1], ends[1:], held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def test_a_gelu_between_bytes_becomes_one_of_bytes() -> None:
    import onnxruntime

    def answer(model: Any) -> np.ndarray:
        session = onnxruntime.InferenceSession(model.SerializeToString())
        return np.asarray(session.run(None, {"x": values})[0])

    values = np.linspace(-6, 6, 400, dtype=np.float32)
    network = _network()
    exact = answer(network)
    assert narrow_gelus(network.graph) == 1
    assert "Erf" not in {node.op_type for node in network.graph.node}
    onnx.checker.check_model(network)
    assert np.abs(answer(network) - exact).max() <= 0.03 + 0.0203 + 1e-6  # a step, and its error
    assert narrow_gelus(network.graph) == 0
