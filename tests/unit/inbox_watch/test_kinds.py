"""What a name says: a scan perhaps, one that is still being written, something beside one."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox_watch.kinds import Kind, is_litter, is_temporary, kind_of

# One a line: what gives such names is in kinds.py.
UNFINISHED = (
    """
scan.tmp|SCAN.PDF.TMP|scan.pdf.temp|scan.tmp.pdf|scan_tmp.pdf|tmpscan.pdf|tmpk3x9_zq.pdf
tmp.Ab3dE5gH1j|temp0001.tif|Temp_0001.tif|TempImage.tif|scan.pdf.tmp1234|scan.pdf.tmp.1234
~DF3C.tmp|scan.tempfile.pdf|scan.part|scan.pdf.part|scan.part.pdf|scan.pdf-part|scan.pdf.part001
out1.pnm.part|scan.pdf.partial|partial-scan.pdf|scan (partial).tif|scan.pdf.incomplete
incomplete_scan.jpg|scan.unfinished|scan.inprogress|scan.in-progress|scan_in_progress.pdf
scan.uploading|scan.uploading.tif|scan (uploading).pdf|scan.upload|scan.pdf.transferring
scan.pdf.xfer|scan.pdf.receiving|scan.pdf.writing|scan.pdf.saving|scan.pdf.copying
scan.pdf._COPYING_|scan.pdf.new|scan.pdf.pending|scan.busy|scan.wip|scan.pdf.open|scan.download
scan.crdownload|Unconfirmed 123.crdownload|scan.pdf.opdownload|scan.aria2|scan.!ut|scan.!qB
scan.bc!|scan.td|scan.pdf.filepart|scan.pdf.cyberduckpart|scan.pdf.1a2b3c4d.partial|scan.ffs_tmp
scan.F3A2.ffs_tmp|scan.!sync|scan.mega|scan_.gstmp|scan.pdf.getxfer|in.scan|in.scan.pdf
scan.pdf.ocTransferId42.part|.scan.pdf.Xy12Ab|.syncthing.scan.pdf.tmp|~syncthing~scan.pdf.tmp
.~scan.pdf.1a2b|.goutputstream-XA12Z0|.nfs000000000abc|.fuse_hidden000001|.smb0001|.scan.pdf
.pending-1699-scan.pdf|.scan.pdf.icloud|scan.pdf.1a2b3c|scan.pdf.AbCdEf|scan.pdf.4711
scan.pdf.sb-5f2b1a3c-AbCdEf|scan.pdf.whatever|scan0001.Xa81Kd|scan.pdf_|scan.pd_|scan.tif$
scan.pdf!|scan.$$$|scan~|scan.pdf~|~scan.pdf|scan.pdf.~1~|~$letter.docx|#scan.pdf#|.#scan.pdf
.scan.pdf.swp|scan.pdf.swo|scan.bak|scan.pdf.bak|scan.tif.orig|scan.old|scan.pdf.save|scan.lck
scan.pdf.lock|scan.camelLock|lock|.~lock.scan.pdf#
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

BESIDE = (
    """
scan.xml|SCAN.XML|scan.pdf.xml|scan.idx|scan.ctl|scan.csv|scan.json|scan.txt|scan.log|scan.ini
scan.xmp|scan.XST|scan.lst|scan.meta|scan.jdf|scan.md5|scan.pdf.md5|scan.sha1|scan.pdf.sha256
scan.sfv|scan.pdf.sig|scan.ok|scan.pdf.ok|scan.done|scan.ready|scan.trg|scan.fin|scan.eof|scan.sem
scan.flag|scan.go|scan.end|._scan.pdf|scan.pdf:Zone.Identifier|scan.pdf_Zone.Identifier
scan.pdfZone.Identifier|scan.pdf:AFP_AfpInfo|scan.pdf\uf03aZone.Identifier|scan.pdf@SynoEAStream
scan.pdf@SynoResource|scan.lnk|scan.url|scan.pdf.aspx
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

LITTER = [
    ".DS_Store",
    "._.DS_Store",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "Icon\r",
    ".directory",
    "@eaDir",
    "#recycle",
    "@Recycle",
    "$RECYCLE.BIN",
    "System Volume Information",
    "lost+found",
    ".Spotlight-V100",
    ".Trashes",
    ".stfolder",
    ".sync_0a1b2c3d4e5f.db-wal",
    ".dropbox",
]

# As scanners, copiers, phones, people and browsers name what is finished.
FINISHED = (
    """
scan.pdf|Scan0001.PDF|20260102_103000.pdf|2026-01-02 10.30.00.pdf|2026-01-02T10:30:00.pdf
12.01.2026.pdf|IMG_2034.HEIC|IMG-20260102-WA0001.jpg|_MG_1234.JPG|_DSC0042.tif|DSC_0001.jpeg
page2.jpg|0001.tif|out1.pnm|SKM_C250i26010210300.pdf|DOC010226-01022026103000.pdf
CCF01022026_0001.pdf|BRW1234567890AB_0001.pdf|Adobe Scan 02 Jan 2026.pdf
CamScanner 01-02-2026 10.30.pdf|Scanned_20260102-1030.pdf|a1b2c3d4e5f6.tif
e5f6a7b8-1234-4abc-9def-001122334455.pdf|scan (1).pdf|scan - Copy.pdf|Copy of scan.pdf|scan.pdf.1
scan.pdf;1|scan.tif.pdf|scan.pdf.pdf|a.b.c.pdf|Dr. New.pdf|J. Work.pdf|letter v1.2.pdf
room 2.5.jpg|letter_part 2.pdf|tmp.tif|part.pdf|temporary.jpg|template.pdf|TEMPLE.PDF
temperance.jpg|in.pdf|new.pdf|newsletter.pdf|lock.pdf|upload.pdf|download (3).pdf|transfer.pdf
pending.pdf|copy.pdf|done.pdf|ok.pdf|original.pdf|incoming_0001.pdf|scan#2.pdf|#12.pdf|$50.pdf
what?.pdf|scan|scan0001|README|-rf.pdf|scan.xyz|scan.docx|scan.zip|scan.pdf.zip
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize("name", UNFINISHED)
def test_names_of_unfinished_files(name: str) -> None:
    assert kind_of(name) is Kind.UNFINISHED


@pytest.mark.parametrize("name", BESIDE)
def test_names_of_what_is_written_beside_a_scan(name: str) -> None:
    assert kind_of(name) is Kind.BESIDE


@pytest.mark.parametrize("name", LITTER)
def test_litter(name: str) -> None:
    assert kind_of(name) is Kind.LITTER


@pytest.mark.parametrize("name", FINISHED)
def test_names_of_finished_files(name: str) -> None:
    assert kind_of(name) is Kind.SCAN


def test_the_tables_hold_what_they_should() -> None:
    assert [len(UNFINISHED), len(BESIDE), len(FINISHED)] == [
        len(set(each)) for each in (UNFINISHED, BESIDE, FINISHED)
    ]
    assert not is_litter("scan.pdf")
    assert not is_temporary("scan.pdf")


@given(st.from_regex(r"[a-z]{1,8}[0-9]{0,6}", fullmatch=True), st.sampled_from([".pdf", ".tif"]))
def test_plain_names_are_finished_and_anything_hung_to_them_is_not(stem: str, ending: str) -> None:
    whole = f"x{stem}{ending}"
    assert kind_of(whole) is Kind.SCAN
    for unfinished in (
        f".{whole}",
        f"~{whole}",
        f"{whole}~",
        f"{whole}.{stem}zz.part",
        f"{whole}.tmp",
        f"x{stem}.tmp{ending}",
        f"tmp_{whole}",
    ):
        assert kind_of(unfinished) is Kind.UNFINISHED


@given(st.binary(min_size=1, max_size=60).map(os.fsdecode))
def test_every_name_has_a_kind(name: str) -> None:
    assert kind_of(name) in Kind
