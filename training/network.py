"""An ONNX network as a torch module, so that it can be trained on, and back again.

The module walks the ONNX graph as it stands, node by node, with the graph's initializers as its
parameters: what it computes is what onnxruntime computes (the tests hold them side by side), and
trained parameters go back into the very same graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

_MOVING = (".running_mean", ".running_var")


class OnnxNetwork(nn.Module):
    """Runs the graph from its one input to the value called ``output``.

    Floating-point initializers that are weights (not the shapes and small constants of the
    conversion, which Paddle's exporter calls ``helper.`` and ``auto.``) become parameters.
    """

    def __init__(self, path: Path, output: str) -> None:
        super().__init__()
        self.model = onnx.load(str(path))
        graph = self.model.graph
        self._input = graph.input[0].name
        self._output = output
        self._nodes = [_Node(node) for node in with_whole_gelus(_leading_to(graph.node, output))]
        self._names: dict[str, str] = {}
        used = {name for node in self._nodes for name in node.inputs}
        for initializer in graph.initializer:
            if initializer.name in used:
                self._take(
                    initializer.name, torch.from_numpy(numpy_helper.to_array(initializer).copy())
                )

    def _take(self, name: str, value: Tensor) -> None:
        key = "w_" + name.replace(".", "__").replace("/", "_")
        self._names[name] = key
        if not value.is_floating_point():
            setattr(self, key, value)  # shapes and axes stay where Python reads them
        elif value.numel() > 1:
            self.register_parameter(key, nn.Parameter(value))
        else:
            self.register_buffer(key, value)

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, 3, height, W) pictures to the output's value."""
        values: dict[str, Any] = {name: getattr(self, key) for name, key in self._names.items()}
        values[self._input] = pictures
        for node in self._nodes:
            values[node.output] = node.run(
                *(values[name] if name else None for name in node.inputs)
            )
        return values[self._output]

    def hold(self, convolutions: int) -> None:
        """Lets the layers up to and with the first so many convolutions learn no more."""
        seen = 0
        for node in self._nodes:
            seen += node.convolves
            if seen > convolutions:
                break
            for name in node.inputs:
                if name in self._names:
                    getattr(self, self._names[name]).requires_grad_(False)

    def state(self) -> dict[str, NDArray[Any]]:
        """The value of each initializer under its name in the graph."""
        return {
            name: getattr(self, key).detach().float().cpu().numpy()
            if getattr(self, key).is_floating_point()
            else getattr(self, key).numpy()
            for name, key in self._names.items()
        }


def _leading_to(nodes: Iterable[onnx.NodeProto], output: str) -> list[onnx.NodeProto]:
    """The nodes that ``output`` depends on, in their order."""
    wanted, kept = {output}, []
    for node in reversed(list(nodes)):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


@dataclass(frozen=True, slots=True)
class Gelu:
    """Where in a graph's list of nodes the five steps of one GELU stand: its value over the root
    of two, the error function of it, one more, times the value, halved."""

    divided: int
    erf: int
    added: int
    product: int
    halved: int

    def places(self) -> tuple[int, ...]:
        return self.divided, self.erf, self.added, self.product, self.halved


def gelus(nodes: Sequence[onnx.NodeProto]) -> Iterator[Gelu]:
    """Every GELU of a graph, in its order."""
    maker = {name: place for place, node in enumerate(nodes) for name in node.output}
    user = {name: place for place, node in enumerate(nodes) for name in node.input}
    for erf, node in enumerate(nodes):
        if node.op_type == "Erf":
            added = user[node.output[0]]
            product = user[nodes[added].output[0]]
            halved = user[nodes[product].output[0]]
            yield Gelu(maker[node.input[0]], erf, added, product, halved)


def with_whole_gelus(nodes: Sequence[onnx.NodeProto]) -> list[onnx.NodeProto]:
    """The nodes with one of the name "Gelu" in the place of each GELU's five: a fifth of the
    memory to go through."""
    gone: set[int] = set()
    whole = {}
    for gelu in gelus(nodes):
        value, result = nodes[gelu.divided].input[0], nodes[gelu.halved].output[0]
        whole[gelu.halved] = onnx.helper.make_node("Gelu", [value], [result])
        gone |= set(gelu.places())
    return [
        whole.get(place, node)
        for place, node in enumerate(nodes)
        if place in whole or place not in gone
    ]


class _Node:
    def __init__(self, node: onnx.NodeProto) -> None:
        self.inputs = list(node.input)
        (self.output,) = node.output
        self._options = {
            item.name: _plain(onnx.helper.get_attribute_value(item)) for item in node.attribute
        }
        self._operation = _OPERATIONS[node.op_type]
        self.convolves = node.op_type == "Conv"

    def run(self, *values: Any) -> Any:
        return self._operation(*values, **self._options)


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _same_upper(
    picture: Tensor, kernel: tuple[int, ...], strides: list[int], fill: float
) -> Tensor:
    """Pads so that the answer is as large as the input over the stride, the odd pixel last."""
    pads: list[int] = []
    for size, reach, step in zip(picture.shape[:1:-1], kernel[::-1], strides[::-1], strict=True):
        total = max(0, (-(-size // step) - 1) * step + reach - size)
        pads += [total // 2, total - total // 2]
    return functional.pad(picture, pads, value=fill)


def _conv(
    picture: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    strides: list[int],
    pads: list[int] | None = None,
    dilations: list[int] | None = None,
    group: int = 1,
    auto_pad: str = "NOTSET",
    kernel_shape: list[int] | None = None,
) -> Tensor:
    if auto_pad == "SAME_UPPER":
        picture, pads = _same_upper(picture, tuple(weight.shape[2:]), strides, 0.0), None
    return functional.conv2d(
        picture, weight, bias, strides, (pads or [0, 0])[:2], dilations or 1, group
    )


def _max_pool(picture: Tensor, *, kernel_shape: list[int], strides: list[int], **_: Any) -> Tensor:
    padded = _same_upper(picture, tuple(kernel_shape), strides, float("-inf"))
    return functional.max_pool2d(padded, kernel_shape, strides)


def _slice(value: Any, starts: Any, ends: Any, axes: Any, steps: Any = None) -> Any:
    steps = [1] * len(starts) if steps is None else steps
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        window = slice(int(start), min(int(end), value.shape[int(axis)]), int(step))
        value = value[(slice(None),) * int(axis) + (window,)]
    return value


def _reshape(value: Tensor, shape: Tensor) -> Tensor:
    sizes = [value.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())]
    return value.reshape(sizes)


def _squeeze(value: Tensor, *, axes: list[int]) -> Tensor:
    return value.squeeze(tuple(axes))


def _unsqueeze(value: Tensor, *, axes: list[int]) -> Tensor:
    for axis in axes:
        value = value.unsqueeze(axis)
    return value


def _batch_norm(
    value: Tensor,
    scale: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
    *,
    epsilon: float,
    **_: Any,
) -> Tensor:
    # The running figures stay as they were learned from millions of lines.
    return functional.batch_norm(
        value, mean.detach(), variance.detach(), scale, bias, False, 0.0, epsilon
    )


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "Add": torch.add,
    "AveragePool": lambda v, kernel_shape, strides, **_: functional.avg_pool2d(
        v, kernel_shape, strides
    ),
    "BatchNormalization": _batch_norm,
    "Concat": lambda *values, axis: torch.cat(values, axis),
    "Conv": _conv,
    "Div": torch.div,
    "Erf": torch.erf,
    "Gelu": functional.gelu,
    "HardSigmoid": lambda v, alpha, beta: (alpha * v + beta).clamp(0, 1),
    "Identity": lambda v: v,
    "MatMul": torch.matmul,
    "MaxPool": _max_pool,
    "Mul": torch.mul,
    "Pow": torch.pow,
    "ReduceMean": lambda v, axes, keepdims=1: v.mean(axes, bool(keepdims)),
    "Relu": torch.relu,
    "Reshape": _reshape,
    "Shape": lambda v: torch.tensor(v.shape),
    "Sigmoid": torch.sigmoid,
    "Slice": _slice,
    "Softmax": lambda v, axis: torch.softmax(v, axis),
    "Sqrt": torch.sqrt,
    "Squeeze": _squeeze,
    "Sub": torch.sub,
    "Transpose": lambda v, perm: v.permute(perm),
    "Unsqueeze": _unsqueeze,
}
