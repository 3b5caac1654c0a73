"""The training itself: which lines a recogniser is shown, how fast it learns, how well it reads."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from torch import Tensor, nn

from digitizer.engines.words import index_words
from training.lines import HEIGHT, MARGIN, Line, in_colour
from training.recogniser import Recogniser, batch_of
from training.varied import OF_PRINT, OF_WRITING, Variety, varied

_WARM_UP = 100  # steps
_FEWEST, _MOST = 12, 128  # lines in a batch
_ROUND = 6_000  # lines drawn, sorted by width and dealt into batches
_MEMORY = 0.999  # of the moving average of the weights, which is what is kept
_REPORT_EVERY = 60  # seconds


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a recogniser is trained on: how lines are varied, the shares in which lines of each
    kind are drawn, which kind shows how good it is, and how fast the body learns."""

    variety: Variety
    shares: dict[str, float]
    judged_by: tuple[str, ...]
    rate: float


LESSONS = {
    "writing": Lesson(
        OF_WRITING,
        {"handwritten": 0.33, "mixed": 0.12, "typed": 0.06, "writing": 0.41, "print": 0.08},
        ("handwritten", "mixed"),
        3e-4,
    ),
    "print": Lesson(
        OF_PRINT, {"lines of print": 0.3, "typed": 0.08, "print": 0.62}, ("lines of print",), 8e-4
    ),
}


def train(
    net: Recogniser,
    lesson: Lesson,
    lines: dict[str, list[Line]],
    held_out: Sequence[Line],
    minutes: float,
    seed: int,
    batch_width: int,
    stretch: float,
) -> None:
    """CTC with AdamW, one cosine over the time given; ``net`` ends as the average of its way.
    On that way it says how well it reads lines ``held_out``, ``stretch`` times as wide."""
    device = next(net.parameters()).device
    chance = np.random.default_rng(seed)
    groups = [
        {"params": [one for one in net.body.parameters() if one.requires_grad], "lr": lesson.rate},
        {"params": list(net.head.parameters()), "lr": lesson.rate * 3},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=device.type == "cuda")
    rates = [group["lr"] for group in optimiser.param_groups]
    loss_of = nn.CTCLoss(zero_infinity=True)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    shown = {
        kind: [(_to(line, device), net.labels(line.text)) for line in some]
        for kind, some in lines.items()
    }
    begun, reported, losses = time.monotonic(), 0, []
    for step, batch in enumerate(_batches(shown, lesson, batch_width, chance)):
        spent = (time.monotonic() - begun) / 60 / minutes
        if spent >= 1:
            break
        warm = min(1, step / _WARM_UP) * (1 + math.cos(math.pi * spent)) / 2 + 0.005
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * warm
        net.train()
        pictures, frames = varied(
            [line for line, _ in batch], lesson.variety, net.height, net.frame, chance
        )
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            scores = net(pictures)
        loss = loss_of(
            scores.float().log_softmax(-1).transpose(0, 1),
            torch.tensor([label for _, labels in batch for label in labels], device=device),
            torch.tensor(frames),
            torch.tensor([len(labels) for _, labels in batch]),
        )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        losses.append(loss.detach())
        _follow(average, net, min(_MEMORY, (step + 1) / (step + 21)))
        if spent * minutes * 60 > (reported + 1) * _REPORT_EVERY:
            reported += 1
            mean = torch.stack(losses[-200:]).mean().item()
            read = report(net, held_out, stretch)
            print(f"{spent:4.0%} step {step} loss {mean:.3f}", read, flush=True)
    net.load_state_dict(average)


def _to(line: Line, device: torch.device) -> Tensor:
    picture = line.picture
    planes = picture[None] if picture.ndim == 2 else picture.transpose(2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(planes)).to(device)


def _batches(
    lines: dict[str, list[tuple[Tensor, list[int]]]],
    lesson: Lesson,
    batch_width: int,
    chance: np.random.Generator,
) -> Iterator[list[tuple[Tensor, list[int]]]]:
    """Round after round of lines drawn by the lesson's shares; of one batch all of like width."""
    kinds = [kind for kind in lesson.shares if lines.get(kind)]
    if not kinds:
        raise SystemExit("No line could be aligned. Look at the pages' texts.")
    while True:
        drawn = [
            lines[kind][place]
            for kind in kinds
            for place in chance.integers(len(lines[kind]), size=int(_ROUND * lesson.shares[kind]))
        ]
        drawn.sort(key=lambda one: one[0].shape[2])
        batches, start = [], 0
        while start < len(drawn):
            width = drawn[min(start + _FEWEST, len(drawn) - 1)][0].shape[2]
            stop = start + min(_MOST, max(_FEWEST, batch_width // width))
            batches.append(drawn[start:stop])
            start = stop
        for place in chance.permutation(len(batches)):
            yield batches[place]


def _follow(average: dict[str, Tensor], net: nn.Module, memory: float) -> None:
    with torch.no_grad():
        for name, value in net.state_dict().items():
            average[name].lerp_(value, 1 - memory)


def report(net: Recogniser, lines: Sequence[Line], stretch: float = 1.0) -> str:
    """Character error rate and recall of words of four letters or more, over ``lines``, each
    ``stretch`` times as wide as it is."""
    if not lines:
        return "nothing held out"
    net.eval()
    device = next(net.parameters()).device
    edits = letters = found = wanted = 0
    ordered = sorted(lines, key=lambda line: line.picture.shape[1])
    for start in range(0, len(ordered), 16):
        some = ordered[start : start + 16]
        pictures = [_as_read(line, net.height, stretch) for line in some]
        with torch.no_grad():
            scores = net(batch_of(pictures, net.frame).to(device)).cpu()
        for line, picture, row in zip(some, pictures, scores, strict=True):
            read = net.text(row[: -(-picture.shape[1] // net.frame)])
            edits += Levenshtein.distance(read, line.text)
            letters += len(line.text)
            words, read_words = (
                Counter(word for word in index_words(text) if len(word) >= 4)
                for text in (line.text, read)
            )
            wanted += words.total()
            found += (words & read_words).total()
    return f"CER {edits / letters:.4f}, word recall {found / max(1, wanted):.4f}"


def _as_read(line: Line, height: int, stretch: float) -> NDArray[np.float32]:
    margin = round(MARGIN / (1 + 2 * MARGIN) * HEIGHT)
    full = line.picture.shape[1]
    inner = in_colour(line.picture)[margin:-margin, margin : max(margin + 8, full - margin)]
    size = (max(16, round(inner.shape[1] * height / inner.shape[0] * stretch)), height)
    return cv2.resize(inner, size, interpolation=cv2.INTER_AREA).astype(np.float32)
