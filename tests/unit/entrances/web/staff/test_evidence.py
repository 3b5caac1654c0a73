"""The page of the evidence pack: a pack, or what is in its way."""

from __future__ import annotations

import errno
import os
from typing import IO

import pytest

from digitizer.storage.blobs import LocalBlobs
from tests.support.web_kit import Mail, Visitor

WHY = {"reason": "Subpoena 26-1", "language": "es"}


def test_a_lost_picture_is_no_reason_for_no_pack(mail: Mail, ruth: Visitor) -> None:
    here = f"/staff/evidence/{mail.ids['letter']}"
    for name in list(mail.facility.pictures.names()):
        mail.facility.pictures.delete(name)
    made = ruth.post_form(here, WHY, seen_on=here)
    assert (made.status_code, made.content[:5]) == (200, b"%PDF-")


def test_a_store_that_fails_is_said_on_the_page(
    mail: Mail, ruth: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(store: LocalBlobs, sha256: str) -> IO[bytes]:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    here = f"/staff/evidence/{mail.ids['letter']}"
    monkeypatch.setattr(LocalBlobs, "open", fails)
    said = ruth.post_form(here, WHY, seen_on=here)
    assert said.status_code == 409
    assert "Could not read stored file" in said.text
    assert "Subpoena 26-1" in said.text


def test_of_no_letter_there_is_no_page(mail: Mail, ruth: Visitor) -> None:
    other = f"/staff/evidence/{mail.ids['letter']}"
    answer = ruth.post_form(f"/staff/evidence/{'0' * 16}", WHY, seen_on=other)
    assert answer.status_code == 404
