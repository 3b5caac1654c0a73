"""The network walked in torch is the network that onnxruntime runs, and comes back whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only training needs torch")
pytest.importorskip("onnx", reason="only training needs onnx")

from training.recogniser import BASE, Recogniser, batch_of  # noqa: E402 - after the skips above


def test_what_is_written_reads_as_what_was_trained(tmp_path: Path) -> None:
    import onnxruntime

    net = Recogniser().eval()
    picture = np.random.default_rng(1).uniform(0, 255, (48, 160, 3)).astype(np.float32)
    net.write(tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"))
    batch = batch_of([picture])
    with torch.no_grad():
        ours = net(batch).softmax(-1).numpy()
    assert session.run(None, {"x": batch.numpy()})[0] == pytest.approx(ours, abs=0.02)
    listed = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    assert "".join(listed) + " " == net.letters
    assert (tmp_path / "net.onnx").stat().st_size < BASE.stat().st_size / 2
