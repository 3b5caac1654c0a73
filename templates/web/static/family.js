"use strict";
/* What a script adds to writing: how many characters are left, and the draft kept as it is typed.
   The page works without it. */
(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const QUIET = 2000; // milliseconds after the last key
  const body = form.querySelector("#body");
  const left = form.querySelector("#left");
  const kept = form.querySelector("#kept");
  const most = Number(body.dataset.most);
  let soon = 0;

  function count() {
    const rest = most - [...body.value].length;
    left.textContent = (rest < 0 ? left.dataset.over : left.dataset.says).replace("{n}", Math.abs(rest));
  }

  /* The saves of a form are counted: one that comes late does not replace a later one. */
  function countSave() {
    form.elements.save_number.value = Number(form.elements.save_number.value) + 1;
  }

  async function keep() {
    soon = clearTimeout(soon);
    const fields = new URLSearchParams();
    countSave();
    for (const name of ["csrf", "form", "save_number", "over", "subject", "body"]) fields.set(name, form.elements[name].value);
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: fields, keepalive: true });
      if (answer.status === 409) kept.textContent = (await answer.json()).over;
      if (!answer.ok) return;
      const time = new Date().toTimeString().slice(0, 5);
      kept.textContent = kept.dataset.says.replace("{t}", time);
    } catch {
      // Without a network it is kept at the next key, or by the button.
    }
  }

  function keepSoon() {
    count();
    clearTimeout(soon);
    soon = setTimeout(keep, QUIET);
  }

  form.addEventListener("input", (event) => {
    if (event.target.type !== "file") keepSoon();
  });
  form.addEventListener("submit", () => {
    soon = clearTimeout(soon);
    countSave();
  });
  addEventListener("pagehide", () => { if (soon) keep(); });
  /* Gone back to after it was sent: the form is not the one to write on any more. */
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  count();
  const asItCame = (each) => each.defaultValue.replace(/\r\n?/g, "\n");
  if ([form.elements.subject, body].some((each) => each && each.value !== asItCame(each))) keepSoon(); // typed before this script came
})();
