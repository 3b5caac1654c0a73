"use strict";
/* The mailroom by keyboard; every page works without it.
   1. A key presses what has it in data-key ("c", "Enter", "g h"); ? lists the keys of the page.
   2. On a held item, the strip of pages turns the page on the desk, and digits choose a person. */
(() => {
  const OFF = "keys-off"; // remembered on this computer: single keys can be in the way of speech input
  const dialog = document.getElementById("keys");
  let first = ""; // of a sequence of two keys

  const typing = (at) => at.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
  const shown = (at) => at.getClientRects().length > 0 && !at.disabled;
  const all = (what) => [...document.querySelectorAll(what)];

  /** Scrolls the strip of pages alone: the window, and what lies under its head, stays. */
  function reveal(link) {
    const strip = link?.closest(".strip");
    if (!strip) return;
    const [own, whole] = [link.getBoundingClientRect(), strip.getBoundingClientRect()];
    if (own.top < whole.top) strip.scrollTop -= whole.top - own.top;
    else if (own.bottom > whole.bottom) strip.scrollTop += own.bottom - whole.bottom;
  }

  /* --- Keys --- */
  function press(key) {
    const one = all("[data-key]").find((each) => each.dataset.key === key && shown(each));
    if (!one) return false;
    if (one.matches("input, textarea")) {
      one.focus();
      one.select();
    } else {
      one.click();
      one.closest("details")?.scrollIntoView({ block: "nearest" });
    }
    return true;
  }

  function digit(key) {
    const reasons = all("details[open] .reasons button");
    const people = all(".people input[type=radio]:not([disabled])");
    const one = (reasons.length ? reasons : people)[Number(key) - 1];
    if (!one || !shown(one)) return false;
    one.click();
    if (table?.dataset.oneKey && !reasons.length) deliver();
    return true;
  }

  /* --- Whose is it?: one key a letter, once what must be seen was on the desk --- */
  const table = document.querySelector(".desk");
  /* It ends where the window does, however much is said above it: no act is out of sight. */
  const fit = () => {
    const above = table.getBoundingClientRect().top + window.scrollY;
    table.style.setProperty("--above", `${Math.ceil(above)}px`);
  };
  if (table) {
    fit();
    window.addEventListener("resize", fit);
  }
  const seen = new Set();

  const button = () => document.querySelector("[data-key=Enter]");
  const picked = () => document.querySelector(".people input[type=radio]:checked");

  /* Nothing is delivered before each page was on the screen; the service asks it again. */
  const unseen = () => pages.some((one) => one.dataset.own && !seen.has(one));
  function guard() {
    if (!table?.dataset.mustShow || table.dataset.screening || !button()) return;
    button().disabled = unseen() || !sheet.complete;
  }

  /* With none chosen, the first one suggested; first of all, the pages that nobody has seen yet. */
  function deliver() {
    if (table?.dataset.mustShow && sheet && !sheet.complete) return true; // it is not on the screen yet
    const next = table?.dataset.mustShow && pages.find((one) => one.dataset.own && !seen.has(one));
    if (next) {
      show(next);
      return true;
    }
    const whose = document.getElementById("find");
    const proposed = all(".people [data-suggested] input:not([disabled])");
    if (table?.dataset.oneKey && !picked() && !whose?.value) {
      proposed.find((each) => !each.closest("#found"))?.click(); // what was looked up is never the proposal
    }
    if (!button() || !shown(button())) return false;
    if (whose && button().formAction.endsWith("/assign") && !picked()) {
      whose.focus(); // nobody is chosen: the next thing to do is to look for them
      return true;
    }
    button().click();
    return true;
  }

  function act(key) {
    if (first) {
      const both = `${first} ${key}`;
      first = "";
      if (press(both)) return true;
    }
    if (key === "?") return help();
    if (key === "Enter" && table && deliver()) return true;
    if (/^[1-9]$/.test(key) && digit(key)) return true;
    if (turn(key) || press(key)) return true;
    if (all("[data-key]").some((each) => each.dataset.key.startsWith(`${key} `))) first = key;
    return Boolean(first);
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (dialog?.open) return;
    if (event.repeat && /^(Enter|[1-9])$/.test(event.key)) { // held down: it was pressed once
      event.preventDefault();
      return;
    }
    const at = event.target;
    if (event.key === "Escape") {
      if (typing(at)) {
        at.blur();
        desk().focus();
      } else all("details[open].more").forEach((each) => { each.open = false; });
      return;
    }
    if (typing(at)) {
      if (event.key === "Enter" && at.id === "find" && choose()) event.preventDefault();
      return;
    }
    if (event.key === "Enter" && at.matches("a[href], button, summary")) return;
    if (event.key === " " && at !== desk()) return;
    if (event.key !== "?" && localStorage.getItem(OFF)) return;
    if (act(event.key)) event.preventDefault();
  });

  /* Enter in the search for a person chooses the first one found; Enter again delivers. What is
     shown for an earlier text is not chosen: the answer to this one is on its way. */
  function choose() {
    const list = document.querySelector("#found [data-for]");
    if (list && list.dataset.for !== document.getElementById("find").value) return true;
    const found = document.querySelector("#found input[type=radio]:not([disabled])");
    if (!found) return false;
    found.click();
    desk().focus();
    return true;
  }

  function help() {
    if (!dialog) return false;
    const list = document.getElementById("keys-list");
    list.replaceChildren();
    const add = (keys, says) => {
      const [term, what] = [document.createElement("dt"), document.createElement("dd")];
      const key = document.createElement("kbd");
      key.textContent = keys;
      term.append(key);
      what.textContent = says;
      list.append(term, what);
    };
    if (strip) add("← →", list.dataset.turn);
    if (all(".people input").length) add("1-9", list.dataset.choose);
    for (const each of all("[data-key]").filter(shown)) {
      const label = (each.labels?.[0] ?? each).cloneNode(true);
      label.querySelectorAll("kbd, .quiet").forEach((one) => one.remove());
      add(each.dataset.key, label.textContent.replace(/\s+/g, " ").trim().slice(0, 60));
    }
    add("Esc", list.dataset.leave);
    dialog.showModal();
    return true;
  }

  const on = document.getElementById("keys-on");
  if (on) {
    on.checked = !localStorage.getItem(OFF);
    on.addEventListener("change", () => {
      if (on.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    });
  }

  /* --- The desk: one page at a time --- */
  const strip = document.querySelector(".strip");
  const sheet = document.getElementById("sheet");
  const paper = document.getElementById("paper");
  const desk = () => paper ?? document.getElementById("content");
  const pages = strip ? all(".strip [data-picture]") : [];

  function current() {
    return pages.find((each) => each.getAttribute("aria-current")) ?? pages[0];
  }

  function show(link) {
    current()?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    seen.add(link);
    reveal(link);
    sheet.src = link.dataset.picture;
    sheet.width = Number(link.dataset.width);
    sheet.height = Number(link.dataset.height);
    sheet.alt = link.dataset.caption;
    paper.setAttribute("aria-label", link.dataset.caption);
    document.getElementById("shown-caption").textContent = link.dataset.caption;
    frame(link);
    guard();
    for (const name of ["turned-1", "turned-2", "turned-3"]) sheet.classList.remove(name);
    paper.scrollTo(0, 0);
    offer(link);
  }

  /* Frames around what is watched for, and parts that are withheld, as "left top width height; …" in
     the picture's pixels. */
  function frame(link) {
    const frames = document.getElementById("frames");
    if (!frames) return;
    frames.setAttribute("viewBox", `0 0 ${link.dataset.width} ${link.dataset.height}`);
    const rects = (boxes, kind) => (boxes ?? "").split(";").filter(Boolean).map((one) => {
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      ["x", "y", "width", "height"].forEach((name, at) => rect.setAttribute(name, one.trim().split(" ")[at]));
      if (kind) rect.setAttribute("class", kind);
      return rect;
    });
    frames.replaceChildren(...rects(link.dataset.frames), ...rects(link.dataset.parts, "part"));
  }

  /* What can be done to this page: another letter's is not ours to decide about here. */
  function offer(link) {
    const acts = document.getElementById("page-acts");
    if (acts) acts.hidden = !link.dataset.own;
    for (const each of all("[data-text-of]")) each.hidden = each.dataset.textOf !== link.dataset.page;
    for (const each of all("[data-of-page]")) {
      each.value = each.dataset.ofPage.replace("{page}", link.dataset.page);
      each.disabled = each.dataset.role === link.dataset.role
        || each.dataset.firstPage === link.dataset.page;
    }
    for (const each of all("[data-with-parts]")) each.disabled = !link.dataset.parts;
  }

  /* On a list, the arrows go from one to the next; Enter opens the one with the focus. */
  function step(key) {
    const links = all("[data-list] a");
    const by = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[key];
    if (!links.length || !by) return false;
    const at = links.indexOf(document.activeElement);
    (links[at < 0 ? 0 : at + by] ?? document.activeElement)?.focus();
    return true;
  }

  function turn(key) {
    if (!pages.length) return step(key);
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1, j: 1, k: -1 };
    if (!(key in steps)) return false;
    const next = pages[pages.indexOf(current()) + steps[key]];
    if (next) show(next);
    return true;
  }

  function view(what) {
    if (what === "zoom") paper.classList.toggle("near");
    if (what === "contrast") sheet.classList.toggle("strong");
    if (what === "turn") {
      const now = [1, 2, 3].find((each) => sheet.classList.contains(`turned-${each}`)) ?? 0;
      if (now) sheet.classList.remove(`turned-${now}`);
      if (now < 3) sheet.classList.add(`turned-${now + 1}`);
    }
  }

  if (paper && sheet) {
    const tools = document.getElementById("view-acts");
    tools.hidden = false;
    tools.addEventListener("click", (event) => view(event.target.closest("[data-view]")?.dataset.view));
    for (const link of pages) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        show(link);
      });
    }
    sheet.addEventListener("click", () => view("zoom"));
    if (current()) seen.add(current());
    for (const each of pages.filter((one) => one.dataset.seen)) seen.add(each);
    for (const done of ["load", "error"]) sheet.addEventListener(done, guard);
    guard();
    document.querySelector(".people")?.addEventListener("change", (event) => {
      const whole = event.target.closest(".person")?.querySelector(".goes-to");
      const says = document.getElementById("chosen");
      if (whole && says) says.textContent = whole.textContent;
    });
    reveal(current());
    paper.focus({ preventScroll: true });
    // Where each page must be shown, a picture that is fetched counts as shown.
    const ahead = table?.dataset.mustShow ? [] : pages.filter((one) => one.dataset.own).slice(0, 4);
    for (const each of ahead) {
      new Image().src = each.dataset.picture; // the next pages are there at once
    }
  }

  /* The machine's text beside the page: open or closed, as it was left on this computer. */
  const machine = document.getElementById("machine");
  if (machine) {
    machine.open = Boolean(localStorage.getItem("text-open"));
    machine.addEventListener("toggle", () => {
      if (machine.open) localStorage.setItem("text-open", "yes");
      else localStorage.removeItem("text-open");
    });
  }

  document.querySelector("[data-list] a")?.focus({ preventScroll: true });

  /* --- A table that is wider than the window is scrolled by keyboard too --- */
  const wide = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  const widen = () => all(".wide-table").forEach((each) => wide.observe(each));
  addEventListener("htmx:afterSwap", widen);
  widen();
})();

/* A part of the page that is kept new: the service says when it changed, and it is fetched again.
   Where nothing can be heard (an old proxy), it is fetched every ten seconds. */
(() => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const QUIET = 10_000; // milliseconds; while the service is heard, only the ages grow old
  const HEARD = 60_000;
  let source = null;
  let heard = false;
  let asked = Date.now();
  let soon = 0;

  function refresh() {
    asked = Date.now();
    soon = clearTimeout(soon);
    htmx.trigger(part, "changed");
  }

  function listen() {
    if (source || document.hidden || !window.EventSource) return;
    source = new EventSource(part.dataset.live);
    source.addEventListener("open", () => { heard = true; });
    // Not all at once, where many look at this page.
    source.addEventListener("changed", () => { soon ||= setTimeout(refresh, Math.random() * 2000); });
    source.addEventListener("over", () => { leave(); refresh(); }); // logged out: to the login
    source.addEventListener("error", () => {
      heard = false;
      if (source.readyState === EventSource.CLOSED) leave();
    });
  }

  function leave() {
    source?.close();
    source = null;
    heard = false;
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      leave(); // a browser has few connections, and this tab needs none
    } else {
      refresh();
      listen();
    }
  });
  addEventListener("pagehide", leave);
  setInterval(() => {
    if (document.hidden || Date.now() - asked < (heard ? HEARD : QUIET)) return;
    refresh();
    listen();
  }, 1000);
  listen();
})();
