"use strict";
/* A message is saved while it is written. Nothing that was typed is left behind: a page that cannot
   save stays open and tries again; who leaves it, or is logged out, leaves once it is saved. */
(() => {
  const form = document.getElementById("writing");
  if (!form) return;
  const REST = 1200; // milliseconds without a key until it is saved
  const LONGEST = 8000; // milliseconds of typing until it is saved all the same
  const AGAIN = 3000; // milliseconds until the next try, where one failed
  const PATIENCE = 8000; // milliseconds until a try counts as failed
  const said = document.getElementById("kept");
  const left = document.getElementById("left");
  const cover = document.getElementById("cover");
  const fields = [form.elements.subject, form.elements.body].filter(Boolean);
  const now = () => JSON.stringify(fields.map((each) => each.value));

  const asItCame = (each) => each.defaultValue.replace(/\r\n?/g, "\n");

  let kept = JSON.stringify(fields.map(asItCame)); // what the service has: the page came with it
  let since = 0; // when the first of what it has not was typed
  let timer = 0;
  let saving = null; // the try that is under way
  let over = false; // the session ended: no try will do any more
  let then = null; // what is done once all is saved
  let elsewhere = false; // written on another page, or sent: the buttons ask the service
  let going = false; // the page is being left, with all saved

  const unsaved = () => now() !== kept;

  function tell(what, time = "") {
    said.textContent = said.dataset[what].replace("{time}", time);
    said.className = `kept ${what}`;
  }

  function count() {
    const most = Number(form.dataset.most);
    const spare = most - form.elements.body.value.length;
    left.textContent = (spare < 0 ? left.dataset.over : left.dataset.left).replace("{n}", Math.abs(spare));
    left.classList.toggle("too-many", spare < 0);
  }

  /* The saves of a form are counted: one that comes late does not replace a later one. */
  function countSave() {
    form.elements.save_number.value = Number(form.elements.save_number.value) + 1;
  }

  async function attempt() {
    const what = now();
    countSave();
    const sent = new FormData(form);
    sent.set("quiet", "true");
    tell("saving");
    try {
      const answer = await fetch(form.dataset.save, {
        method: "POST", body: sent, redirect: "error", signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.status === 403 || answer.status === 404) over = true;
      if (answer.status === 409) { // sent, or written on another page by now
        over = elsewhere = true;
        said.dataset.over = (await answer.json()).over;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      tell("saved", (await answer.json()).saved);
      kept = what;
    } catch (error) {
      if (!over && error.name === "TypeError" && navigator.onLine) over = await loggedOut();
      tell(over ? "over" : "lost");
    }
  }

  /* A redirect is an error above, and so is no connection: a page of the service tells them apart. */
  async function loggedOut() {
    try {
      return (await fetch("/awake", { method: "POST", signal: AbortSignal.timeout(PATIENCE) })).status === 403;
    } catch {
      return false;
    }
  }

  async function save() {
    clearTimeout(timer);
    if (saving) return;
    saving = unsaved() && !over ? attempt() : Promise.resolve();
    await saving;
    saving = null;
    since = unsaved() ? since || Date.now() : 0;
    if (!unsaved()) leave();
    else if (!over) timer = setTimeout(save, said.classList.contains("lost") ? AGAIN : REST);
  }

  function leave() {
    const go = then;
    then = null;
    if (!go) return;
    going = true;
    go();
  }

  /* Goes on once all is saved; where it cannot be, the page stays, says so, and tries again. Where
     no try will do, whoever asks a second time may leave. */
  function whenSaved(go) {
    const asked = over && then;
    then = go;
    if (asked) leave();
    else save();
  }

  function saveSoon() {
    count();
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(REST, since + LONGEST - Date.now())));
  }

  form.addEventListener("input", saveSoon);
  addEventListener("online", () => save());

  /* Whatever leads away from the page waits for what was typed. */
  addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (event.target === form) countSave();
    if (event.target === form && elsewhere) going = true;
    if (going) return;
    if (!unsaved() && event.submitter?.id !== "save") return;
    event.preventDefault();
    if (event.submitter?.id === "save") {
      save();
      return;
    }
    const [sent, by] = [event.target, event.submitter];
    whenSaved(() => sent.requestSubmit(by));
  });
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || event.ctrlKey || event.metaKey || link.getAttribute("href").startsWith("#")) return;
    if (!unsaved()) return;
    event.preventDefault();
    whenSaved(() => location.assign(link.href));
  });
  addEventListener("leaving", (event) => { // nobody uses the terminal any more
    if (!unsaved() || over) return;
    event.preventDefault();
    cover.hidden = false;
    whenSaved(() => location.replace("/logout/idle"));
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved() && !going) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && unsaved()) save();
  });

  /* Gone back to after it was sent: the form is not the one to write on any more. */
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  count();
  if (unsaved()) saveSoon(); // typed before this script came
})();
