"""A film of what Janus recorded, played by a browser."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest

from digitizer.engines.calls.port import MonitoredRoom, Seat
from digitizer.engines.calls.recorded import Frame, NotRecorded, frames, read_head
from digitizer.engines.calls.webm import Tracks, film
from tests.support.call_kit import RealServers
from tests.support.call_peers import Peers
from tests.support.patience import until

_PLAYED = """async (film) => {
  const bytes = Uint8Array.from(atob(film), (each) => each.charCodeAt(0));
  const video = document.createElement("video");
  video.src = URL.createObjectURL(new Blob([bytes], {type: "video/webm"}));
  document.body.append(video);
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaElementSource(video).connect(analyser);
  const over = new Promise((done, fail) => {
    video.addEventListener("ended", done);
    video.addEventListener("error", () => fail(new Error(video.error.message)));
  });
  const samples = new Float32Array(analyser.fftSize);
  let level = 0;
  const listens = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    level = Math.max(level, ...samples);
  }, 50);
  await video.play();
  await over;
  clearInterval(listens);
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return { seconds: video.currentTime, width: video.videoWidth, frames, level };
}"""


def test_a_browser_plays_what_was_recorded(real: RealServers, peers: Peers) -> None:
    engine, room, folder = real.engine(), MonitoredRoom("film"), real.plan.recordings
    engine.open(room)
    engine.record(room, on=True)
    peer, line = peers.make(), engine.admit(room, Seat.VISITOR)
    peer.send(line)

    def long_enough() -> bool:
        peer.page.wait_for_timeout(200)
        return sum(each.stat().st_size for each in folder.glob("*video*")) > 60_000

    until(long_enough)
    engine.close(room)
    engine.stop()
    until(lambda: _are_closed([*folder.iterdir()]))
    sound, picture = sorted(folder.glob("*.mjr"))
    assert "audio" in sound.name
    with sound.open("rb") as heard, picture.open("rb") as shown:
        made = b"".join(
            film(Tracks(frames(read_head(heard), heard), frames(read_head(shown), shown)))
        )
    played = peer.page.evaluate(_PLAYED, base64.b64encode(made).decode())
    assert played["seconds"] > 0.8
    assert played["frames"] > 10
    assert played["width"] in (160, 240, 320)
    assert played["level"] > 0.01


def _are_closed(files: list[Path]) -> bool:
    """Janus writes what is in its buffer once the room is gone."""
    try:
        for each in files:
            read_head(io.BytesIO(each.read_bytes()))
    except NotRecorded:
        return False
    return len(files) == 2


@pytest.mark.parametrize("tracks", [Tracks(), Tracks(sound=iter(())), Tracks(picture=iter(()))])
def test_of_nothing_there_is_no_film(tracks: Tracks) -> None:
    assert b"".join(film(tracks)) == b""


def test_a_picture_that_never_stood_by_itself_is_left_out() -> None:
    broken = iter([Frame(0, False, b"\x01")])
    made = b"".join(film(Tracks(iter([Frame(5, True, b"said")]), broken)))
    assert b"said" in made
    assert b"V_VP8" not in made
