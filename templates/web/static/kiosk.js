"use strict";
/* What a script adds to the pages; all of them work without it.
   1. When nobody has used the terminal for a while: ask, then log out.
   2. A page from the browser's history is loaded again, never shown from memory.
   3. A keypad for the number and the PIN on touch screens.
   4. Where a search found something on a page, that place is shown. */
(() => {
  const WARNING = 60; // seconds before the logout during which the question is shown
  const REPORT = 60; // seconds, at least, between two reports that the terminal is in use
  const idle = Number(document.body.dataset.idle || 0);
  const still = document.getElementById("still");
  const base = document.body.dataset.base ?? ""; // families have a session of their own
  let touched = Date.now();
  let reported = Date.now();

  const seconds = (since) => (Date.now() - since) / 1000;

  function report() {
    reported = Date.now();
    fetch(`${base}/awake`, { method: "POST" }).then((answer) => {
      if (!answer.ok) leave();
    }).catch(() => {});
  }

  /* A page that holds what is not saved yet says no, and leaves once it is. */
  function leave() {
    if (dispatchEvent(new Event("leaving", { cancelable: true }))) location.replace(`${base}/logout/idle`);
  }

  /* How many seconds are left, said only to those who see: read out, it would interrupt. */
  function count() {
    const left = document.getElementById("still-left");
    if (left) {
      left.textContent = left.dataset.says.replace("{n}", Math.max(0, Math.ceil(idle - seconds(touched))));
    }
  }

  function touch() {
    touched = Date.now();
    if (still && !still.hidden) still.hidden = true;
    if (seconds(reported) > REPORT) report();
  }

  function look() {
    count();
    if (seconds(touched) >= idle) {
      leave();
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

  addEventListener("load", () => {
    document.querySelector(".paper:not(#paper) .marks rect, .turned rect")
      ?.scrollIntoView({ block: "center", inline: "center" });
  });

  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  const keypad = document.getElementById("keypad");
  if (keypad && matchMedia("(pointer: coarse)").matches) {
    keypad.hidden = false;
    const fields = [...keypad.closest("form").querySelectorAll("input:not([type=hidden])")];
    let into = fields.find((each) => each === document.activeElement) ?? fields[0]; // touched last
    for (const field of fields) {
      if (field.type === "password") field.setAttribute("inputmode", "none");
      field.addEventListener("focus", () => { into = field; });
    }
    keypad.addEventListener("click", (event) => {
      const key = event.target.dataset?.key;
      if (!key) return;
      into.value = key === "clear" ? "" : key === "back" ? into.value.slice(0, -1) : into.value + key;
    });
  }
})();
