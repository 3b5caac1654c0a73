"""Which of a TIFF's directories are pages: not its thumbnails, reduced copies and masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digitizer.engines.opening import tiff_tags as tags
from digitizer.engines.opening.page import (
    AGAIN,
    CUT_OFF,
    OpeningLimits,
    too_many_pages,
)
from digitizer.engines.opening.tiff_tags import Directory, TiffFile
from digitizer.model.errors import UnopenableFile

_REDUCED, _MASK = 1, 4  # bits of NewSubfileType
_OLD_REDUCED = 2  # SubfileType
_SHAPE = 0.05  # by which a thumbnail's shape may differ from its page's, rounded to pixels
_DOUBT = (
    "The file has further pictures behind one of its pages, and it is not clear whether they are "
    f"pages. {AGAIN}"
)


@dataclass(frozen=True, slots=True)
class _Picture:
    directory: Directory
    reduced: bool
    mask: bool


def page_directories(file: TiffFile, limits: OpeningLimits) -> tuple[Directory, ...]:
    """The directory of each page, in the file's order. Raises UnopenableFile.

    A directory that is marked as a reduced copy or a mask, and is one of the page before or
    after it, is no page.
    """
    found: list[_Picture] = []
    for directory in file.chain():
        found.append(_picture(_largest(file, directory)))
        if len(found) > 4 * limits.pages:
            raise UnopenableFile(too_many_pages(limits))
    pages = tuple(
        each.directory for at, each in enumerate(found) if not _belongs_to_another(found, at)
    )
    if not pages:
        raise UnopenableFile(CUT_OFF)  # the head points to nothing
    if len(pages) > limits.pages:
        raise UnopenableFile(too_many_pages(limits))
    return pages


def _picture(directory: Directory) -> _Picture:
    kind = directory.first(tags.NEW_SUBFILE)
    reduced = bool(kind & _REDUCED) or (
        tags.NEW_SUBFILE not in directory.entries and directory.first(tags.SUBFILE) == _OLD_REDUCED
    )
    return _Picture(directory, reduced, bool(kind & _MASK))


def _largest(file: TiffFile, directory: Directory) -> Directory:
    """The picture itself where a directory shows a reduced copy of one that stands below it."""
    here = _picture(directory)
    below = (_picture(each) for each in file.below(directory))
    full = [each.directory for each in below if not _is_smaller(each, directory)]
    if not full:
        return directory
    if len(full) == 1 and _is_copy(here, full[0]):
        return full[0]
    raise UnopenableFile(_DOUBT)


def _belongs_to_another(found: Sequence[_Picture], at: int) -> bool:
    before = next((each for each in reversed(found[:at]) if _is_whole(each)), None)
    after = next((each for each in found[at + 1 :] if _is_whole(each)), None)
    return any(_is_copy(found[at], each.directory) for each in (before, after) if each)


def _is_whole(picture: _Picture) -> bool:
    return not picture.reduced and not picture.mask


def _is_copy(one: _Picture, of: Directory) -> bool:
    """Whether it is a smaller picture of the same thing, or its mask, and says so."""
    small = one.directory
    if one.mask:
        return (small.width, small.height) == (of.width, of.height)
    smaller = small.width < of.width and small.height < of.height
    return one.reduced and smaller and _same_shape(small, of)


def _is_smaller(one: _Picture, than: Directory) -> bool:
    """What stands below a page and is smaller is a copy of it, whether it says so or not."""
    small = one.directory
    return one.mask or one.reduced or small.width * small.height < than.width * than.height


def _same_shape(one: Directory, other: Directory) -> bool:
    across = one.width * other.height
    rounding = max(one.width, one.height, other.width, other.height)
    return abs(across - one.height * other.width) <= max(_SHAPE * across, rounding)
