"""What a document says of itself, as XMP: its title, who made it, and which PDF/A it is."""

from __future__ import annotations

from xml.sax.saxutils import escape

# Written out, with every namespace on the description: some validators look for them only there.
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <pdf:Producer>{producer}</pdf:Producer>{claim}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
_CLAIM = """
   <pdfaid:part>2</pdfaid:part>
   <pdfaid:conformance>{level}</pdfaid:conformance>"""


def xmp(title: str, producer: str, level: str) -> bytes:
    """The packet; it claims PDF/A-2 of that level ("B", "U"), of "" nothing."""
    claim = _CLAIM.format(level=level) if level else ""
    return _PACKET.format(title=escape(title), producer=escape(producer), claim=claim).encode()


def sayable(text: str) -> str:
    """``text`` without what XML cannot say, such as control characters and halves of letters."""
    return "".join(letter for letter in text if letter.isprintable())
