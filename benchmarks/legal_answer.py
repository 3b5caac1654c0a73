"""How long the mailroom waits for the answer to a scanned code of legal mail, in Chromium.

    python -m benchmarks.legal_answer    # 60 codes, half of them again

From the last key that the hand scanner types (Enter) to the frame on which the answer is painted.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from digitizer.legal import codes, registry
from digitizer.model.legal import NewSender, SenderKind
from digitizer.model.people import Actor, ActorKind, StaffRole
from tests.support.in_browser import ARGUMENTS, CHROMIUM, served
from tests.support.patience import HUNG
from tests.support.web_kit import PASSWORD, make_mail

_CODES = 60
_SUPERVISOR = Actor(ActorKind.STAFF, "Ruth Harrow", StaffRole.SUPERVISOR)
#: Resolves to the milliseconds, once another answer is in the page and a frame was painted.
_WATCH = """() => {
  window.answered = new Promise((resolve) => {
    let pressed = 0;
    addEventListener("keydown", (event) => {
      if (event.key === "Enter") pressed ||= performance.now();
    }, { capture: true });
    new MutationObserver((_, watcher) => {
      if (!document.querySelector("#answer [data-answer]")) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
    }).observe(document.getElementById("answer"), { childList: true, subtree: true });
  });
}"""


def answer_milliseconds(page: Page, text: str) -> float:
    """Types a code as a hand scanner does, on the page of legal mail."""
    page.evaluate(_WATCH)
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    took: float = page.evaluate("window.answered")
    return took


def main() -> int:
    with TemporaryDirectory() as folder:
        mail = make_mail(Path(folder) / "home")
        entry = NewSender(SenderKind.COURT, "", "Court of Lake County")
        sender = registry.add_sender(mail.facility, entry, _SUPERVISOR)
        made = [
            codes.make_code(mail.facility, sender, "2026-00117", _SUPERVISOR) for _ in range(_CODES)
        ]
        with served(mail.facility.home) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            page = browser.new_context(base_url=address).new_page()
            page.set_default_timeout(HUNG * 1000)
            page.goto("/staff/login")
            page.fill("#name", "Ana Brookwater")
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url("**/staff")
            page.goto("/staff/legal")
            texts = [each.text for each in made] + [each.text for each in made[: _CODES // 2]]
            took = sorted(answer_milliseconds(page, text) for text in texts)
            browser.close()
        mail.facility.engine.dispose()
    print(f"{len(took)} scans: median {statistics.median(took):.0f} ms, ", end="")
    print(f"95 % within {took[int(len(took) * 0.95)]:.0f} ms, slowest {took[-1]:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
