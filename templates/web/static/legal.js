"use strict";
/* The one field of legal mail: whatever a hand scanner types goes into it, wherever the focus is.
   Its codes are digits and capitals; small letters stay keys of the page. */
(() => {
  const field = document.querySelector("[data-scan]");
  if (!field) return;
  const elsewhere = (at) => at.closest?.("input, textarea, select, dialog");

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if (elsewhere(event.target) || !/[A-Z0-9]/.test(event.key)) return;
    field.focus();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, summary, label, input, select, textarea")) field.focus();
  });
  addEventListener("focus", () => { if (document.activeElement === document.body) field.focus(); });

  /* The field is empty for the next code as soon as this one is on its way, and no earlier answer
     stays beside it. Where none comes, that is said. */
  const [answer, failed] = ["answer", "failed"].map((id) => document.getElementById(id));
  field.form.addEventListener("htmx:beforeSend", () => {
    field.value = "";
    failed.hidden = true;
    answer.replaceChildren();
  });
  document.addEventListener("htmx:afterSwap", () => { field.focus(); scrollTo(0, 0); });
  for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    field.form.addEventListener(trouble, () => { failed.hidden = false; });
  }
})();
