"""Files within a PDF, as any reader saves them (pikepdf)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

import pikepdf
from pikepdf import Array, AttachedFileSpec, Name

from digitizer.model.evidence import PackedFile


def with_files(pdf: bytes, files: Iterable[PackedFile], words: Mapping[str, str]) -> bytes:
    """The PDF with these files attached, each said to belong to it as PDF/A-3 wants it. Equal files
    give equal bytes."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        associated = Array()
        for each in files:
            opened.attachments[each.name] = AttachedFileSpec(
                opened,
                each.content,
                filename=each.name,
                description=words[each.says],
                mime_type=each.media_type,
                creation_date="",
                mod_date="",
            )
            kept = opened.attachments[each.name].obj
            kept.AFRelationship = Name.Source if each.data else Name.Supplement
            associated.append(kept)
        opened.Root.AF = associated
        opened.save(out, deterministic_id=True, min_version="1.7")
    return out.getvalue()
