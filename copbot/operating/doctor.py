"""``copbot doctor``: everything that would go wrong, with what to do about it, before it does."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from copbot.content import Content
from copbot.errors import CopbotError
from copbot.runtime.clock import SystemClock
from copbot.settings import Settings
from copbot.store.database import file_of
from copbot.store.migrate import migrate
from copbot.web.app import take_port

FIRST_YEAR = 2026
"""A machine whose clock says less has lost it."""

MEND_FILE = "choose another file, or make the folder writable"
MEND_SERVER = "see that the server runs and that COPBOT_DATABASE_URL names its host, the database, the user and the password"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at. ``remedy`` says what to do if it is not well."""

    what: str
    well: bool
    found: str
    remedy: str = ""

    def line(self) -> str:
        """For people to read."""
        return f"{'PASS' if self.well else 'FAIL'}  {self.what}: {self.found}" + (
            f"\n      -> {self.remedy}" if self.remedy and not self.well else ""
        )


def examine(settings: Path | None) -> list[Diagnosis]:
    """Look at settings, content, database, zones, clock and port."""
    try:
        loaded = Settings.load(settings)
    except CopbotError as error:
        return [Diagnosis("settings", False, str(error), "correct what is named here")]
    return [Diagnosis("settings", True, "read"), _content(loaded), _database(loaded), _zones(), _clock(), _port(loaded)]


def _content(settings: Settings) -> Diagnosis:
    try:
        content = Content.of_instance(settings.config_dir, settings.prompts_dir)
    except CopbotError as error:
        return Diagnosis("content", False, str(error), "mend the file; copbot check shows every error at once")
    errors = [str(problem) for problem in content.problems() if not problem.is_warning]
    sets, communities = len(content.question_sets()), len(content.communities())
    found = "; ".join(errors) or f"{communities} communities, {sets} question sets"
    return Diagnosis("content", not errors, found, "mend the files; until then the last good version of each is used")


def _database(settings: Settings) -> Diagnosis:
    url = settings.database_url.get_secret_value()
    file = file_of(url)
    if file is not None and not file.exists() and os.access(file.parent, os.W_OK):
        return Diagnosis("database", True, f"{file} will be made at the first start")
    try:
        migrate(url)
    except CopbotError as error:
        return Diagnosis("database", False, str(error), MEND_FILE if file else MEND_SERVER)
    if file is None:
        return Diagnosis("database", True, "PostgreSQL, with all tables")
    with closing(sqlite3.connect(file)) as connection:
        health = str(connection.execute("PRAGMA quick_check").fetchone()[0])
    return Diagnosis("database", health == "ok", f"{file}: {health}", "restore the last backup")


def _zones() -> Diagnosis:
    zones = available_timezones()
    return Diagnosis("time zones", "Europe/London" in zones, f"{len(zones)} known", "install the Python package tzdata")


def _clock() -> Diagnosis:
    now = SystemClock().now()
    return Diagnosis("clock", now.year >= FIRST_YEAR, f"{now:%Y-%m-%d %H:%M} UTC", "set this machine's clock: chats happen by it")


def _port(settings: Settings) -> Diagnosis:
    try:
        take_port(settings.host, settings.port).close()
    except CopbotError as error:
        return Diagnosis("port", False, str(error), "stop what listens there, or set COPBOT_PORT (0 takes a free one)")
    return Diagnosis("port", True, f"{settings.host}:{settings.port} is free")
