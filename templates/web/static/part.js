"use strict";
/* A part of a page that is withheld: its frame on the desk, drawn with the mouse, or moved by the
   arrows while "Withhold a part" is open. What is sent stands in the field, in hundredths of the page:
   left, top, width, height. */
(() => {
  const field = document.getElementById("part");
  const marks = document.getElementById("frames");
  const sheet = document.getElementById("sheet");
  const asks = field?.closest("details");
  if (!asks || !marks || !sheet) return;
  const STEP = 2;
  const LEAST = 2;
  /* The lower half first: of two photos on a sheet, one is there. */
  const USUAL = ["0 50 100 50", "0 0 100 50", "0 0 50 100", "50 0 50 100",
    "0 0 50 50", "50 0 50 50", "0 50 50 50", "50 50 50 50"];
  let from = null; // where the mouse was pressed

  const numbers = () => field.value.trim().split(/[\s,;]+/).map(Number);
  const within = (value, least, most) => Math.min(most, Math.max(least, value));
  const rounded = (value) => Math.round(value * 10) / 10;

  function draw() {
    document.getElementById("own-frame")?.remove();
    const [left, top, width, height] = numbers();
    if (!asks.open || ![left, top, width, height].every(Number.isFinite)) return;
    const { width: w, height: h } = marks.viewBox.baseVal;
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.id = "own-frame";
    const box = { x: left * w, y: top * h, width: width * w, height: height * h };
    for (const [name, value] of Object.entries(box)) rect.setAttribute(name, value / 100);
    marks.append(rect);
  }

  function set(left, top, width, height) {
    const wide = within(width, LEAST, 100);
    const high = within(height, LEAST, 100);
    field.value = [within(left, 0, 100 - wide), within(top, 0, 100 - high), wide, high].map(rounded).join(" ");
    draw();
  }

  function move(key, size) {
    const [across, down] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[key];
    const [left, top, width, height] = numbers();
    if (size) set(left, top, within(width + across, LEAST, 100 - left), within(height + down, LEAST, 100 - top));
    else set(left + across, top + down, width, height);
  }

  addEventListener("keydown", (event) => {
    if (!asks.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]), textarea, select")) return;
    if (event.key.startsWith("Arrow")) move(event.key, event.shiftKey);
    else if (event.key === "h") {
      field.value = USUAL[(USUAL.indexOf(field.value) + 1) % USUAL.length];
      draw();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });

  /* Where the mouse is, in hundredths of the page. */
  function place(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(marks.getScreenCTM().inverse());
    const { width, height } = marks.viewBox.baseVal;
    return [within((100 * at.x) / width, 0, 100), within((100 * at.y) / height, 0, 100)];
  }

  function stretch(event) {
    const [x, y] = place(event);
    set(Math.min(x, from[0]), Math.min(y, from[1]), Math.abs(x - from[0]), Math.abs(y - from[1]));
  }

  sheet.addEventListener("pointerdown", (event) => {
    if (!asks.open || event.button) return;
    event.preventDefault();
    from = place(event);
    sheet.setPointerCapture(event.pointerId);
  });
  sheet.addEventListener("pointermove", (event) => { if (from) stretch(event); });
  sheet.addEventListener("pointerup", () => { from = null; });
  sheet.addEventListener("pointercancel", () => { from = null; });
  sheet.parentElement.addEventListener("click", (event) => {
    if (asks.open) event.stopPropagation(); // it was drawn on: no zoom
  }, { capture: true });

  asks.addEventListener("toggle", () => {
    for (const name of ["turned-1", "turned-2", "turned-3"]) sheet.classList.remove(name);
    draw();
  });
  field.addEventListener("input", draw);
  // Another page is on the desk: its frames were drawn anew, without this one.
  new MutationObserver(() => {
    if (asks.open && !document.getElementById("own-frame")) draw();
  }).observe(marks, { childList: true });
  draw();
})();
