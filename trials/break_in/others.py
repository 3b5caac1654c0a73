"""What is another's: it must look like what does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from statistics import median
from time import perf_counter
from urllib.parse import urlencode

from tests.support.whole_facility import ANOTHER, OWNER
from trials.break_in.playing import Attack, Play, shut_if
from trials.break_in.target import Target
from trials.break_in.visitor import Answer

_MISSING = "0123456789abcdef"


def _alike(target: Target, path: str, others: str) -> str:
    """Another's, what does not exist, and what never was an id: one answer."""
    visitor = target.visitor()
    assert visitor.log_in(OWNER)
    ids = (target.place[others], _MISSING, "zzqq", "zz.qq", "zq" * 100)
    answers = {_bare(visitor.get(path.format(id=each)), each) for each in ids}
    shut_if(len(answers) == 1, f"{len(answers)} kinds of answer")
    shut_if({status for status, _ in answers} == {404}, f"answered {answers}")
    return f"{len(ids)} ids, one answer"


def _bare(answer: Answer, an_id: str) -> tuple[int, str]:
    return answer.status, answer.bare.replace(an_id, "ID")


def _takes_as_long(target: Target, path: str) -> str:
    """Medians, by turns."""
    visitor = target.visitor()
    assert visitor.log_in(OWNER)
    ids = {"another's": target.place["other"], "nobody's": _MISSING}
    took: dict[str, list[float]] = {name: [] for name in ids}
    for _ in range(60):
        for name, an_id in ids.items():
            begun = perf_counter()
            visitor.get(path.format(id=an_id))
            took[name].append(perf_counter() - begun)
    medians = {name: 1000 * median(some) for name, some in took.items()}
    shown = ", ".join(f"{name} {ms:.1f} ms" for name, ms in medians.items())
    shut_if(max(medians.values()) < 1.5 * min(medians.values()), shown)
    return shown


def _found_by_search(target: Target) -> str:
    """Words of another's letter, in the search of one's own mail."""
    visitor = target.visitor()
    visitor.log_in(ANOTHER)
    for word in ("tomatoes", "tomat*", '"tomatoes"', "garden OR lighthouse", "Biscuit", "%"):
        page = visitor.get(f"/mail?{urlencode({'q': word})}").text
        shut_if(target.place["letter"] not in page, f"{word} finds another's letter")
    return "no search shows another's letter"


_OTHERS: Mapping[str, Play] = {
    "a page of a letter": partial(_alike, path="/mail/{id}/1", others="other"),
    "a picture": partial(_alike, path="/mail/{id}/1/picture", others="other"),
    "a letter as PDF": partial(_alike, path="/mail/{id}/letter.pdf", others="other"),
    "a reply": partial(_alike, path="/mail/replies/{id}/1", others="others_reply"),
    "a picture of a reply": partial(
        _alike, path="/mail/replies/{id}/1/picture", others="others_reply"
    ),
    "held mail": partial(_alike, path="/mail/{id}/1", others="held"),
    "by search": _found_by_search,
    "how long a page takes": partial(_takes_as_long, path="/mail/{id}/1"),
    "how long a picture takes": partial(_takes_as_long, path="/mail/{id}/1/picture"),
}

ATTACK = Attack("what is another's", "as if it did not exist", _OTHERS, short=2)
