"""The hash tree is that of RFC 9162 (and 6962), and a path proves one leaf and no other."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitizer.support.merkle import Path, Tree, leaf_hash
from tests.support.evidence_packs import climb

#: The vectors that implementations of Certificate Transparency share.
_ENTRIES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    bytes(range(96, 112)).hex(),
)
_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
_CLIMB = climb()


def _tree(leaves: list[bytes]) -> Tree:
    tree = Tree(range(len(leaves)))
    for each in leaves:
        tree.add(each)
    return tree


def _leaves(count: int) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(each)) for each in _ENTRIES[:count]]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_known_roots(count: int) -> None:
    assert _tree(_leaves(count)).root().hex() == _ROOTS[count - 1]


def test_the_root_of_nothing() -> None:
    assert Tree().root() == hashlib.sha256(b"").digest()
    assert Tree().paths() == {}


@pytest.mark.parametrize(
    ("count", "at", "path"),
    [
        (1, 0, ()),
        (
            8,
            0,
            (
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ),
        ),
        (
            8,
            5,
            (
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ),
        ),
        (3, 2, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    ],
)
def test_the_known_paths(count: int, at: int, path: tuple[str, ...]) -> None:
    assert tuple(each.hex() for each in _tree(_leaves(count)).paths()[at]) == path


_SOME = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


@given(_SOME)
def test_every_path_leads_to_the_root_and_to_no_other_place(entries: list[bytes]) -> None:
    leaves = [leaf_hash(bytes([number]) + each) for number, each in enumerate(entries)]
    tree, size = _tree(leaves), len(leaves)
    for at, path in tree.paths().items():
        assert _CLIMB(leaves[at], at, size, path) == tree.root()
        other = (at + 1) % size
        if other != at:
            assert _CLIMB(leaves[at], other, size, path) != tree.root()
            assert _CLIMB(leaves[other], at, size, path) != tree.root()
        assert _CLIMB(leaves[at], at, size, (*path, bytes(32))) != tree.root()
        assert _CLIMB(leaves[at], at, size, path[:-1]) != tree.root() or not path


@given(_SOME, st.data())
def test_no_altered_byte_leads_there(entries: list[bytes], data: st.DataObject) -> None:
    tree = _tree([leaf_hash(each) for each in entries])
    at = data.draw(st.integers(0, len(entries) - 1))
    whole = [leaf_hash(entries[at]), *tree.paths()[at]]
    spot = data.draw(st.integers(0, 32 * len(whole) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    spoiled = bytearray(b"".join(whole))
    spoiled[spot] ^= bit
    leaf, *path = (bytes(spoiled[start : start + 32]) for start in range(0, len(spoiled), 32))
    assert _CLIMB(leaf, at, len(entries), path) != tree.root()


@given(_SOME)
def test_it_only_grows(entries: list[bytes]) -> None:
    """Watching some leaves, and asking on the way, change nothing."""
    grown, roots = Tree([0]), list[bytes]()
    for each in entries:
        grown.add(leaf_hash(each))
        roots.append(grown.root())
    for size in range(1, len(entries) + 1):
        assert _tree([leaf_hash(each) for each in entries[:size]]).root() == roots[size - 1]
    first: Path = grown.paths()[0]
    assert _CLIMB(leaf_hash(entries[0]), 0, len(entries), first) == roots[-1]
