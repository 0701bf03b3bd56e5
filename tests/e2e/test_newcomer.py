"""The newcomer's two minutes with ``copbot try``, in chromium: what the README promises, and the pictures that it shows.

With SHOTS set to a folder the pictures are written there (``make shots``).
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SHOTS = Path(os.environ["SHOTS"]) if "SHOTS" in os.environ else None
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no {CHROMIUM}")]


class Try:
    """``copbot try`` as a newcomer starts it, stops it with Ctrl-C, and starts it again."""

    def __init__(self, folder: Path, speed: str) -> None:
        self._folder = folder
        self._speed = speed
        self._process: subprocess.Popen[str] | None = None
        self.address = ""
        self.port = "0"

    def start(self) -> None:
        words = [sys.executable, "-m", "copbot", "try", "--port", self.port, "--speed", self._speed]
        self._process = subprocess.Popen(words, cwd=self._folder, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/\S*", line):
                self.address, self.port = found[0], found[1]
                return
        raise AssertionError("copbot try printed no address")

    def ctrl_c(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(20)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.ctrl_c()


@pytest.fixture
def trying(tmp_path: Path) -> Iterator[Try]:
    trying = Try(tmp_path, "12")
    trying.start()
    yield trying
    trying.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


def open_as(browser: Browser, trying: Try, persona: str, errors: list[str], **context: Any) -> Page:
    page = browser.new_context(viewport={"width": 1360, "height": 860}, **context).new_page()
    page.set_default_timeout(90_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(re.sub(r"as=\w+", f"as={persona}", trying.address))
    return page


def send(page: Page, text: str, box: str = "#main-text") -> None:
    page.locator(box).fill(text)
    page.locator(box).press("Escape")
    page.locator(box).press("Enter")


def shot(page: Page, name: str) -> None:
    if SHOTS is not None:
        page.wait_for_timeout(700)
        page.screenshot(path=SHOTS / f"{name}.png")


def test_two_minutes(browser: Browser, trying: Try) -> None:
    expect.set_options(timeout=90_000)
    errors: list[str] = []
    sally, robin = open_as(browser, trying, "sally", errors), open_as(browser, trying, "robin", errors)

    expect(sally.locator("#log")).to_contain_text("Hosted by Sally and Lucy")
    expect(robin.locator("#log")).to_contain_text("is open.")

    question = robin.locator("#log .msg.ask", has_text="Do you believe you are a member of a CoP?")
    question.locator("a.replies").click()
    expect(robin.locator("#side")).to_contain_text("Four of us from different services")
    send(robin, "I think we are one, @Dev, without knowing it", "#side-text")
    expect(sally.locator("#log .msg.ask", has_text="Do you believe you are a member of a CoP?")).to_contain_text("repl")
    expect(robin.locator("#side")).to_contain_text("without knowing it")
    shot(robin, "thread")

    send(robin, "/cop privacy")
    expect(robin.locator("#log .note").last).to_contain_text("What I keep about you")
    send(robin, "/cop next")
    expect(robin.locator("#log .note").last).to_contain_text("Only the hosts")

    sally.locator("aside").get_by_role("button", name="Next: Q2").click()
    expect(sally.locator("aside .note").last).to_contain_text("On to Q2")
    expect(robin.locator("#log")).to_contain_text("Name some examples of organised CoPs")
    shot(sally, "room")

    send(sally, "/cop ask")
    sally.get_by_role("dialog").get_by_label("Your question").fill("Who has changed their mind tonight?")
    sally.get_by_role("button", name="Ask now").click()
    expect(robin.locator("#log")).to_contain_text("Who has changed their mind tonight?")

    send(sally, "/cop schedule set=looking-back date=2018-02-28 time=19:30 with=Lucy")
    expect(sally.locator("#log .note").last).to_contain_text("Nothing is posted until you confirm")
    shot(sally, "draft")
    sally.locator("#log .note").last.get_by_role("button", name="Confirm").click()
    expect(robin.locator("#nav")).to_contain_text("Looking back together")
    assert errors == []
    if AXE.exists():
        for page in (sally, robin):
            page.evaluate(AXE.read_text("utf-8"))
            found = page.evaluate("axe.run()")["violations"]
            assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_ctrl_c_in_the_middle_and_a_new_start(browser: Browser, trying: Try) -> None:
    expect.set_options(timeout=90_000)
    errors: list[str] = []
    robin = open_as(browser, trying, "robin", errors)
    question = robin.locator("#log .msg.ask", has_text="Do you believe you are a member of a CoP?")
    expect(question).to_be_visible()
    assert trying.ctrl_c() == 0
    expect(robin.locator("#offline")).to_be_visible()
    trying.start()
    expect(robin.locator("#offline")).to_be_hidden()
    expect(robin.locator("#log .msg", has_text="Name some examples of organised CoPs")).to_be_visible()
    expect(question).to_have_count(1)
    expect(robin.locator("#log .msg", has_text="Maria, community clinic, Bristol")).to_have_count(1)
    assert errors == []
