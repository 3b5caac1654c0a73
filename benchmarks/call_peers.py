"""Peers of video calls that make no picture and look at none: aiortc with media that was made
before. Started by ``benchmarks.calls``, in whatever Python has aiortc; speaks in lines of JSON.

Each frame has as many bytes as Chromium's of 320 x 240, and nobody decodes it: what a peer costs is
the encryption of its packets, and Python.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import sys
import time
from fractions import Fraction
from typing import Any

# In another Python than the product's, if in any.
import aiortc  # type: ignore[import-not-found]
import av  # type: ignore[import-not-found]
from aiortc import rtcrtpreceiver

#: Bytes of a picture at 15 a second and 400 kbit/s; of 20 ms of sound at 32 kbit/s.
_PICTURE, _SOUND = 3300, 80
_FPS = 15


class _Track(aiortc.MediaStreamTrack):  # type: ignore[misc]
    """Packets at the pace of their medium, from bytes that mean nothing."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self._size, self._each = (_SOUND, 0.02) if kind == "audio" else (_PICTURE, 1 / _FPS)
        self._rate = 48_000 if kind == "audio" else 90_000
        self._began = time.monotonic()
        self._number = 0

    async def recv(self) -> Any:
        self._number += 1
        due = self._began + self._number * self._each
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        packet = av.Packet(b"\x10" + os.urandom(self._size - 1))
        packet.pts = int(self._number * self._each * self._rate)
        packet.time_base = Fraction(1, self._rate)
        return packet


def _decode_nothing(*given: Any) -> None:
    frames = next(each for each in given if isinstance(each, queue.Queue))
    while frames.get() is not None:
        pass


async def _peer(way: dict[str, str]) -> Any:
    server = aiortc.RTCIceServer(way["url"], way["username"], way["credential"])
    settings = aiortc.RTCConfiguration(
        [server],
        iceTransportPolicy=aiortc.RTCIceTransportPolicy.RELAY,
        bundlePolicy=aiortc.RTCBundlePolicy.MAX_BUNDLE,
    )
    return aiortc.RTCPeerConnection(settings)


async def _make(asked: dict[str, Any]) -> tuple[Any, str]:
    """The peer, and what it says: its offer, or its answer to the server's."""
    peer = await _peer(asked["way"])
    if asked["do"] == "send":
        for kind in ("audio", "video"):
            peer.addTransceiver(_Track(kind), direction="sendonly")
        await peer.setLocalDescription(await peer.createOffer())
    else:
        await peer.setRemoteDescription(aiortc.RTCSessionDescription(asked["sdp"], "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
    return peer, peer.localDescription.sdp


async def _counted(peers: list[Any]) -> dict[str, int]:
    found = dict.fromkeys(("sent", "sent_bytes", "came", "lost"), 0)
    for peer in peers:
        for each in (await peer.getStats()).values():
            if each.type == "outbound-rtp":
                found["sent"] += each.packetsSent
                found["sent_bytes"] += each.bytesSent
            elif each.type == "inbound-rtp":
                found["came"] += each.packetsReceived
                found["lost"] += max(0, each.packetsLost)
    return found


async def _serve() -> None:
    peers: dict[int, Any] = {}
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        said: dict[str, Any] = {}
        match asked["do"]:
            case "send" | "watch":
                peers[asked["peer"]], said["sdp"] = await _make(asked)
            case "answer":
                answer = aiortc.RTCSessionDescription(asked["sdp"], "answer")
                await peers[asked["peer"]].setRemoteDescription(answer)
            case "count":
                said = await _counted([*peers.values()])
                said["connected"] = sum(
                    each.connectionState == "connected" for each in peers.values()
                )
            case "close":
                await asyncio.gather(*(each.close() for each in peers.values()))
                peers.clear()
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    rtcrtpreceiver.decoder_worker = _decode_nothing
    asyncio.run(_serve())
