"""Checks an evidence pack, beside its files: python3 -I verify.py [ROOT of a printed anchor]"""

import hashlib
import json
import pathlib
import sys


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def climb(leaf, at, size, path):  # to the root of a hash tree, RFC 9162, section 2.1
    if size < 2 or not path:
        return leaf if size == 1 and not path else b""
    half = 1 << ((size - 1).bit_length() - 1)
    if at < half:
        return sha(b"\1", climb(leaf, at, half, path[:-1]), path[-1])
    return sha(b"\1", path[-1], climb(leaf, at - half, size - half, path[:-1]))


def check(trail, typed, seen=()):
    if typed:
        yield trail["anchor"] and typed == trail["anchor"]["root"], "the root that you typed"
    for event in trail["events"]:
        said = dict(json.loads(part[1]) for part in event["parts"] if part[0])
        parts = [
            sha(bytes.fromhex(p[0]), p[1].encode()) if p[0] else bytes.fromhex(p[1])
            for p in event["parts"]
        ]  # a closed part has no salt, and stands as its hash
        tree, path = trail[event["tree"]], [bytes.fromhex(each) for each in event["path"]]
        root = climb(sha(b"\0", *parts), said["seq"] - 1, tree["size"], path).hex()
        yield root == tree["root"], f"event {said}, in the tree of {event['tree']}"
        seen = (*seen, said)
    listed = [*seen[-1]["detail.trail"], seen[-1]["seq"]]
    yield [each["seq"] for each in seen] == listed, "the list of events, by the last of them"
    for name, digest in seen[-1]["detail.attached"].items():
        file, first = pathlib.Path(name), next(each for each in seen if digest in str(each))["seq"]
        holds = file.is_file() and sha(file.read_bytes()).hex() == digest
        yield holds, f"the file {name!r}, by its hash in event {first}"


found = list(
    check(json.loads(pathlib.Path("trail.json").read_text()), "".join(sys.argv[1:]).lower())
)
for holds, what in found:
    print("holds:" if holds else "DOES NOT HOLD:", what)
sys.exit(None if all(holds for holds, _ in found) else "Something does NOT hold: see above.")
