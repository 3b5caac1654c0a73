"""The network walked in torch is the network that onnxruntime runs, and comes back whole."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only training needs torch")
onnx = pytest.importorskip("onnx", reason="only training needs onnx")

from onnx import numpy_helper  # noqa: E402 - after the skips above

from training.network import gelus  # noqa: E402
from training.recogniser import Recogniser, batch_of  # noqa: E402
from training.shapes import rapidocrs_own, shaped  # noqa: E402


def write_shape(folder: Path, *options: Any) -> Path:
    path = folder / "shape.onnx"
    path.write_bytes(shaped(rapidocrs_own(), *options).SerializeToString())
    return path


def some_line(height: int) -> Any:
    picture = np.random.default_rng(1).uniform(0, 255, (height, 160, 3))
    return batch_of([picture.astype(np.float32)])


@pytest.mark.parametrize(
    ("height", "frame", "without"), [(48, 8, ()), (32, 4, ()), (32, 4, (1, 5, 11))]
)
def test_what_is_written_reads_as_what_was_trained(
    tmp_path: Path, height: int, frame: int, without: Collection[int]
) -> None:
    import onnxruntime

    net = Recogniser(write_shape(tmp_path, height, frame, without)).eval()
    assert (net.height, net.frame) == (height, frame)
    net.write(tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"))
    batch = some_line(height)
    with torch.no_grad():
        ours = net(batch).softmax(-1).numpy()
    assert ours.shape[1] == 160 // frame
    assert session.run(None, {"x": batch.numpy()})[0] == pytest.approx(ours, abs=0.02)
    listed = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    assert "".join(listed) + " " == net.letters
    assert (tmp_path / "net.onnx").stat().st_size < rapidocrs_own().stat().st_size / 2


def test_to_leave_out_a_pair_is_to_add_nothing(tmp_path: Path) -> None:
    whole = onnx.load(str(write_shape(tmp_path)))
    number = 5
    after = whole.graph.node[list(gelus(whole.graph.node))[number].halved].output[0]
    narrowing = next(node for node in whole.graph.node if after in node.input)
    bias = next(node for node in whole.graph.node if narrowing.output[0] in node.input)
    for initializer in whole.graph.initializer:
        if initializer.name in (*narrowing.input, *bias.input):
            nothing = np.zeros_like(numpy_helper.to_array(initializer))
            initializer.CopyFrom(numpy_helper.from_array(nothing, initializer.name))
    silent = tmp_path / "silent.onnx"
    silent.write_bytes(whole.SerializeToString())
    one, other = (
        Recogniser(path).eval() for path in (silent, write_shape(tmp_path, 48, 8, (number,)))
    )
    with torch.no_grad():
        assert one(some_line(48)).numpy() == pytest.approx(other(some_line(48)).numpy(), abs=1e-4)


def test_a_pair_that_all_goes_through_cannot_be_left_out() -> None:
    with pytest.raises(ValueError, match="cannot be left out"):
        shaped(rapidocrs_own(), without=(3,))


def test_held_layers_do_not_learn(tmp_path: Path) -> None:
    taught = []
    for held in (0, 2):
        net = Recogniser(write_shape(tmp_path, 32, 4))
        net.body.hold(held)
        net(some_line(32)).sum().backward()
        taught.append(sum(weight.grad is not None for weight in net.body.parameters()))
    assert taught[0] - taught[1] == 4  # two convolutions and their biases
    assert taught[1] > 100
