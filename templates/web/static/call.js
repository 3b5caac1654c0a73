"use strict";
/* A video call, or staff's look at one. The page speaks with our server alone: it asks each second
   how the call stands, sends what its camera and microphone give, and fetches what it may see. The
   media goes by our relay: no browser learns where another is. */
(() => {
  const EVERY = 1000;
  const STANDS = 5; // steps between looks at whether something stands against the visit
  const AGAIN = 5000; // milliseconds until a connection that failed is made anew
  const SMALL = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { max: 20 } };

  /* By this our server tells this page from others of the same person; it stays when it is loaded again. */
  function device() {
    const kept = sessionStorage.getItem("device") ?? [...crypto.getRandomValues(new Uint8Array(12))].map((each) => each.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("device", kept);
    return kept;
  }

  class Call {
    constructor(part) {
      this.part = part;
      this.base = part.dataset.call;
      this.csrf = part.dataset.csrf;
      this.watched = {}; // by seat: the number of what is shown, and its connection
      this.line = 0;
      this.sending = null;
      this.tried = 0;
      this.steps = 0;
      this.stage = part.dataset.stage;
      this.stream = null;
      this.device = device();
      this.names = {};
      this.moves = false; // they said that they want to be in it here
    }

    async ask(what, fields) {
      const options = fields
        ? { method: "POST", body: new URLSearchParams({ csrf: this.csrf, ...fields }) }
        : {};
      const answer = await fetch(`${this.base}/${what}`, { ...options, credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }

    async connection() {
      const way = await this.ask("relay");
      return new RTCPeerConnection({ iceTransportPolicy: "relay", iceServers: [way] });
    }

    /* Sound first: our server knows it by that. */
    async publish() {
      this.drop(this.sending);
      this.sending = null;
      const peer = await this.connection();
      try {
        await this.offer(peer);
      } catch (error) {
        this.drop(peer);
        throw error;
      }
      this.sending = peer;
    }

    async offer(peer) {
      const tracks = [...this.stream.getAudioTracks(), ...this.stream.getVideoTracks()];
      for (const track of tracks) peer.addTransceiver(track, { direction: "sendonly", streams: [this.stream] });
      await peer.setLocalDescription(await peer.createOffer());
      const answer = await this.ask("publish", { sdp: peer.localDescription.sdp, device: this.device, moves: this.moves ? "yes" : "" });
      this.moves = false;
      await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      this.line = answer.line;
    }

    async watch(seat, number) {
      try {
        await this.fetch(seat, number);
      } catch (error) {
        this.unwatch(seat); // at the next step it is tried again
        throw error;
      }
    }

    async fetch(seat, number) {
      this.unwatch(seat);
      const peer = await this.connection();
      this.watched[seat] = { number, peer };
      peer.addEventListener("track", (event) => {
        const video = this.video(seat);
        if (video.srcObject !== event.streams[0]) video.srcObject = event.streams[0];
      });
      const offer = await this.ask("watch", { seat });
      await peer.setRemoteDescription({ type: "offer", sdp: offer.sdp });
      await peer.setLocalDescription(await peer.createAnswer());
      await this.ask("answer", { seat, sdp: peer.localDescription.sdp });
    }

    unwatch(seat) {
      if (!this.watched[seat]) return;
      this.drop(this.watched[seat].peer);
      delete this.watched[seat];
      this.video(seat).srcObject = null;
    }

    /* Who was added since this page was loaded gets a place, too. */
    video(seat) {
      return this.part.querySelector(`video[data-seat="${seat}"]`) ?? this.tile(seat);
    }

    tile(seat) {
      const figure = document.createElement("figure");
      const video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true });
      video.dataset.seat = seat;
      video.muted = Boolean(this.part.querySelector("video[data-seat][muted]"));
      const name = document.createElement("figcaption");
      name.textContent = this.names[seat] ?? "";
      video.setAttribute("aria-label", name.textContent);
      if (seat === "interpreter") figure.className = "pinned";
      figure.append(video, name);
      this.part.querySelector(".pictures").prepend(figure);
      return video;
    }

    drop(peer) {
      if (peer) peer.close();
    }

    /* What is to be done so that this page is where the server says that it may be. */
    async follow(state) {
      const now = Date.now();
      const elsewhere = this.part.querySelector("[data-elsewhere]");
      if (elsewhere) elsewhere.hidden = !state.elsewhere || this.moves;
      if (state.elsewhere && !this.moves) return this.quiet();
      if (this.stream && state.place && (state.line !== this.line || this.failed(this.sending))) {
        if (now - this.tried > AGAIN || state.place !== this.place) {
          this.tried = now;
          this.place = state.place;
          await this.publish();
        }
      }
      if (!state.place && this.sending) {
        this.drop(this.sending);
        this.sending = null;
        this.line = 0;
      }
      for (const seat of Object.keys(this.watched)) {
        if (!(seat in state.visible) || this.failed(this.watched[seat].peer)) this.unwatch(seat);
      }
      for (const [seat, number] of Object.entries(state.visible)) {
        if (this.watched[seat]?.number !== number) await this.watch(seat, number);
      }
    }

    /* Nothing is sent and nothing shown here: they are in it on another device. */
    quiet() {
      this.drop(this.sending);
      this.sending = null;
      this.line = 0;
      this.tried = 0;
      for (const seat of Object.keys(this.watched)) this.unwatch(seat);
    }

    failed(peer) {
      return !peer || ["failed", "closed"].includes(peer.connectionState);
    }

    /* Words that depend on the state are in the page; one of each kind is shown. */
    show(state) {
      for (const each of this.part.querySelectorAll("[data-when]"))
        each.hidden = !each.dataset.when.split(" ").includes(state.says);
      const clock = this.part.querySelector("[data-left]");
      if (clock) {
        clock.hidden = state.stage !== "live";
        const minutes = Math.floor(state.left / 60);
        clock.querySelector("time").textContent = `${minutes}:${String(state.left % 60).padStart(2, "0")}`;
      }
      for (const each of this.part.querySelectorAll("[data-recording]"))
        each.hidden = each.dataset.recording !== state.recording;
      this.say("[data-warned]", state.warned ? String(state.warned) : "");
      this.say("[data-notice]", state.notice);
      for (const each of this.part.querySelectorAll("[data-here]"))
        each.hidden = state.here.includes(each.dataset.here) !== (each.dataset.is === "yes");
    }

    /* Said once: it is read aloud by what blind people use. */
    say(which, key) {
      const place = this.part.querySelector(which);
      if (!place || place.dataset.said === key) return;
      place.dataset.said = key;
      place.textContent = key ? place.dataset[key] ?? place.dataset[`n${key}`] ?? "" : "";
      place.hidden = !key;
    }

    async step() {
      const stands = this.part.querySelector("[data-stands]");
      const looks = stands && this.steps++ % STANDS === 0;
      const asked = new URLSearchParams({ device: this.device });
      if (looks) asked.set("stands", "yes");
      // Whether somebody of staff looks: a hidden tab does not count.
      if ("watches" in this.part.dataset && document.visibilityState === "visible") asked.set("looks", "yes");
      const state = await this.ask(`state?${asked}`);
      this.names = state.names;
      if (looks) stands.hidden = !state.stands;
      this.show(state);
      if (state.over) return this.end();
      if (state.stage === "live") dispatchEvent(new Event("pointerdown")); // nobody touches it while they talk
      await this.follow(state);
      return true;
    }

    end() {
      for (const seat of Object.keys(this.watched)) this.unwatch(seat);
      this.drop(this.sending);
      this.stream?.getTracks().forEach((track) => track.stop());
      this.part.dispatchEvent(new Event("over"));
      if (this.part.dataset.over !== "stay") location.reload();
      return false;
    }

    async run() {
      const lost = this.part.querySelector("[data-lost]");
      for (let goes = true; goes; await new Promise((done) => setTimeout(done, EVERY))) {
        try {
          goes = await this.step();
          if (lost) lost.hidden = true;
        } catch (error) {
          if (error.message === "403" || error.message === "404") return;
          if (lost && !["409"].includes(error.message)) lost.hidden = false;
        }
      }
    }

    async begin() {
      const trouble = this.part.querySelector("[data-no-camera]");
      try {
        this.stream = await camera();
      } catch {
        trouble.hidden = false;
        return false;
      }
      trouble.hidden = true;
      const own = this.part.querySelector("video[data-own]");
      own.srcObject = this.stream;
      for (const each of this.part.querySelectorAll("[data-before]")) each.hidden = true;
      for (const each of this.part.querySelectorAll("[data-after]")) each.hidden = false;
      return true;
    }
  }

  /* Without a camera the voice is enough. */
  async function camera() {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: true, video: SMALL });
    } catch {
      return navigator.mediaDevices.getUserMedia({ audio: true });
    }
  }

  for (const part of document.querySelectorAll("[data-call]")) {
    const call = new Call(part);
    const start = part.querySelector("button[data-start]");
    if (start) start.addEventListener("click", async () => { if (await call.begin()) call.run(); });
    else call.run();
    part.querySelector("button[data-move]")?.addEventListener("click", () => { call.moves = true; });
    part.querySelector("button[data-listen]")?.addEventListener("click", (event) => {
      const muted = event.currentTarget.getAttribute("aria-pressed") === "true";
      event.currentTarget.setAttribute("aria-pressed", String(!muted));
      for (const video of part.querySelectorAll("video[data-seat]")) video.muted = muted;
    });
  }
})();
