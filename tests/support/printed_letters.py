"""Letters and a notice to print, and a photo."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from PIL import Image

from digitizer.engines.printing.kit.cover_layout import PAPERS
from digitizer.engines.printing.letters.letter import LetterFromInmate, LetterToInmate
from digitizer.engines.printing.letters.rejection_notice import RejectionNotice
from digitizer.engines.printing.sheets.cover_sheet import CoverSheet
from digitizer.engines.printing.sheets.reply_sheet import ReplySheet
from digitizer.model.paper import CodeKind
from digitizer.model.people import CustodyStatus, Inmate


def photo(colour: str, size: tuple[int, int] = (300, 200), orientation: int = 1) -> bytes:
    """A picture whose upper left quarter, before turning, has that colour; the rest is grey."""
    image = Image.new("RGB", size, "grey")
    image.paste(colour, (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


BOTH_PAPERS = pytest.mark.parametrize("paper", list(PAPERS))
PAYLOAD = "MD1ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
INMATE = Inmate("T-0042", "Sampler-Núñez", "Zoë", "C-3", CustodyStatus.IN_CUSTODY)
SENT = datetime(2025, 3, 4, 9, 30)
MAIL_ADDRESS = ("Mail Room", "100 Example Road", "Exampleville, EX 00000")
ADDRESS = ("Invented Person", "c/o Another", "221 Nowhere Street Apt 4", "Nowhere, EX 00000")


FROM_INMATE = LetterFromInmate(
    facility_name="Example Jail",
    mail_address=MAIL_ADDRESS,
    inmate=INMATE,
    recipient="Invented Person",
    address=ADDRESS,
    subject="Thanks",
    text="Dear friend,\n\nall is well.",
    photos=(),
    sent=SENT,
    message_id="M-18",
    cover=CoverSheet("Example Jail", MAIL_ADDRESS, INMATE, CodeKind.INMATE, PAYLOAD, "K7QM-3XTR-D"),
)


TO_INMATE = LetterToInmate(
    facility_name="Example Jail",
    inmate=INMATE,
    sender="Invented Person",
    subject="Hello",
    text="Dear Zoë,\n\nall is well.",
    photos=(),
    sent=SENT,
    message_id="M-17",
    reply=ReplySheet(PAYLOAD, "K7QM-3XTR-D"),
)


NOTICE = RejectionNotice(
    facility_name="Example Jail",
    mail_address=("Mail Room", "100 Example Road", "Exampleville, EX 00000"),
    inmate=Inmate("T-0042", "Sampler", "Zoë", "C-3", CustodyStatus.IN_CUSTODY),
    sender="Invented Person",
    sender_address=("Invented Person", "221 Nowhere Street", "Nowhere, EX 00000"),
    reference="R-17",
    item="Letter, 3 pages",
    received=date(2025, 3, 3),
    decided=date(2025, 3, 4),
    decided_by="Mailroom Supervisor",
    reasons=("A gift card was enclosed.", "One photo shows a weapon."),
    appeal_days=13,
    appeal_to=("Deputy Warden", "100 Example Road"),
)
