"""What each code of an embedded font says, for those who copy or search (ISO 32000-1, 9.10.3)."""

from __future__ import annotations


def unicode_map(blocks: str) -> bytes:
    """A ToUnicode map of two-byte codes around its ``bfchar`` and ``bfrange`` blocks."""
    return _FRAME.format(blocks=blocks).encode("ascii")


_FRAME = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""
