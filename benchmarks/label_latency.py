"""Key press to next pair painted, and to acknowledgement, in headless Chromium against the real app.

    python -m benchmarks.label_latency [--pairs 1000] [--presses 100] [--long 5] [--marked]

Prints the median and the 95th percentile in milliseconds; asserts nothing. "Painted" is the first task after
the frame that shows the next pair; "acknowledged" is when the outbox is empty again, the server having
committed the decision. The texts are the bundled sample's, rendered as they are; a share of the pairs has
answers of 30,000 characters made of them, whose figures are printed by themselves as well.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from curation.database import Database  # noqa: E402
from curation.labelling import pairs  # noqa: E402
from curation.model import Pair  # noqa: E402
from pages.parts.pair_view.component import SETTLE_SECONDS  # noqa: E402
from tests.browser import label_page  # noqa: E402
from tests.browser.serving import CHROMIUM_ARGUMENTS, Server, chromium_path  # noqa: E402
from tests.curation.labelling.a_workspace import NOW, a_pair  # noqa: E402

_BATCH = 5000
_LONG = 30_000  # characters of a long answer
_TO_SETTLE = 0.06  # seconds beyond the time in which the screen takes no key
_WATCH = """() => {
    const inside = (element) => element.shadowRoot?.querySelector(".pair-view");
    const root = [...document.querySelectorAll("*")].map(inside).find(Boolean);
    window.pairView = root;
    const marks = (window.marks = { painted: [], "painted, long": [], acknowledged: [] });
    let pressed = 0;
    window.addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true });
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
        const took = performance.now() - pressed;
        marks.painted.push(took);
        if (root.querySelector("#left").textContent.length > 20000) marks["painted, long"].push(took);
    };
    new MutationObserver((changes) => {
        for (const { attributeName } of changes) {
            if (attributeName === "data-pair") requestAnimationFrame(() => channel.port2.postMessage(null));
            else if (root.dataset.unsaved === "0") {
                marks.acknowledged.push(performance.now() - pressed);
                window.pressIsOver?.();
            }
        }
    }).observe(root, { attributeFilter: ["data-pair", "data-unsaved"] });
}"""
# Asked before the press and answered after it: to look meanwhile is not free. An `expect` of Playwright that
# does not hold yet reads the whole page as a screen reader would (0.3 s for long answers),
# and that is then measured as part of the press.
_BEFORE = """async () => {
    while (window.pairView.dataset.state !== "pair") await new Promise((later) => setTimeout(later, 20));
    window.over = new Promise((over) => (window.pressIsOver = over));
}"""
_AFTER = "() => window.over"


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, arguments.pairs, long=arguments.long)
        server = Server(home)
        server.start()
        try:
            _measure(server, arguments)
        finally:
            server.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--presses", type=int, default=100)
    parser.add_argument("--long", type=int, default=5, help="percent of pairs with 30,000-character answers")
    parser.add_argument("--reading", type=float, default=0.0, help="seconds between two presses; 0: at once")
    parser.add_argument("--marked", action="store_true", help="mark the words that differ")
    return parser.parse_args()


def fill(home: Path, count: int, *, long: int = 0) -> None:
    """Pairs with the prompts and answers of the bundled sample, over and over with a number in front."""
    lines = (ROOT / "curation" / "intake" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    database = Database.open(home / "pairloom.duckdb")
    for start in range(0, count, _BATCH):
        numbers = range(start, min(count, start + _BATCH))
        batch = [_pair(rows, number, long=number % 100 < long) for number in numbers]
        with database.writing() as tx:
            pairs.add(tx, batch, NOW)
    database.close()


def _pair(rows: Sequence[dict[str, str]], number: int, *, long: bool) -> Pair:
    row = rows[number % len(rows)]
    one, other = (_long(rows, number, side) if long else row[side] for side in ("chosen", "rejected"))
    return a_pair(
        number, prompt=f"{number}. {row['question']}", one=f"{one} ({number})", other=f"{other} ({number})"
    )


def _long(rows: Sequence[dict[str, str]], number: int, side: str) -> str:
    """Answers one below the other, 30,000 characters in all; every fourth is the same on both sides."""
    parts: list[str] = []
    while sum(map(len, parts)) < _LONG:
        at = len(parts)
        parts.append(rows[(number + at) % len(rows)]["chosen" if at % 4 == 0 else side])
    return "\n\n".join(parts)


def _measure(server: Server, arguments: argparse.Namespace) -> None:
    process = psutil.Process(server.pid)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        label_page.open_screen(page, server)
        page.evaluate(_WATCH)
        if arguments.marked:
            page.keyboard.press("d")
        before = sum(process.cpu_times()[:2])
        _press(page, arguments.presses, arguments.reading)
        spent = sum(process.cpu_times()[:2]) - before
        marks: dict[str, list[float]] = page.evaluate("window.marks")
        browser.close()
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{arguments.pairs} pairs, {arguments.long} % long, {arguments.presses} presses, {load}")
    for name, milliseconds in marks.items():
        print(f"press to {name}: {_summary(milliseconds)}")
    each = 1000 * spent / arguments.presses
    print(f"server CPU per decision: {each:.1f} ms (next pairs and rendering included)")


def _press(page: Page, presses: int, reading: float) -> None:
    for number in range(presses):
        page.evaluate(_BEFORE)
        page.wait_for_timeout(1000 * (SETTLE_SECONDS + _TO_SETTLE + reading))
        page.keyboard.press("fjtb"[number % 4])
        page.evaluate(_AFTER)


def _summary(milliseconds: Sequence[float]) -> str:
    if len(milliseconds) < 2:
        return f"{len(milliseconds)} presses: too few"
    p95 = statistics.quantiles(milliseconds, n=20)[-1]
    return f"median {statistics.median(milliseconds):.1f} ms, p95 {p95:.1f} ms ({len(milliseconds)} presses)"


if __name__ == "__main__":
    main()
