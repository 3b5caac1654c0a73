"use strict";
/* The test of camera, microphone, speaker and network. It shows, of each part, the sentence that is so.
   What is sent goes by our relay to a room of one's own on our server, and comes back from there. */
(() => {
  const SMALL = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { max: 20 } };
  const GATHER = 6000; // milliseconds until a way to the relay that said nothing counts as shut
  const COMES_BACK = 12000; // until the picture must have come back
  const LOOK = 5000; // for so long it is measured
  const LOUD = 0.02; // of 1: a voice is above it, a silent room is not
  const AGAIN = 4; // so often a video server that does not answer is asked once more
  const QUIET_AFTER = 8000;
  const MOST_LOST = 0.05;
  const LONGEST_TRIP = 0.4; // seconds
  const FEWEST_FRAMES = 20; // in LOOK

  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  class Test {
    constructor(place) {
      this.place = place;
      this.base = place.dataset.devices;
      this.run = 0; // of which start this is: what an earlier one finds is not shown
      this.peers = [];
      this.found = {};
    }

    one(which) {
      return this.place.querySelector(which);
    }

    async ask(what, fields = {}) {
      const body = new URLSearchParams({ csrf: this.place.dataset.csrf, ...fields });
      const answer = await fetch(`${this.base}/${what}`, { method: "POST", body, credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }

    /* kind: good, why (it works, if not well) or bad. */
    say(part, key, kind) {
      const place = part === "verdict" ? this.one("[data-verdict]") : this.one(`[data-part="${part}"]`);
      for (const each of place.querySelectorAll("[data-says]")) each.hidden = each.dataset.says !== key;
      place.classList.remove("good", "why", "bad");
      if (kind) place.classList.add(kind);
      place.hidden = false;
      if (part !== "verdict") {
        this.found[part] = kind;
        this.judge();
      }
    }

    /* Once every part but the speaker, which a person judges, was looked at. */
    judge() {
      const needed = ["camera", "microphone", "network", "server"];
      const kinds = Object.values(this.found);
      const done = needed.every((each) => this.found[each]);
      if (!done) return;
      const worst = kinds.includes("bad") ? "bad" : kinds.includes("why") ? "why" : "good";
      this.say("verdict", worst, worst);
    }

    async begin() {
      this.stop();
      const run = ++this.run;
      this.found = {};
      for (const each of this.place.querySelectorAll("[data-part]")) {
        each.classList.remove("good", "why", "bad");
        for (const said of each.querySelectorAll("[data-says]")) said.hidden = true;
      }
      this.one("[data-figures]").hidden = true;
      this.one("[data-parts]").hidden = false;
      this.one("[data-stop]").hidden = false;
      this.say("verdict", "runs", "");
      const stream = await this.devices();
      if (run !== this.run) return stream?.getTracks().forEach((track) => track.stop());
      this.stream = stream;
      if (stream) this.show(stream);
      await this.network(run);
    }

    /* Camera and microphone together; where that fails each alone, so that each is told apart. */
    async devices() {
      const media = navigator.mediaDevices;
      try {
        const both = await media.getUserMedia({ audio: true, video: SMALL });
        this.say("camera", "good", "good");
        return both;
      } catch {
        const got = [];
        for (const [part, wanted] of [["camera", { video: SMALL }], ["microphone", { audio: true }]]) {
          try {
            got.push(...(await media.getUserMedia(wanted)).getTracks());
            if (part === "camera") this.say("camera", "good", "good");
          } catch (error) {
            this.say(part, this.why(error), "bad");
          }
        }
        return got.length ? new MediaStream(got) : null;
      }
    }

    why(error) {
      if (["NotAllowedError", "SecurityError"].includes(error.name)) return "denied";
      return ["NotReadableError", "AbortError"].includes(error.name) ? "busy" : "none";
    }

    show(stream) {
      this.one("[data-pictures]").hidden = !stream.getVideoTracks().length;
      this.one("video[data-own]").srcObject = stream;
      if (stream.getAudioTracks().length) this.listen(stream);
    }

    listen(stream) {
      const run = this.run;
      const analyser = this.sound().createAnalyser();
      this.sound().createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const bar = this.one("[data-level]");
      const since = Date.now();
      const look = () => {
        if (run !== this.run) return;
        analyser.getFloatTimeDomainData(samples);
        const level = Math.max(...samples.map(Math.abs));
        bar.value = Math.min(1, level * 3);
        if (level > LOUD) this.say("microphone", "good", "good");
        else if (!this.found.microphone && Date.now() - since > QUIET_AFTER) this.say("microphone", "quiet", "why");
        setTimeout(look, 100);
      };
      look();
    }

    sound() {
      this.context ??= new AudioContext();
      this.context.resume();
      return this.context;
    }

    async network(run) {
      let begun;
      try {
        begun = await this.ask("begin");
        for (let again = 0; begun.trouble && again < AGAIN && run === this.run; again++) {
          await wait(1500); // a media server that died is started again within seconds
          begun = await this.ask("begin");
        }
      } catch (error) {
        if (error.message === "409") this.say("network", "others", "why");
        else if (error.message !== "503") this.say("network", "away", "bad");
        return this.say("server", error.message === "409" ? "failed" : "off", "bad");
      }
      this.over = setTimeout(() => this.stop(), begun.seconds * 1000);
      if (begun.trouble) {
        this.say("network", "good", "good");
        return this.say("server", "off", "bad");
      }
      const open = await Promise.all(begun.ways.map((way) => this.opens(way)));
      if (run !== this.run) return;
      const ways = begun.ways.filter((_, place) => open[place]);
      if (!ways.length) {
        const where = this.one("[data-where]");
        if (where) where.textContent = begun.ways.map((way) => way.urls[0].replace(/^turns?:/, "").replace("?transport=", " ")).join(", ");
        this.say("network", begun.relay ? "nothing" : "relay", "bad");
        return this.say("server", begun.relay ? "failed" : "off", "bad");
      }
      const best = ways.some((way) => way.urls[0].endsWith("transport=udp"));
      this.say("network", best ? "good" : "detour", best ? "good" : "why");
      if (!this.stream) return this.say("server", "unsent", "bad");
      try {
        await this.echo(run, begun.key, ways);
      } catch (error) {
        if (run === this.run) this.say("server", error.message === "409" ? "elsewhere" : "failed", "bad");
      }
    }

    peer(ways) {
      const made = new RTCPeerConnection({ iceTransportPolicy: "relay", iceServers: ways });
      this.peers.push(made);
      return made;
    }

    /* Whether the relay can be reached by this way alone. */
    async opens(way) {
      const peer = this.peer([way]);
      const opened = new Promise((done) => {
        peer.addEventListener("icecandidate", (event) => { if (event.candidate?.candidate) done(true); });
      });
      peer.createDataChannel("");
      await peer.setLocalDescription();
      const found = await Promise.race([opened, wait(GATHER).then(() => false)]);
      peer.close();
      return found;
    }

    async echo(run, key, ways) {
      const out = this.peer(ways);
      const tracks = [...this.stream.getAudioTracks(), ...this.stream.getVideoTracks()];
      if (!this.stream.getAudioTracks().length) out.addTransceiver("audio", { direction: "inactive" });
      for (const track of tracks) out.addTransceiver(track, { direction: "sendonly", streams: [this.stream] });
      await out.setLocalDescription(await out.createOffer());
      const answer = await this.ask("publish", { key, sdp: out.localDescription.sdp });
      await out.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      await this.connected(out);
      const back = this.peer(ways);
      back.addEventListener("track", (event) => { this.one("video[data-back]").srcObject = event.streams[0]; });
      const offer = await this.patiently("watch", { key });
      await back.setRemoteDescription({ type: "offer", sdp: offer.sdp });
      await back.setLocalDescription(await back.createAnswer());
      await this.ask("answer", { key, sdp: back.localDescription.sdp });
      const late = Date.now() + COMES_BACK;
      while (!(await this.figures(out, back)).came) {
        if (run !== this.run) return;
        if (Date.now() > late) throw new Error("nothing came back");
        await wait(250);
      }
      const before = await this.figures(out, back);
      await wait(LOOK);
      const after = await this.figures(out, back);
      if (run === this.run) this.measure(before, after);
    }

    async connected(peer) {
      for (const late = Date.now() + COMES_BACK; peer.connectionState !== "connected"; await wait(100))
        if (Date.now() > late || peer.connectionState === "failed") throw new Error("no way through");
    }

    /* The server sees a moment after us that something comes. */
    async patiently(what, fields) {
      for (let again = 0; ; again++) {
        try {
          return await this.ask(what, fields);
        } catch (error) {
          if (error.message !== "409" || again === AGAIN) throw error;
          await wait(500);
        }
      }
    }

    /* What came back so far: packets, those that are missing, frames; and seconds there and back. */
    async figures(out, back) {
      const found = { got: 0, lost: 0, frames: 0, outLost: 0, trip: 0, came: false };
      for (const each of (await back.getStats()).values()) {
        if (each.type !== "inbound-rtp") continue;
        found.got += each.packetsReceived ?? 0;
        found.lost += Math.max(0, each.packetsLost ?? 0);
        found.frames += each.framesDecoded ?? 0;
      }
      for (const each of (await out.getStats()).values()) {
        if (each.type === "remote-inbound-rtp") found.outLost = Math.max(found.outLost, each.fractionLost ?? 0);
        if (each.type === "candidate-pair" && each.nominated) found.trip = each.currentRoundTripTime ?? found.trip;
      }
      found.came = this.stream?.getVideoTracks().length ? found.frames > 0 : found.got > 0;
      return found;
    }

    measure(before, after) {
      const got = after.got - before.got;
      const lost = Math.max(0, after.lost - before.lost);
      const loss = Math.max(lost / Math.max(1, got + lost), after.outLost);
      const frames = after.frames - before.frames;
      const still = this.stream?.getVideoTracks().length && frames < FEWEST_FRAMES;
      this.one("[data-loss]").textContent = `${(loss * 100).toFixed(1)} %`;
      this.one("[data-trip]").textContent = `${Math.round(after.trip * 1000)} ms`;
      this.one("[data-figures]").hidden = false;
      const bad = !got || loss > MOST_LOST || after.trip > LONGEST_TRIP || still;
      this.say("server", bad ? "gaps" : "good", bad ? "why" : "good");
    }

    async tone() {
      const context = this.sound();
      const made = context.createOscillator();
      const volume = context.createGain();
      made.frequency.value = 440;
      volume.gain.value = 0.3;
      made.connect(volume).connect(context.destination);
      made.start();
      made.stop(context.currentTime + 1);
      this.one("[data-heard]").hidden = false;
    }

    stop() {
      if (!this.stream && !this.peers.length) return;
      clearTimeout(this.over);
      this.run++;
      this.peers.splice(0).forEach((peer) => peer.close());
      this.stream?.getTracks().forEach((track) => track.stop());
      this.stream = null;
      for (const each of this.place.querySelectorAll("video")) each.srcObject = null;
      this.one("[data-pictures]").hidden = true;
      this.one("[data-stop]").hidden = true;
      this.ask("end").catch(() => {}); // it ends by itself as well
    }
  }

  for (const place of document.querySelectorAll("[data-devices]")) {
    if (!navigator.mediaDevices?.getUserMedia || !window.RTCPeerConnection || !window.AudioContext) continue;
    place.querySelector("[data-old]").hidden = true;
    place.querySelector("[data-ready]").hidden = false;
    const test = new Test(place);
    const on = (which, act) => place.querySelector(which).addEventListener("click", act);
    on("[data-begin]", () => test.begin());
    on("[data-stop]", () => test.stop());
    on("[data-tone]", () => test.tone());
    on("[data-hear=yes]", () => test.say("speaker", "good", "good"));
    on("[data-hear=no]", () => test.say("speaker", "deaf", "why"));
    addEventListener("pagehide", () => test.stop());
  }
})();
