"""What a browser offers, before it reaches a server."""

from __future__ import annotations

import pytest

from digitizer.engines.calls.offers import checked_offer, without_addresses
from digitizer.engines.calls.port import LONGEST_SDP, Refused
from tests.support.call_kit import OFFER


def test_no_address_of_a_browser_goes_further() -> None:
    assert "198.51.100.7" in OFFER
    assert "198.51.100.7" not in checked_offer(OFFER)
    assert checked_offer(OFFER).count("m=") == 2


def test_sound_alone_is_enough() -> None:
    assert "m=video" not in checked_offer(OFFER[: OFFER.index("m=video")])


@pytest.mark.parametrize(
    "offer",
    [
        OFFER.replace("a=mid:0", "a=mid:sound"),
        OFFER[: OFFER.index("m=audio")],
        OFFER + OFFER[OFFER.index("m=video") :],
        OFFER.replace("m=video", "m=application"),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(offer: str) -> None:
    with pytest.raises(Refused):
        checked_offer(offer)


@pytest.mark.parametrize("text", ["", "v=1", "v=0" + "a" * LONGEST_SDP])
def test_what_is_no_sdp_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        without_addresses(text)
