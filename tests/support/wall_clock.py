"""What people saw and when, by the clock on their wall; and the same, said beforehand."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

from playhouse import House

from copbot.resources import data_dir
from copbot_room.model import Entry

OF_A_CHAT = {
    "announcement": "Come and talk, or come and read",
    "reading": "**Before we meet:",
    "week to go": "is a week away.",
    "day to go": "Tomorrow at ",
    "hour to go": "We start in an hour.",
    "checklist": "**For hosts:",
    "panel": "(chat ",
    "welcome": "** is open.",
    "hello": "Before Q1, one line each",
    "nudge": "Yes, no and 'not sure' all count.",
    "asked on": "is open now. This thread stays open",
    "minutes left": "minutes left for",
    "last words": "Last few minutes.",
    "close": "Thank you all",
    "transcript": "is ready to be read",
    "summary": "A week ago:",
}
OF_A_SERIES = {"few voices": "Midweek nudge:", "weave": "ends tomorrow. A good moment for a weave", "hand on": "Words you could use in"}
BACKSTAGE_ONLY = {
    "probes": "further questions you could ask",
    "no answer yet": "You could wait, give a short example of your own",
    "missed": "I was away and missed",
    "expired": "now it would come too late",
}
PRIVATE = {
    "reflect": "A moment to look back",
    "so what": "So what",
    "now what": "Now what",
    "two weeks on": "two weeks on. For you alone",
    "six weeks on": "six weeks on. For you alone",
}
WORDS = {**OF_A_CHAT, **OF_A_SERIES, **BACKSTAGE_ONLY, **PRIVATE}
"""What a post is -> words that only such posts have."""

Seen = tuple[str, str]
"""When, as on the wall (``2026-03-18 19:30``), and what."""


def kind(entry: Entry) -> str:
    """What a post is; a question by its label; the beginning of words that nobody expected."""
    if entry.opens_thread:
        return entry.title.split()[0]
    return next((name for name, words in WORDS.items() if words in entry.text), entry.text[:60])


def seen(house: House, channel: str, zone: ZoneInfo) -> list[Seen]:
    """Everything the bot posted in a channel and its threads, or in somebody's private pane (``@maria``), in order of time."""
    posts = [entry for entry in house.everything(channel) if entry.by_bot]
    return sorted((f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}", kind(entry)) for entry in posts)


def said_beforehand(days: Iterable[date], plan: Iterable[tuple[int, str, str]]) -> list[Seen]:
    """What must be seen around each of these days: so many days after it, at that time on the wall, what."""
    each = list(plan)
    return sorted((f"{day + timedelta(days=after)} {clock}", what) for day in days for after, clock, what in each)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """The instant of a time on the wall that exists once, like ``2026-03-18 19:30``."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def config_in(zone: str, folder: Path, **question_sets: str) -> Path:
    """The shipped config folder with every community in that zone, and further question sets by name."""
    config = Path(copytree(data_dir("config"), folder / "config"))
    for file in config.glob("communities/*.yaml"):
        file.write_text(file.read_text().replace("time_zone: Europe/London", f"time_zone: {zone}"))
    for name, text in question_sets.items():
        (config / "question-sets" / f"{name}.yaml").write_text(text)
    return config
