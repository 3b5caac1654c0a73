"""What a browser may offer: one sound and at most one picture, and no address of its own.

Media goes from the browser to our relay and from there to the media server. What the browser says
of its own addresses serves nobody, so it goes no further than here; what the server says of its
own goes to the browser, and names this machine alone.
"""

from __future__ import annotations

from digitizer.engines.calls.port import LONGEST_SDP, Refused

#: The browser numbers what it sends; our page asks for the sound first. Muting goes by it.
SOUND, PICTURE = "0", "1"


def checked_offer(sdp: str) -> str:
    """The offer without addresses. Raises Refused for what no page of ours would send."""
    clean = without_addresses(sdp)
    media = [line.split(" ", 1)[0] for line in clean.splitlines() if line.startswith("m=")]
    if media not in (["m=audio"], ["m=audio", "m=video"]):
        raise Refused("An offer holds one sound, then at most one picture.")
    first = clean.partition("m=video")[0]
    if f"a=mid:{SOUND}\r\n" not in first:
        raise Refused("The sound of an offer comes first.")
    return clean


def without_addresses(sdp: str) -> str:
    """The same SDP without candidates, with lines ended as RFC 8866 has them. Raises Refused."""
    if len(sdp) > LONGEST_SDP or not sdp.startswith("v=0"):
        raise Refused("That is no SDP.")
    kept = [line for line in sdp.splitlines() if not line.startswith("a=candidate:")]
    return "".join(f"{line}\r\n" for line in kept)
