"""What is sealed to a certificate its owner opens with another program, and nobody else."""

from __future__ import annotations

import base64
import subprocess
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digitizer.engines.smime import read_certificate, sealed_to
from digitizer.support.clock import now
from tests.support.asked_staff import make_opener


@pytest.mark.parametrize("text", ["plain", "ñandú über 日本\n\n.\nFrom here\r\non", "x" * 10_000])
def test_its_owner_opens_it(tmp_path: Path, text: str) -> None:
    opener = make_opener(tmp_path)
    sealed = sealed_to(read_certificate(opener.certificate, now()), text)
    assert all(len(line) <= 76 for line in sealed.splitlines())
    enveloped = base64.b64decode(sealed)
    inner = message_from_bytes(opener.opened_der(enveloped), policy=policy.default)
    assert inner.get_content_type() == "text/plain"
    content = str(inner.get_content())
    assert content.split() == text.split()


def test_another_key_does_not_open_it_and_it_is_aes_256(tmp_path: Path) -> None:
    opener = make_opener(tmp_path / "own")
    other = make_opener(tmp_path / "other")
    sealed = base64.b64decode(sealed_to(read_certificate(opener.certificate, now()), "secret"))
    with pytest.raises(subprocess.CalledProcessError):
        other.opened_der(sealed)
    command = ["openssl", "cms", "-cmsout", "-print", "-inform", "DER"]
    shown = subprocess.run(command, input=sealed, capture_output=True, check=True).stdout
    assert b"aes-256-cbc" in shown
