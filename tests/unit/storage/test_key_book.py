"""The key book: what loses its key has none in any file of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digitizer.model.errors import SettingsError, StorageError
from digitizer.storage import key_book
from digitizer.storage.encryption import new_seal_key
from digitizer.storage.key_book import (
    FILE,
    OWNER_BYTES,
    KeyBook,
    book_from,
    changing_book,
    has_book,
    owner_of,
    read_book,
    write_book,
)

ONE, TWO = owner_of("T", "one"), owner_of("T", "two")
EMPTY = KeyBook("book", 0, b"outer", {})


def test_owners_are_of_their_kind_and_name() -> None:
    assert len(ONE) == OWNER_BYTES
    assert ONE[:1] == b"T"
    assert len({ONE, TWO, owner_of("P", "one")}) == 3


def test_keys_are_made_once_and_taken_for_good() -> None:
    book = EMPTY.with_keys_for([ONE, TWO])
    assert (book.number, len(set(book.keys.values()))) == (1, 2)
    assert book.with_keys_for([ONE]) is book
    left = book.without([ONE, owner_of("T", "nobody")])
    assert left.keys == {TWO: book.keys[TWO]}
    assert left.number == 2
    assert left.without([ONE]) is left
    again = left.with_keys_for([ONE])
    assert again.keys[ONE] != book.keys[ONE]


def test_a_book_knows_which_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    one = EMPTY.with_keys_for([ONE])
    left, right = one.with_keys_for([TWO]), one.without([ONE])
    assert left.came_from(one.number, one.tag)
    assert left.came_from(left.number, left.tag)
    assert not left.came_from(right.number, right.tag)
    assert not left.without([ONE]).came_from(right.number, right.tag)
    assert not one.came_from(left.number, left.tag)
    restored = left.restored()
    assert (restored.is_restored, restored.keys) == (True, left.keys)
    assert restored.came_from(left.number, left.tag)
    assert not left.with_keys_for([owner_of("T", "three")]).came_from(restored.number, restored.tag)
    # What is older than the tags it remembers is known by its number alone.
    monkeypatch.setattr(key_book, "_MOST_TAGS", 2)
    long = restored.without([ONE])
    assert len(long.tags) == 2
    assert long.came_from(one.number, "any")
    assert not long.came_from(restored.number, "another")
    untagged = KeyBook("book", 5, b"outer", {})
    assert untagged.came_from(5, "")
    assert untagged.with_keys_for([ONE]).came_from(5, "")


def test_it_is_written_and_read_and_never_shown(tmp_path: Path) -> None:
    under = new_seal_key()
    assert not has_book(tmp_path)
    book = EMPTY.with_keys_for([ONE, TWO])
    for written in (book, book.without([ONE]), replace(book.restored(), kept_in=("/media/keys",))):
        with changing_book(tmp_path):
            write_book(tmp_path, under, written)
            assert read_book(tmp_path, under).to_bytes() == written.to_bytes()
        assert {path.name for path in tmp_path.iterdir()} == {FILE}
        assert book.keys[TWO] not in (tmp_path / FILE).read_bytes()
    assert has_book(tmp_path)
    assert book.keys[ONE].hex() not in repr(book)
    with pytest.raises(SettingsError, match="missing or damaged"):
        read_book(tmp_path, new_seal_key())


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b'{"id": 1}\n', EMPTY.to_bytes() + b"x", b"[]\n"]
)
def test_another_format_is_refused(content: bytes) -> None:
    with pytest.raises(StorageError, match="format"):
        book_from(content)
