"""A browser at the end of a line: a headless Chromium with a camera and a microphone that it makes
up (a picture that moves, a tone), which speaks with the media server by nothing but our lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from digitizer.engines.calls.port import Line, Seat, WatchLine
from digitizer.engines.calls.turn import relay_pass
from tests.support.in_browser import ARGUMENTS, CHROMIUM

FAKE_DEVICES = [
    *ARGUMENTS,
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]

_SEND = """async (settings) => {
  const small = {width: 320, height: 240};
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: small});
  const peer = new RTCPeerConnection(settings);
  window.peers = {me: peer};
  window.mine = [];
  peer.onicecandidate = (each) => each.candidate && mine.push(each.candidate.candidate);
  for (const track of [...stream.getAudioTracks(), ...stream.getVideoTracks()])
    peer.addTransceiver(track, {direction: "sendonly", streams: [stream]});
  await peer.setLocalDescription(await peer.createOffer());
  return peer.localDescription.sdp;
}"""
_WATCH = """async ([settings, seat, sdp]) => {
  const peer = new RTCPeerConnection(settings);
  window.peers[seat] = peer;
  const video = document.createElement("video");
  video.autoplay = true;
  document.body.append(video);
  peer.ontrack = (each) => { video.srcObject = each.streams[0]; };
  await peer.setRemoteDescription({type: "offer", sdp});
  await peer.setLocalDescription(await peer.createAnswer());
  return peer.localDescription.sdp;
}"""
_RECEIVED = """async (seat) => {
  const found = {frames: 0, sound: 0, level: 0};
  for (const each of (await window.peers[seat].getStats()).values())
    if (each.type === "inbound-rtp") {
      if (each.kind === "video") found.frames = each.framesDecoded;
      else { found.sound = each.packetsReceived; found.level = each.totalAudioEnergy; }
    }
  return found;
}"""


@dataclass(frozen=True, slots=True)
class Received:
    """``frames`` decoded, packets of ``sound``, and the energy of that sound, from the start."""

    frames: int
    sound: int
    level: float


@dataclass(eq=False)
class Peer:
    page: Any
    settings: dict[str, Any]

    def send(self, line: Line) -> None:
        answer = line.publish(self.page.evaluate(_SEND, self.settings))
        self.page.evaluate("sdp => peers.me.setRemoteDescription({type: 'answer', sdp})", answer)

    def watch(self, line: WatchLine, seat: Seat) -> None:
        sdp = self.page.evaluate(_WATCH, [self.settings, str(seat), line.watch(seat)])
        line.answer(seat, sdp)

    def received(self, seat: Seat) -> Received:
        return Received(**self.page.evaluate(_RECEIVED, str(seat)))

    def own_addresses(self) -> list[str]:
        """The candidates that the browser gathered for what it sends."""
        found: list[str] = self.page.evaluate("mine")
        return found

    def leave(self) -> None:
        self.page.context.close()


class Peers:
    """Makes them, all in one browser, each with a context of its own."""

    def __init__(self, chromium: Any, relay: str, secret: str) -> None:
        self._chromium = chromium
        self._relay = relay
        self._secret = secret
        self._made: list[Peer] = []

    def make(self, relay: str = "") -> Peer:
        """``relay`` where this one reaches it by another way."""
        urls = (f"turn:{relay or self._relay}?transport=tcp",)
        own = relay_pass(self._secret, urls, "test", datetime.now(UTC))
        server = {"urls": list(urls), "username": own.username, "credential": own.credential}
        page = self._chromium.new_page()
        page.route("**/*", lambda route: route.fulfill(body="<body>", content_type="text/html"))
        page.goto("http://localhost/")
        made = Peer(page, {"iceTransportPolicy": "relay", "iceServers": [server]})
        self._made.append(made)
        return made

    def leave(self) -> None:
        for each in self._made:
            each.leave()
        self._made.clear()


@contextmanager
def chromium_with_devices() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FAKE_DEVICES)
        yield browser
        browser.close()
