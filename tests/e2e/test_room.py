"""The newcomer's two minutes, in chromium."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from copbot.ports.platform import CommandSpec, OptionSpec, Setup
from copbot.testing.scripted import CHANNEL, ScriptedBot
from copbot.testing.serving import Served, free_port, serve
from copbot_room import Room, make

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=15_000)  # a machine that does other things beside

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
COMMANDS = (
    CommandSpec("help", "What copbot can do here", "/cop help"),
    CommandSpec(
        "schedule",
        "Plan a chat",
        "/cop schedule [set=ID] [at=TIME]",
        (OptionSpec("set", "which"), OptionSpec("at", "when")),
        opens_form=True,
    ),
    CommandSpec("next", "Ask the next question now", "/cop next"),
    CommandSpec("privacy", "See and change what is kept about you", "/cop privacy"),
    CommandSpec("off-record", "Keep nothing of what I say", "/cop off-record", on_message="Off the record"),
)
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no {CHROMIUM}")]


class FastClock:
    """Starts on the evening of the chat and runs thirty times as fast."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return datetime(2018, 1, 31, 19, 31, 5, tzinfo=UTC) + timedelta(seconds=30 * (time.monotonic() - self._began))


class NothingKept:
    """Nothing to remember."""

    async def get(self, key: str) -> bytes | None:
        return None

    async def put(self, key: str, value: bytes) -> None: ...

    async def forget(self, key: str) -> None: ...


SETTINGS = {
    "channels": [
        {"id": "resnetslt", "title": "resnetslt", "purpose": "Research network of speech and language therapists"},
        {"id": "journal-club", "title": "journal-club", "purpose": "One paper a month"},
        {"id": "backstage", "title": "backstage", "purpose": "Hosts only", "hosts": True},
    ],
    "personas": [
        {"id": "sally", "name": "Sally", "host": True},
        {"id": "maria", "name": "Maria Lindqvist", "time_zone": "Europe/Stockholm"},
        {"id": "tom", "name": "Tom"},
    ],
    "speed": 30,
}


@dataclass(frozen=True)
class Running:
    """A room that is being served from its file."""

    path: Path
    port: int = field(default_factory=free_port)
    rooms: list[Room] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def room(self) -> Room:
        return self.rooms[-1]

    @property
    def now(self) -> Served:
        return self.served[-1]

    def start(self) -> None:
        def build() -> Any:
            self.rooms.append(make(Setup(COMMANDS, FastClock(), NothingKept(), {**SETTINGS, "path": str(self.path)})))
            return self.room.http

        self.served.append(serve(build, self.port))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "room.sqlite3")
    running.start()
    yield running
    running.now.stop()
    assert running.errors == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def bot(running: Running) -> ScriptedBot:
    bot = ScriptedBot(running.room)
    running.now.start(running.room.run(bot.hear))
    running.now.do(bot.begin())
    return bot


def open_as(browser: Browser, running: Running, persona: str, query: str = "", **context: Any) -> Page:
    """A page of its own, as another tab would be."""
    page = browser.new_context(**context).new_page()
    page.on("pageerror", lambda error: running.errors.append(f"{persona}: {error}"))
    page.goto(f"{running.now.url}/?as={persona}{query}")
    return page


def send(page: Page, box: str, text: str) -> None:
    page.locator(box).fill(text)
    page.locator(box).press("Escape")
    page.locator(box).press("Enter")


def test_two_people_see_each_other(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    sally, maria = open_as(browser, running, "sally"), open_as(browser, running, "maria")
    send(maria, "#main-text", "Hello from **Lund**, @Sally")
    expect(sally.locator("#log strong", has_text="Lund")).to_be_visible()
    expect(sally.locator("#log .mention", has_text="@Sally")).to_be_visible()
    expect(maria.locator("#main-text")).to_have_value("")
    expect(maria.locator("#log")).to_contain_text("at 20:30 (21:30 your time)")


def test_hosting_from_backstage(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    sally, maria = open_as(browser, running, "sally"), open_as(browser, running, "maria")
    expect(maria.locator("#nav")).not_to_contain_text("backstage")
    sally.locator("aside").get_by_role("button", name="Next question").click()
    expect(maria.locator("#log")).to_contain_text("What would you tell a newcomer?")
    maria.locator("#log .msg", has_text="Question 2 of 4").locator("a.replies").click()
    send(maria, "#side-text", "Just ask.")
    expect(maria.locator("#side")).to_contain_text("Just ask.")
    expect(sally.locator("#log .msg", has_text="Question 2 of 4")).to_contain_text("1 reply")
    assert re.search(r"thread=m\d+", maria.url)


def test_a_form_with_an_error_and_a_private_draft(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    sally, tom = open_as(browser, running, "sally"), open_as(browser, running, "tom")
    send(sally, "#main-text", "/cop schedule")
    dialog = sally.get_by_role("dialog", name="Plan a chat")
    dialog.get_by_label("Title").fill("x")
    dialog.get_by_role("button", name="Show the draft").click()
    expect(dialog.get_by_text("at least three letters")).to_be_visible()
    expect(dialog.get_by_label("Title")).to_be_focused()
    dialog.get_by_label("Title").fill("Listening well")
    dialog.get_by_role("button", name="Show the draft").click()
    expect(dialog).to_have_count(0)
    note = sally.locator("#log .note", has_text="Listening well")
    expect(note.get_by_text("Only visible to you")).to_be_visible()
    note.get_by_role("button", name="Confirm").click()
    expect(sally.locator("#log .note")).to_contain_text("You pressed confirm")
    sally.reload()
    expect(sally.locator("#log .note")).to_contain_text("You pressed confirm")
    expect(tom.locator("#log .note")).to_have_count(0)
    sally.get_by_role("button", name="Dismiss this note").click()
    expect(sally.locator("#log .note")).to_have_count(0)


def test_escape_closes_the_form_in_the_room(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    sally = open_as(browser, running, "sally")
    send(sally, "#main-text", "/cop schedule")
    expect(sally.get_by_role("dialog")).to_be_visible()
    sally.keyboard.press("Escape")
    expect(sally.locator("#bot-form")).to_have_count(0)
    sally.reload()
    expect(sally.locator("#bot-form")).to_have_count(0)


def test_the_message_menu(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    tom, maria = open_as(browser, running, "tom"), open_as(browser, running, "maria")
    send(tom, "#main-text", "Frist!")

    def choose(page: Page, message: str, item: str) -> None:
        row = page.locator("#log .msg", has_text=message)
        row.hover()
        row.locator(".more").click()
        page.locator("#menu").get_by_role("menuitem", name=item).click()

    choose(tom, "Frist!", "Edit")
    tom.get_by_label("Message", exact=True).fill("First!")
    tom.get_by_role("button", name="Save").click()
    expect(maria.locator("#log .msg", has_text="First!")).to_contain_text("(edited)")
    choose(maria, "First!", "React with heart")
    expect(tom.locator("#log .chip")).to_contain_text("1")
    choose(tom, "First!", "Off the record")
    expect(tom.locator("#log .note")).to_contain_text("off-record")
    choose(tom, "First!", "Delete")
    expect(maria.locator("#log")).not_to_contain_text("First!")


def test_a_half_typed_reply_survives(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    sally, maria = open_as(browser, running, "sally", "&thread=m2"), open_as(browser, running, "maria")
    sally.locator("#main-text").fill("half a message")
    sally.locator("#side-text").fill("half a reply")
    send(maria, "#main-text", "Meanwhile")
    expect(sally.locator("#log")).to_contain_text("Meanwhile")
    expect(sally.locator("#side-text")).to_have_value("half a reply")
    sally.get_by_role("link", name="Close the thread").click()
    expect(sally.locator("#main-text")).to_have_value("half a message")


def test_it_reconnects_by_itself(browser: Browser, running: Running) -> None:
    maria = open_as(browser, running, "maria")
    send(maria, "#main-text", "Before the storm")
    expect(maria.locator("#log")).to_contain_text("Before the storm")
    maria.locator("#main-text").fill("half typed")
    running.now.stop()
    expect(maria.locator("#offline")).to_be_visible()
    running.start()
    running.now.do(running.room.people.say("tom", CHANNEL.channel, "After the storm"))
    expect(maria.locator("#log")).to_contain_text("After the storm", timeout=15_000)
    expect(maria.locator("#log")).to_contain_text("Before the storm")
    expect(maria.locator("#main-text")).to_have_value("half typed")
    expect(maria.locator("#offline")).to_be_hidden()


def test_by_keyboard_alone(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    maria = open_as(browser, running, "maria")
    expect(maria.locator("#main-text")).to_be_focused()
    maria.keyboard.type("/cop h")
    maria.keyboard.press("ArrowDown")
    maria.keyboard.press("Enter")
    expect(maria.locator("#main-text")).to_have_value("/cop help")
    maria.keyboard.press("Escape")
    maria.keyboard.press("Enter")
    expect(maria.locator("#log .note")).to_contain_text("to plan a chat")
    maria.locator("#log .more").nth(1).focus()
    maria.keyboard.press("Enter")
    maria.keyboard.press("ArrowRight")
    maria.keyboard.press("Enter")
    expect(maria.get_by_role("button", name="❤️ 1, Maria Lindqvist")).to_be_visible()
    expect(maria.locator("#log .more").nth(1)).to_be_focused()
    maria.locator("a.skip").focus()
    expect(maria.locator("a.skip")).to_be_in_viewport()


def test_nothing_comes_from_elsewhere(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    page = browser.new_context().new_page()
    asked: list[tuple[str, int]] = []
    page.on("response", lambda response: asked.append((response.url, len(response.body()))))
    page.goto(f"{running.now.url}/?as=sally")
    page.wait_for_load_state("networkidle")
    assert all(url.startswith(running.now.url) for url, _ in asked)
    assert sum(size for url, size in asked if "htmx" not in url and "hx-ws" not in url) < 100_000


def test_a_narrow_page_shows_one_thing_at_a_time(browser: Browser, running: Running, bot: ScriptedBot) -> None:
    tom = open_as(browser, running, "tom", viewport={"width": 420, "height": 800})
    expect(tom.locator("aside")).to_be_hidden()
    tom.locator("#log a.replies").first.click()
    expect(tom.locator("#side-text")).to_be_visible()
    tom.get_by_role("link", name="copbot and you").first.click()
    expect(tom.locator("#side")).to_contain_text("something for you alone")
    tom.get_by_role("link", name="resnetslt").first.click()
    expect(tom.locator("#main-text")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, running: Running, bot: ScriptedBot, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm install --no-save axe-core")
    people = running.room.people
    answer = running.now.do(people.say("tom", CHANNEL.channel, "Somebody to ask", "m2"))
    running.now.do(people.say("maria", CHANNEL.channel, "> quoted `code` https://example.org", "m2", answer))
    running.now.do(people.react("sally", answer, "👍"))
    running.now.do(people.command("sally", CHANNEL.channel, "/cop nxet"))
    for query in ("", "&thread=m2", "&side=@sally"):
        sally = open_as(browser, running, "sally", query, color_scheme=scheme, reduced_motion="reduce")
        check(sally)
    sally.locator("#log .more").first.focus()
    sally.keyboard.press("Enter")
    check(sally)
    sally.keyboard.press("Escape")
    running.now.do(people.command("sally", CHANNEL.channel, "/cop schedule"))
    expect(sally.get_by_role("dialog")).to_be_visible()
    check(sally)


def check(page: Page) -> None:
    """No serious or critical finding of axe."""
    page.wait_for_timeout(300)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    bad = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found if one["impact"] in ("serious", "critical")]
    assert not bad
