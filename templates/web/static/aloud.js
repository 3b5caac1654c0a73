"use strict";
/* Texts read aloud by the browser, where it has a voice. A letter on paper has none here: its text is
   a machine's. One text at a time; a second touch ends it. */
(() => {
  const speech = window.speechSynthesis;
  const words = document.querySelector("[data-aloud]");
  if (!speech || !words) return;
  const language = document.documentElement.lang;
  let made = false;

  function voice() {
    const all = speech.getVoices();
    return all.find((each) => each.localService && each.lang.startsWith(language))
      ?? all.find((each) => each.lang.startsWith(language));
  }

  function offer() {
    if (made || !voice()) return;
    made = true;
    for (const text of document.querySelectorAll("[data-read-aloud]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "aloud";
      button.textContent = words.dataset.aloud;
      button.addEventListener("click", () => (button.classList.contains("on") ? stop() : read(button, text)));
      text.before(button);
    }
  }

  function stop() {
    speech.cancel();
    for (const each of document.querySelectorAll(".aloud.on")) {
      each.classList.remove("on");
      each.textContent = words.dataset.aloud;
    }
  }

  function read(button, text) {
    stop();
    button.classList.add("on");
    button.textContent = words.dataset.stop;
    // Sentence by sentence: some voices fall silent in the middle of a long text.
    const parts = text.innerText.match(/[^.!?\n]+[.!?]*\s*/g) ?? [];
    parts.forEach((part, at) => {
      const said = new SpeechSynthesisUtterance(part);
      said.voice = voice();
      said.lang = said.voice.lang;
      if (at === parts.length - 1) said.addEventListener("end", stop);
      speech.speak(said);
    });
  }

  addEventListener("pagehide", () => speech.cancel()); // nobody hears what somebody else was reading
  speech.addEventListener?.("voiceschanged", offer);
  offer();
})();
