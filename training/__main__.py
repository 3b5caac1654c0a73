"""Fine-tunes the recogniser on transcribed pages, and says how well it reads held-out hands.

    python -m training PAGES --hold-out mss1288 --minutes 30 --output handwriting.onnx

PAGES has folders handwritten, mixed and typed of NAME.jpg with NAME.txt. Pages whose name begins
with a ``--hold-out`` are never trained on; the error rates printed are theirs alone.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from random import Random

import cv2
import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor, nn

from digitizer.parts.words import index_words
from training.augment import vary
from training.lines import Line, aligned, cut_page
from training.made import LineMaker
from training.recogniser import FRAME, Recogniser, batch_of

_RATE = 4e-4  # of the middle; the body learns at half of it, the new head at twice
_WARM_UP = 60  # steps
_BATCH = 12  # lines
_SORTED = 8  # batches whose lines are sorted by width, to waste little on padding
_TYPED_SHARE = 0.5  # typed and made lines for each handwritten one, so that print is not forgotten
_MADE_SHARE = 0.6
_MEMORY = 0.998  # of the moving average of the weights, which is what is kept
_REPORT_EVERY = 240  # seconds


@dataclass(frozen=True, slots=True)
class Lines:
    """What is trained on, and what is only read."""

    hand: list[Line]
    typed: list[Line]
    held_out: list[Line]


def main() -> None:
    wanted = _arguments()
    torch.set_num_threads(wanted.threads)
    cv2.setNumThreads(1)
    net = Recogniser()
    if wanted.start:
        net.load_state_dict(torch.load(wanted.start, weights_only=True))
    lines = gather(wanted.pages, tuple(wanted.hold_out), net.letters)
    maker = None
    if wanted.fonts and wanted.text:
        maker = LineMaker(wanted.fonts, wanted.text.read_text(encoding="utf-8").splitlines())
    print(f"{len(lines.hand)} written, {len(lines.typed)} typed, {len(lines.held_out)} held out")
    print("before:", report(net, lines.held_out), flush=True)
    train(net, lines, maker, wanted.minutes, Random(wanted.seed))
    print("after:", report(net, lines.held_out))
    net.write(wanted.output)
    torch.save(net.state_dict(), wanted.output.with_suffix(".pt"))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--hold-out", nargs="*", default=[], metavar="PREFIX")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--start", type=Path, help="weights (.pt) of an earlier run")
    parser.add_argument("--fonts", type=Path, help="a folder of script fonts, for made lines")
    parser.add_argument("--text", type=Path, help="prose for the made lines, in short lines")
    parser.add_argument("--output", type=Path, default=Path("handwriting.onnx"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def gather(folder: Path, hold_out: tuple[str, ...], letters: str) -> Lines:
    """Cuts and aligns every page, two at a time."""
    paths = sorted(folder.glob("*/*.jpg"))
    lines = Lines([], [], [])
    with Pool(2) as pool:
        for page in pool.imap(cut_page, paths):
            held = bool(hold_out) and page.name.startswith(hold_out)
            typed = page.kind == "typed"
            if not (held and typed):
                home = lines.held_out if held else lines.typed if typed else lines.hand
                home.extend(aligned(page, letters))
    return lines


def train(
    net: Recogniser, lines: Lines, maker: LineMaker | None, minutes: float, chance: Random
) -> None:
    """CTC with AdamW, one cosine over the time given; ``net`` ends as the average of its way."""
    groups = [
        {"params": list(net.body.parameters()), "lr": _RATE * 0.5},
        {"params": list(net.head.parameters()), "lr": _RATE * 2},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    rates = [group["lr"] for group in optimiser.param_groups]
    loss_of = nn.CTCLoss(zero_infinity=True)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    begun, said, losses = time.monotonic(), 0, []
    for step, batch in enumerate(_batches(lines, maker, chance)):
        spent = (time.monotonic() - begun) / 60 / minutes
        if spent >= 1:
            break
        warm = min(1, step / _WARM_UP) * (1 + math.cos(math.pi * spent)) / 2 + 0.01
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * warm
        loss = _loss(net, batch, chance, loss_of)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        losses.append(loss.item())
        _follow(average, net, min(_MEMORY, (step + 1) / (step + 21)))
        if spent * minutes * 60 > (said + 1) * _REPORT_EVERY:
            said += 1
            print(f"{spent:4.0%} step {step} loss {np.mean(losses[-200:]):.3f}", flush=True)
    net.load_state_dict(average)


def _batches(lines: Lines, maker: LineMaker | None, chance: Random) -> Iterator[list[Line]]:
    """Round after round: written lines twice, some typed and some made ones once."""
    if not lines.hand:
        raise SystemExit("No handwritten line could be aligned. Look at the pages' texts.")
    while True:
        some_typed = min(len(lines.typed), int(_TYPED_SHARE * len(lines.hand)))
        pool = lines.hand * 2 + chance.sample(lines.typed, some_typed)
        if maker is not None:
            pool += [maker.make(chance) for _ in range(int(_MADE_SHARE * len(lines.hand)))]
        chance.shuffle(pool)
        for start in range(0, len(pool), _SORTED * _BATCH):
            near = sorted(
                pool[start : start + _SORTED * _BATCH], key=lambda line: line.picture.shape[1]
            )
            batches = [near[at : at + _BATCH] for at in range(0, len(near), _BATCH)]
            chance.shuffle(batches)
            yield from batches


def _loss(net: Recogniser, batch: Sequence[Line], chance: Random, loss_of: nn.CTCLoss) -> Tensor:
    pictures = [vary(line.picture, chance) for line in batch]
    labels = [net.labels(line.text) for line in batch]
    net.train()
    scores = net(batch_of(pictures)).log_softmax(-1).transpose(0, 1)
    loss: Tensor = loss_of(
        scores,
        torch.tensor([label for line in labels for label in line]),
        torch.tensor([-(-picture.shape[1] // FRAME) for picture in pictures]),
        torch.tensor([len(line) for line in labels]),
    )
    return loss


def _follow(average: dict[str, Tensor], net: nn.Module, memory: float) -> None:
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                average[name].mul_(memory).add_(value, alpha=1 - memory)
            else:
                average[name].copy_(value)


def report(net: Recogniser, lines: Sequence[Line]) -> str:
    """Character error rate and recall of words of four letters or more, over ``lines``."""
    if not lines:
        return "nothing held out"
    net.eval()
    edits = letters = found = wanted = 0
    with torch.no_grad():
        for line in lines:
            height, width = line.picture.shape[:2]
            margin = round(height * 0.115)
            inner = line.picture[margin:-margin, margin : max(margin + 8, width - margin)]
            size = (max(16, round(inner.shape[1] * 48 / inner.shape[0])), 48)
            picture = cv2.resize(inner, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            read = net.text(net(batch_of([picture]))[0])
            edits += Levenshtein.distance(read, line.text)
            letters += len(line.text)
            words, read_words = (
                Counter(word for word in index_words(text) if len(word) >= 4)
                for text in (line.text, read)
            )
            wanted += words.total()
            found += (words & read_words).total()
    return f"CER {edits / letters:.4f}, word recall {found / max(1, wanted):.4f}"


if __name__ == "__main__":
    main()
