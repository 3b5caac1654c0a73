"""Mixes trained weights, and makes a network's arithmetic 8 bits wide.

    python -m training.smaller mix SHAPE.onnx OUT.onnx FIRST.pt SECOND.pt
    python -m training.smaller quantise IN.onnx OUT.onnx LINES.pkl

Two runs averaged, with an eighth of the untrained network, read hands they never saw better than
either run alone (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022).

Only convolutions are made 8 bits wide, but not the depthwise ones nor those at both ends, and
their weights take 7 bits: older processors' 8-bit sums would overflow with more. Between two of
them stands a GELU of five steps in floating point; as ``x * sigmoid(1.702 x)`` (Hendrycks and
Gimpel, "Gaussian error linear units", 2016) it is a table of 256 values and one product of bytes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper, version_converter
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from training.lines import in_colour, read_lines
from training.network import gelus
from training.recogniser import Recogniser, batch_of
from training.shapes import height_of

_UNTRAINED = 0.12
_OPSET = 17  # the first with a scale for each channel is 13
_ENDS = 4  # convolutions kept as they are, at either end
_LINES = 80
_STEEPNESS = 1.702
_WIDTH = 816  # pixels, of a line 48 high; lines of one width, so that their histograms can be added


def mix(shape: Path, runs: Sequence[Path]) -> Recogniser:
    """The average of ``runs`` (files .pt), with a little of what they began from."""
    net = Recogniser(shape)
    states = [torch.load(run, weights_only=True, map_location="cpu") for run in runs]
    share = (1 - _UNTRAINED) / len(states)
    net.load_state_dict(
        {
            name: value * _UNTRAINED + sum(state[name] * share for state in states)
            if value.is_floating_point()
            else states[0][name]
            for name, value in net.state_dict().items()
        }
    )
    return net


class _Shown(CalibrationDataReader):
    def __init__(self, lines: Sequence[NDArray[np.float32]]) -> None:
        self._left = iter(lines)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        line = next(self._left, None)
        return None if line is None else {"x": line}


def quantise(source: Path, target: Path, lines: Sequence[NDArray[np.float32]]) -> None:
    """``lines`` are inputs (1, 3, height, W) that show which values occur in the network."""
    model = onnx.load(str(source))
    letters = {item.key: item.value for item in model.metadata_props}
    del model.graph.value_info[:]  # of the untrained network's classes
    model.graph.output[0].type.tensor_type.shape.dim[2].Clear()
    with tempfile.TemporaryDirectory() as folder:
        plain, ready = Path(folder) / "plain.onnx", Path(folder) / "ready.onnx"
        onnx.save(model, str(plain))
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        network = version_converter.convert_version(onnx.load(str(ready)), _OPSET)
        onnx.save(network, str(ready))
        quantize_static(
            str(ready),
            str(target),
            _Shown(lines),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            reduce_range=True,
            nodes_to_exclude=_kept(network),
            calibrate_method=CalibrationMethod.Percentile,
        )
    made = onnx.load(str(target))
    narrow_gelus(made.graph)
    del made.metadata_props[:]
    helper.set_model_props(made, letters)
    onnx.save(made, str(target))


def narrow_gelus(graph: onnx.GraphProto) -> int:
    """Puts a sigmoid of bytes into the place of each GELU between 8-bit values; returns of how
    many. ``x / sqrt(2)``, its error function, 1 more, times ``x``, halved: so they are exported."""
    nodes = list(graph.node)
    maker = {name: place for place, node in enumerate(nodes) for name in node.output}
    gone: set[int] = set()
    narrow: dict[int, list[onnx.NodeProto]] = {}
    for gelu in gelus(nodes):
        widened = nodes[maker[nodes[gelu.divided].input[0]]]
        if widened.op_type == "DequantizeLinear":
            narrow[gelu.halved] = _narrow_gelu(graph, widened, nodes[gelu.halved].output[0])
            gone |= set(gelu.places()) - {gelu.halved}
    kept = [narrow.get(place, [node]) for place, node in enumerate(nodes) if place not in gone]
    del graph.node[:]
    graph.node.extend(node for some in kept for node in some)
    return len(narrow)


def _narrow_gelu(
    graph: onnx.GraphProto, widened: onnx.NodeProto, output: str
) -> list[onnx.NodeProto]:
    """The nodes from the bytes that ``widened`` makes floats of to the GELU's ``output``."""
    value = widened.output[0]
    bytes_, scale, zero = widened.input
    (scale_of_value,) = (one for one in graph.initializer if one.name == scale)
    constants = {
        "steep": numpy_helper.to_array(scale_of_value) * np.float32(_STEEPNESS),
        "step": np.float32(1 / 255),
        "none": np.uint8(0),
    }
    names = {name: f"{output}.{name}" for name in constants}
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(constant), names[name])
        for name, constant in constants.items()
    )
    share = [f"{output}.{part}" for part in ("in", "wide", "bytes", "out")]
    ends = [names["step"], names["none"]]
    return [
        helper.make_node("DequantizeLinear", [bytes_, names["steep"], zero], [share[0]]),
        helper.make_node("Sigmoid", [share[0]], [share[1]]),
        helper.make_node("QuantizeLinear", [share[1], *ends], [share[2]]),
        helper.make_node("DequantizeLinear", [share[2], *ends], [share[3]]),
        helper.make_node("Mul", [value, share[3]], [output]),
    ]


def _kept(network: onnx.ModelProto) -> list[str]:
    products = [node for node in network.graph.node if node.op_type in ("Conv", "MatMul")]
    depthwise = [node.name for node in products if _groups(node) > 1]
    return [*depthwise, *(node.name for node in (*products[:_ENDS], *products[-_ENDS:]))]


def _groups(node: Any) -> int:
    return next((item.i for item in node.attribute if item.name == "group"), 1)


def _some_lines(kept: Path, height: int) -> list[NDArray[np.float32]]:
    import cv2

    pictures = [in_colour(line.picture) for line in read_lines(kept)]
    chosen = pictures[:: max(1, len(pictures) // _LINES)][:_LINES]
    size = (_WIDTH * height // 48, height)
    sized = [cv2.resize(line, size, interpolation=cv2.INTER_AREA) for line in chosen]
    return [batch_of([line.astype(np.float32)]).numpy() for line in sized]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.smaller", description=__doc__)
    parser.add_argument("what", choices=("mix", "quantise"))
    parser.add_argument("files", nargs="+", type=Path)
    wanted = parser.parse_args()
    if wanted.what == "mix":
        shape, target, *runs = wanted.files
        mix(shape, runs).write(target)
    else:
        source, target, lines = wanted.files
        quantise(source, target, _some_lines(lines, height_of(onnx.load(str(source)))))


if __name__ == "__main__":
    main()
