"""The key book: a key of its own for everything that retention may destroy.

What is in a backup is encrypted under these keys, and they are in no backup. So what loses its key
here is readable from no backup any more, however old. The book is one file in the home's keys
folder, encrypted under a key derived from the home's; a change replaces it, and the file that was
there is overwritten.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from digitizer.model.errors import SettingsError, StorageError
from digitizer.storage.copying import finish_replacing, replace_and_overwrite
from digitizer.storage.encryption import decrypt, encrypt, new_seal_key
from digitizer.storage.unfinished_files import folder_lock

FILE = "book.keys"
OWNER_BYTES = 16
_KEY_BYTES = 32
_ENTRY = OWNER_BYTES + _KEY_BYTES
_TAG_BYTES = 8
#: So many tags of a book are remembered, ten a day for more than twenty years.
_MOST_TAGS = 80_000

#: What has a key: the kind, in one byte, and half of a digest of its name.
Owner = bytes


def owner_of(kind: str, name: str) -> Owner:
    """``kind`` is one letter."""
    digest = hashlib.sha256(f"{kind}{name}".encode()).digest()
    return kind.encode("ascii") + digest[: OWNER_BYTES - 1]


@dataclass(frozen=True, slots=True)
class KeyBook:
    """``id`` is the same for ever, ``number`` grows with each change. ``outer`` encrypts the copy
    that is kept elsewhere; every backup has it under its passphrase, so that each opens the copy of
    today.

    ``tags`` are random, one for each change, the newest last: of two books that went on apart from
    the same one, neither has the other's. ``kept_in`` are the folders in which a copy of it was
    written; ``is_restored``: none yet by this home, which was made from a backup, so the one that
    is there may be that of a home that is in use. Its text form never shows a key."""

    id: str
    number: int
    outer: bytes
    keys: Mapping[Owner, bytes]
    tags: tuple[str, ...] = ()
    kept_in: tuple[str, ...] = field(default=(), compare=False)
    is_restored: bool = field(default=False, compare=False)

    def __repr__(self) -> str:
        return f"KeyBook({self.id!r}, {self.number}, …)"

    @property
    def tag(self) -> str:
        """Of its last change; "" for one that had none yet."""
        return self.tags[-1] if self.tags else ""

    def with_keys_for(self, owners: Collection[Owner]) -> KeyBook:
        """The same book where all of them have a key already."""
        new = {owner: new_seal_key() for owner in set(owners) - self.keys.keys()}
        return self._changed({**self.keys, **new}) if new else self

    def without(self, owners: Collection[Owner]) -> KeyBook:
        """The same book where none of them has a key."""
        gone = self.keys.keys() & set(owners)
        kept = {owner: key for owner, key in self.keys.items() if owner not in gone}
        return self._changed(kept) if gone else self

    def restored(self) -> KeyBook:
        """That of a home which goes on from this copy, whatever becomes of the one that wrote
        it."""
        return replace(self._changed(self.keys), kept_in=(), is_restored=True)

    def came_from(self, number: int, tag: str) -> bool:
        """Whether it was once the book of this number with this tag. One from before the tags that
        are remembered is told by its number alone."""
        place = len(self.tags) - 1 - (self.number - number)
        return number <= self.number and (place < 0 or self.tags[place] == tag)

    def _changed(self, keys: Mapping[Owner, bytes]) -> KeyBook:
        tags = (*self.tags, secrets.token_hex(_TAG_BYTES))[-_MOST_TAGS:]
        return replace(self, keys=keys, number=self.number + 1, tags=tags)

    def to_bytes(self) -> bytes:
        head = {
            "id": self.id,
            "number": self.number,
            "outer": self.outer.hex(),
            "tags": "".join(self.tags),
            "kept_in": self.kept_in,
            "is_restored": self.is_restored,
        }
        entries = b"".join(owner + key for owner, key in sorted(self.keys.items()))
        return json.dumps(head).encode("ascii") + b"\n" + entries


def book_from(content: bytes) -> KeyBook:
    """Raises StorageError for a format that this program does not know."""
    first, _, entries = content.partition(b"\n")
    try:
        head = json.loads(first)
        if len(entries) % _ENTRY:
            raise ValueError("cut short")
        keys = {
            entries[at : at + OWNER_BYTES]: entries[at + OWNER_BYTES : at + _ENTRY]
            for at in range(0, len(entries), _ENTRY)
        }
        tags, size = head.get("tags", ""), 2 * _TAG_BYTES  # the first books had none
        return KeyBook(
            id=head["id"],
            number=head["number"],
            outer=bytes.fromhex(head["outer"]),
            keys=keys,
            tags=tuple(tags[at : at + size] for at in range(0, len(tags), size)),
            kept_in=tuple(head.get("kept_in", ())),
            is_restored=head.get("is_restored", False),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise StorageError("The key book has a format that this program does not know.") from None


@contextmanager
def changing_book(keys: Path) -> Iterator[None]:
    """In the block nobody else changes the book of this keys folder. Raises OSError."""
    with folder_lock(keys):
        finish_replacing(keys / FILE)
        yield


def has_book(keys: Path) -> bool:
    return (keys / FILE).exists() or (keys / f"{FILE}.old").exists()


def read_book(keys: Path, under: bytes) -> KeyBook:
    """For the holder of the lock. Raises SettingsError where it is damaged or missing."""
    path = keys / FILE
    try:
        return book_from(decrypt(under, path.read_bytes()))
    except (OSError, StorageError):
        raise SettingsError(
            f"{path} is missing or damaged: without it no backup can be made or opened by its "
            "keys. Restore the newest backup with the copy in the key folder."
        ) from None


def write_book(keys: Path, under: bytes, book: KeyBook) -> None:
    """For the holder of the lock. Raises OSError."""
    replace_and_overwrite(keys / FILE, encrypt(under, book.to_bytes()))
