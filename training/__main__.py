"""Trains a recogniser further on transcribed lines, and says how well it reads held-out hands.

    python -m training shape hand.onnx                      # PP-OCRv6's graph for our letters
    python -m training cut PAGES lines.pkl                  # real lines, cut and aligned
    python -m training make FONTS PROSE.txt FOLDER --seconds 60 [--print]
    python -m training train hand.onnx lines.pkl FOLDER/*.pkl --output handwriting.onnx

PAGES has folders handwritten, mixed and typed of NAME.jpg with NAME.txt. Pages whose name begins
with a ``--hold-out`` are never trained on; the error rates printed are theirs alone.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path

import cv2
import torch

from training.lessons import LESSONS, report, train
from training.lines import Line, read_lines, write_lines
from training.recogniser import Recogniser


def main() -> None:
    wanted = _arguments()
    cv2.setNumThreads(1)
    {"shape": _shape, "cut": _cut, "make": _make, "train": _train}[wanted.command](wanted)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shape = commands.add_parser("shape")
    shape.add_argument("output", type=Path)
    shape.add_argument("--base", type=Path, help="instead of rapidocr's own")
    shape.add_argument("--height", type=int, default=48)
    shape.add_argument("--frame", type=int, default=8)
    shape.add_argument("--without", type=int, nargs="*", default=[])
    cut = commands.add_parser("cut")
    cut.add_argument("pages", type=Path)
    cut.add_argument("output", type=Path)
    make = commands.add_parser("make")
    make.add_argument("fonts", type=Path)
    make.add_argument("prose", type=Path)
    make.add_argument("output", type=Path)
    make.add_argument("--seconds", type=float, default=60)
    make.add_argument("--print", action="store_true")
    make.add_argument("--processes", type=int, default=2)
    learn = commands.add_parser("train")
    learn.add_argument("shape", type=Path)
    learn.add_argument("lines", type=Path, nargs="+", help="what cut and make have written")
    learn.add_argument("--output", type=Path, required=True)
    learn.add_argument("--lesson", choices=tuple(LESSONS), default="writing")
    learn.add_argument("--start", type=Path, help="weights (.pt) of an earlier run")
    learn.add_argument("--hold-out", nargs="*", default=[], metavar="PREFIX")
    learn.add_argument("--minutes", type=float, default=30)
    learn.add_argument("--threads", type=int, default=2)
    learn.add_argument("--rate", type=float, help="how fast the body learns")
    learn.add_argument("--held", type=int, default=0, help="how many layers at its start do not")
    learn.add_argument("--batch", type=int, default=40_000, help="pixels of width together")
    learn.add_argument("--seed", type=int, default=1)
    learn.add_argument("--stretch", type=float, nargs="*", default=[1.0])
    return parser.parse_args()


def _shape(wanted: argparse.Namespace) -> None:
    from training.shapes import rapidocrs_own, shaped

    model = shaped(wanted.base or rapidocrs_own(), wanted.height, wanted.frame, wanted.without)
    wanted.output.write_bytes(model.SerializeToString())


def _cut(wanted: argparse.Namespace) -> None:
    from training.cutting import cut_all

    write_lines(cut_all(wanted.pages), wanted.output)


def _make(wanted: argparse.Namespace) -> None:
    from training.made import LineMaker

    texts = wanted.prose.read_text(encoding="utf-8").splitlines()
    maker = LineMaker(wanted.fonts, texts, print=wanted.print)
    wanted.output.mkdir(parents=True, exist_ok=True)
    kind = "print" if wanted.print else "writing"
    with Pool(wanted.processes) as pool:
        jobs = [
            (wanted.seconds, seed, wanted.output / f"{kind}-{wanted.fonts.name}-{seed}.pkl")
            for seed in range(wanted.processes)
        ]
        print(f"{sum(pool.starmap(maker.write, jobs))} lines made", flush=True)


def _train(wanted: argparse.Namespace) -> None:
    torch.set_num_threads(wanted.threads)
    torch.manual_seed(wanted.seed)
    net = Recogniser(wanted.shape).to("cuda" if torch.cuda.is_available() else "cpu")
    if wanted.start:
        net.load_state_dict(torch.load(wanted.start, weights_only=True, map_location="cpu"))
    lesson = LESSONS[wanted.lesson]
    if wanted.rate:
        lesson = replace(lesson, rate=wanted.rate)
    net.body.hold(wanted.held)
    lines: dict[str, list[Line]] = {}
    held_out: list[Line] = []
    for path in wanted.lines:
        for line in read_lines(path):
            if wanted.hold_out and line.page.startswith(tuple(wanted.hold_out)):
                if line.kind in lesson.judged_by:
                    held_out.append(line)
            elif line.kind in lesson.shares:
                lines.setdefault(line.kind, []).append(line)
    print({kind: len(some) for kind, some in lines.items()}, len(held_out), "held out")
    first = wanted.stretch[0]
    print("before:", report(net, held_out, first), flush=True)
    train(net, lesson, lines, held_out, wanted.minutes, wanted.seed, wanted.batch, first)
    for stretch in wanted.stretch:
        print(f"after, {stretch} wide:", report(net, held_out, stretch), flush=True)
    net.write(wanted.output)
    half = {name: value.half().cpu() for name, value in net.state_dict().items()}
    torch.save(half, wanted.output.with_suffix(".pt"))


if __name__ == "__main__":
    main()
