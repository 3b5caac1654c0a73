"use strict";
/* Keys on the screen, for a terminal that has none of its own. They type into the field that was
   touched last; a keyboard that is there goes on working. */
(() => {
  const board = document.getElementById("keyboard");
  const button = document.getElementById("keyboard-button");
  if (!board || !button) return;
  const fields = [...button.form.querySelectorAll("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea")];
  const LETTERS = {
    en: ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"],
    es: ["1234567890", "qwertyuiop", "asdfghjklñ", "zxcvbnm"],
  };
  const MORE = {
    accents: ["áéíóúüñ", "àèìòùçâêô", "äëïöß¿¡", "«»“”’"],
    signs: ["1234567890", "?!,.:;-_", "()'\"/&@#", "$%+=*€£"],
  };
  let into = fields.at(-1);
  let large = false;
  let layer = "letters";

  for (const each of fields) each.addEventListener("focus", () => { into = each; });

  function type(text, back = 0) {
    const [from, to] = [into.selectionStart, into.selectionEnd];
    const first = from === to ? Math.max(0, from - back) : from;
    if (text && into.maxLength > 0 && into.value.length - (to - from) >= into.maxLength) return;
    into.setRangeText(text, first, to, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
    into.focus({ preventScroll: true });
  }

  function press(key) {
    const does = {
      shift: () => { large = !large; draw(); },
      back: () => type("", 1),
      space: () => type(" "),
      enter: () => type(into.matches("textarea") ? "\n" : ""),
      accents: () => { layer = layer === "accents" ? "letters" : "accents"; draw(); },
      signs: () => { layer = layer === "signs" ? "letters" : "signs"; draw(); },
    }[key];
    if (does) {
      does();
      return;
    }
    type(key);
    if (large) {
      large = false;
      draw();
    }
  }

  function keyFor(key, label, kind = "") {
    const made = document.createElement("button");
    [made.type, made.tabIndex, made.dataset.types, made.textContent] = ["button", -1, key, label];
    if (kind) made.className = kind;
    return made;
  }

  function draw() {
    const set = layer === "letters" ? LETTERS[board.dataset.language] ?? LETTERS.en : MORE[layer];
    const rows = set.map((row) => [...row].map((each) => {
      const letter = large ? each.toLocaleUpperCase(board.dataset.language) : each;
      return keyFor(letter, letter);
    }));
    rows.at(-1).unshift(keyFor("shift", "⇧", `wider${large ? " on" : ""}`));
    rows.at(-1).push(keyFor("back", "⌫", "wider"));
    const kind = (name) => `wider${layer === name ? " on" : ""}`;
    rows.push([
      keyFor("accents", board.dataset.accents, kind("accents")),
      keyFor("signs", board.dataset.signs, kind("signs")),
      keyFor("space", board.dataset.space, "widest"),
      keyFor(".", "."), keyFor(",", ","), keyFor("enter", "⏎", "wider"),
    ]);
    board.replaceChildren(...rows.map((row) => {
      const line = document.createElement("div");
      line.append(...row);
      return line;
    }));
  }

  function show(yes) {
    board.hidden = !yes;
    document.body.classList.toggle("typing", yes); // it lies on the lower edge, and the page above it
    button.setAttribute("aria-expanded", String(yes));
    for (const each of fields) { // the device's own keys would lie over these
      if (yes) each.setAttribute("inputmode", "none");
      else each.removeAttribute("inputmode");
    }
    if (yes) into.focus();
    if (yes) into.scrollIntoView({ block: "nearest" });
  }

  board.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  board.addEventListener("click", (event) => {
    const key = event.target.closest?.("[data-types]")?.dataset.types;
    if (key) press(key);
  });
  button.addEventListener("click", () => show(board.hidden));
  button.hidden = false;
  draw();
  const touched = matchMedia("(pointer: coarse)").matches;
  const folded = button.closest("details");
  if (touched && !folded) show(true);
  folded?.addEventListener("toggle", () => show(touched && folded.open));
})();
