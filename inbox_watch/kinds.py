"""What a file's name says of it: a scan perhaps, one that is still being written, or none.

Two mistakes are possible, and they are not alike. What is taken for unfinished and is not waits,
a person hears of it, and a new name fixes it; half a scan that is taken for a whole one is pages
lost. So in doubt a name says "unfinished". Nothing is passed over in silence but a few exact
names that only operating systems and stores give to their own.

The names come from the manuals and sources of the programs that are named beside them.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Kind(StrEnum):
    """SCAN: may be a finished scan. UNFINISHED: by its name its writer is not done. BESIDE: what
    is written about a scan, beside it. LITTER: an operating system's own, never a scan."""

    SCAN = "scan"
    UNFINISHED = "unfinished"
    BESIDE = "beside"
    LITTER = "litter"


@lru_cache(maxsize=32_768)  # a folder of many files is looked at every few seconds
def kind_of(name: str) -> Kind:
    """What the name alone says; capital letters make no difference."""
    if is_litter(name):
        return Kind.LITTER
    if is_beside(name):
        return Kind.BESIDE
    return Kind.UNFINISHED if is_temporary(name) else Kind.SCAN


# --- litter

_LITTER = frozenset(
    {
        # Windows; macOS (Finder, Spotlight, AFP); KDE
        "thumbs.db",
        "ehthumbs.db",
        "ehthumbs_vista.db",
        "desktop.ini",
        "$recycle.bin",
        "recycler",
        "system volume information",
        ".ds_store",
        "._.ds_store",
        ".localized",
        "icon\r",
        ".apdisk",
        ".fseventsd",
        ".spotlight-v100",
        ".trashes",
        ".temporaryitems",
        ".appledouble",
        ".appledb",
        ".appledesktop",
        ".documentrevisions-v100",
        "network trash folder",
        "temporary items",
        ".directory",
        "lost+found",
        # stores: Synology, QNAP, NetApp, ZFS, Samba's vfs_recycle
        "@eadir",
        "#recycle",
        "#snapshot",
        "@tmp",
        ".@__thumb",
        "@recycle",
        "@recently-snapshot",
        ".snapshot",
        ".zfs",
        ".recycle",
        # programs that keep folders alike: Syncthing, Dropbox, ownCloud and Nextcloud
        ".stfolder",
        ".stignore",
        ".stversions",
        ".dropbox",
        ".dropbox.attr",
        ".dropbox.cache",
        ".owncloudsync.log",
        ".nextcloudsync.log",
    }
)
_JOURNAL = re.compile(r"\._?sync_[0-9a-f]+\.db(-wal|-shm|-journal)?")  # ownCloud, Nextcloud


def is_litter(name: str) -> bool:
    """What operating systems and stores leave everywhere: passed over without a word."""
    folded = name.casefold()
    return folded in _LITTER or bool(_JOURNAL.fullmatch(folded))


# --- beside a scan

# What the pipeline opens, and formats near to it: after one of these no other ending is usual.
_SCANS: Final = (
    "pdf|tiff?|jpe?g|jpe|jfif|png|bmp|dib|gif|webp|jp2|j2k|j2c|jpc|jpf|jpx|heic|heif|avif|"
    "p[bgpn]m|pcx|djvu?|xps|jb2|jbig2?"
)
_BESIDE = frozenset(
    {
        # what a scanner or capture program writes of a scan: Kodak Capture Pro and Kofax (index,
        # control), Xerox (XSM, XST job logs and templates), JDF printers' and scanners' job tickets
        "xml",
        "xmp",
        "xst",
        "xsm",
        "xsd",
        "xsl",
        "json",
        "csv",
        "tsv",
        "idx",
        "index",
        "ctl",
        "ctrl",
        "inf",
        "ini",
        "cfg",
        "conf",
        "properties",
        "meta",
        "metadata",
        "mets",
        "lst",
        "list",
        "job",
        "jdf",
        "jmf",
        "nfo",
        "txt",
        "log",
        "err",
        "error",
        "dtd",
        "yaml",
        "yml",
        "toml",
        "aae",
        "thm",
        "pp3",
        "ocr",
        "hocr",
        "alto",
        # sums and signatures
        "md5",
        "md5sum",
        "sha",
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha512",
        "sha256sum",
        "sum",
        "sums",
        "sha1sum",
        "sha512sum",
        "crc",
        "crc32",
        "sfv",
        "b2",
        "b3",
        "par2",
        "asc",
        "sig",
        "p7s",
        "tsr",
        # "it is whole now": Camel and managed file transfer
        "ok",
        "done",
        "ready",
        "rdy",
        "trg",
        "trigger",
        "fin",
        "finished",
        "complete",
        "completed",
        "end",
        "eof",
        "eot",
        "eoj",
        "sem",
        "semaphore",
        "flag",
        "flg",
        "go",
        "ack",
        "nak",
        "success",
        "failed",
        "fail",
        "stamp",
        "marker",
        "mrk",
        "fertig",
        # links
        "lnk",
        "url",
        "webloc",
        "desktop",
        "db",
        # state of a transfer: Aspera, uGet, aTool's and browsers' own
        "aspx",
        "aspera-ckpt",
        "lftp-pget-status",
    }
)
# Other data of a file, which Windows, macOS and stores keep in a second file where they must.
_STREAM = re.compile(
    rf"\._.*|.*zone[.]identifier|.*[:\uf03a]\$data|.*\.({_SCANS})[:\uf03a].*|"
    r".*[:\uf03a](afp_\w+|com[.]\w.*)|.*@syno(eastream|resource)|.*\.streams|:2e.*",
    re.DOTALL,
)


def is_beside(name: str) -> bool:
    """Whether it is written about a scan, beside it: an index, a sum, a sign that it is whole."""
    folded = name.casefold()
    return _ending(folded) in _BESIDE or bool(_STREAM.fullmatch(folded))


# --- unfinished

# Endings, and parts before the last ending: scan.part, scan.part.pdf.
_UNFINISHED = frozenset(
    {
        # browsers and what fetches: Firefox, Chrome, Safari, Edge, Opera, aria2, torrents, Free
        # Download Manager, GetRight, FlashGet, Thunder, DC++, eMule, iCloud
        "part",
        "partial",
        "crdownload",
        "download",
        "opdownload",
        "aria2",
        "!ut",
        "!qb",
        "bc!",
        "jc!",
        "fdmdownload",
        "getright",
        "td",
        "xltd",
        "dctmp",
        "downloading",
        "met",
        "icloud",
        # what sends: WinSCP, Cyberduck, rclone, FreeFileSync, Resilio, MEGA, Aspera, gsutil, Google
        # Drive, FTP servers and managed file transfer
        "filepart",
        "cyberduckpart",
        "cyberducksegment",
        "cyberduckbundle",
        "ffs_tmp",
        "ffs_lock",
        "!sync",
        "syncpart",
        "synctemp",
        "mega",
        "getxfer",
        "gstmp",
        "ftptmp",
        "driveupload",
        "drivedownload",
        "upload",
        "uploading",
        "upl",
        "xfer",
        "xfr",
        "transferring",
        "transmitting",
        "receiving",
        "recv",
        "rcv",
        "sending",
        "incoming",
        # what copies and writes: Spring Integration, Camel, scanimage, Hadoop, writers of TIFF, PDF
        "tmp",
        "temp",
        "temporary",
        "tmpfile",
        "tempfile",
        "writing",
        "saving",
        "copying",
        "_copying_",
        "scanning",
        "processing",
        "wip",
        "busy",
        "incomplete",
        "unfinished",
        "inprogress",
        "inprog",
        "inuse",
        "staging",
        "chunk",
        "segment",
        "fragment",
        "unconfirmed",
        # locks, and editors: vim, emacs, Office
        "lock",
        "locked",
        "lck",
        "camellock",
        "swp",
        "swo",
        "swn",
        "swx",
        "un~",
        "asd",
        "wbk",
        "laccdb",
        "ldb",
    }
)
# Endings only, for before another ending they may be a person's words: letter.new.pdf. The last
# are copies from before a change, kept by the program that is at it: no scans of their own.
_UNFINISHED_ENDINGS = frozenset(
    {
        "new",
        "open",
        "work",
        "working",
        "pending",
        "hold",
        "wait",
        "waiting",
        "write",
        "save",
        "copy",
        "transfer",
        "progress",
        "stage",
        "draft",
        "pid",
        "lk",
        "bak",
        "bkp",
        "backup",
        "old",
        "orig",
        "original",
        "prev",
        "rej",
    }
)
_NUMBERED = re.compile(r"(tmp|temp|part|partial|chunk)[-_]?\d+")
_LIKE_TEMPORARY = re.compile(r"(tmp|temp|part|bak).*|.*(tmp|temp|part)")
# A word of its own at either end of the name: scan_tmp.pdf, partial-scan.pdf, scan (uploading).
_WORDS = (
    "tmp|temp|temporary|partial|incomplete|unfinished|uploading|downloading|transferring|"
    "filepart|crdownload|unconfirmed|in[-_ ]?progress"
)
_ENDS_WITH_WORD = re.compile(rf".*[^a-z0-9]({_WORDS})\d*[^a-z0-9.]*(\.({_SCANS}))?", re.DOTALL)
_BEGINS_WITH_WORD = re.compile(rf"[^a-z0-9]*({_WORDS})[^a-z0-9](?!({_SCANS})$).*", re.DOTALL)
# Office, emacs and most of what hides its files (rsync, Syncthing, GNOME, Nextcloud, NFS, Samba);
# Python's and others' tempfile; lftp (in.scan.pdf), but not in.pdf or tmp.pdf.
_BEGINS = re.compile(
    rf"[~.].*|#.*#|tmp[a-z0-9].*|temp\d.*|in\.(?!({_SCANS})$).*|unconfirmed \d.*|_gs(tmp|data)_.*",
    re.DOTALL,
)
_BEGINS_TEMP = re.compile(r"[Tt]emp[A-Z].*", re.DOTALL)  # TempImage.tif, but not TEMPLE.PDF
# scan.pdf~, scan.pd_, scan.pdf_, scan.pdf-part, scan.pdf!
_ENDS = re.compile(rf".*[~_$!#%]|.*\.({_SCANS})[-_~!$#%+=^&][^.]*", re.DOTALL)
# scan.pdf.1a2b3c (mkstemp, AWS), scan.pdf.4711 (a process's number), scan.pdf.whatever. But not
# scan.pdf.1: so wget and others name a second scan.pdf. Archives are taken: staff read what to do.
_ARCHIVES = "zip|gz|tgz|7z|rar|bz2|xz|docx?|odt|p7m|gpg|pgp"
_AFTER_SCAN = re.compile(
    rf".*\.({_SCANS})(\.[^. ]+)*\.(?!(\d\d?|{_SCANS}|{_ARCHIVES})$)[^. ]+", re.DOTALL
)
_RANDOM = re.compile(r".*\.(?!jpeg2000$)(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{6,12}", re.DOTALL)
_SIGN = re.compile(r".*[~!$%].*", re.DOTALL)
_NAMES = (_BEGINS, _BEGINS_WITH_WORD, _ENDS, _ENDS_WITH_WORD, _AFTER_SCAN, _RANDOM)


def is_temporary(name: str) -> bool:
    """Whether the name says that its writer has not finished."""
    folded = name.casefold()
    return (
        any(each.fullmatch(folded) for each in _NAMES)
        or bool(_BEGINS_TEMP.fullmatch(name))
        or folded in _UNFINISHED
        or _endings_say_so(folded.split(".")[1:])
    )


def _endings_say_so(endings: list[str]) -> bool:
    """tmp, pdf tmp1, pdf-part, tmp pdf, uploading tif: what stands between a name's dots."""
    if not endings:
        return False
    *before, last = endings
    if last in _UNFINISHED_ENDINGS or _LIKE_TEMPORARY.fullmatch(last) or _SIGN.fullmatch(last):
        return True
    last_word = re.split("[-_]", last)[-1]
    parts = {last, last_word, re.sub("[-_ ]", "", last), *before[-1:]}
    return not parts.isdisjoint(_UNFINISHED) or any(map(_NUMBERED.fullmatch, before[-1:]))


def _ending(name: str) -> str:
    return name.rpartition(".")[2] if "." in name else ""
