"use strict";
/* What the pages do better with a script; all of them work without it.
   1. After a time without a hand on the terminal: ask, then log out.
   2. A page from the browser's history is loaded anew, never shown from memory.
   3. A keypad for the PIN on touch screens. */
(() => {
  const WARNING = 60; // seconds before the end in which the question stands
  const TELL = 60; // at most so often the server hears that a hand is there
  const idle = Number(document.body.dataset.idle || 0);
  const still = document.getElementById("still");
  let touched = Date.now();
  let told = Date.now();

  const seconds = (since) => (Date.now() - since) / 1000;

  function tell() {
    told = Date.now();
    fetch("/awake", { method: "POST" }).then((answer) => {
      if (!answer.ok) location.replace("/logout/idle");
    }).catch(() => {});
  }

  function touch() {
    touched = Date.now();
    if (still && !still.hidden) still.hidden = true;
    if (seconds(told) > TELL) tell();
  }

  function look() {
    if (seconds(touched) >= idle) {
      location.replace("/logout/idle");
    } else if (still && still.hidden && seconds(touched) >= idle - Math.min(WARNING, idle / 2)) {
      still.hidden = false;
      document.getElementById("still-yes").focus();
    }
  }

  if (idle) {
    for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) {
      addEventListener(kind, touch, { passive: true });
    }
    document.getElementById("still-yes")?.addEventListener("click", touch);
    setInterval(look, 1000);
  }

  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  const keypad = document.getElementById("keypad");
  const pin = document.getElementById("pin");
  if (keypad && pin && matchMedia("(pointer: coarse)").matches) {
    keypad.hidden = false;
    pin.setAttribute("inputmode", "none");
    keypad.addEventListener("click", (event) => {
      const key = event.target.dataset?.key;
      if (!key) return;
      pin.value = key === "clear" ? "" : key === "back" ? pin.value.slice(0, -1) : pin.value + key;
    });
  }
})();
