"""``copbot doctor``: everything that would go wrong, with what to do about it, before it does. It changes nothing."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

from copbot import app
from copbot.content import Content
from copbot.errors import CopbotError
from copbot.operating import doctor_chats, doctor_machine
from copbot.operating.diagnosis import Diagnosis, Verdict, fail, warn, well
from copbot.operating.doctor_database import database
from copbot.ports.platform import Platform
from copbot.runtime.clock import SystemClock
from copbot.settings import Settings
from copbot.store.database import file_of
from copbot.store.migrate import is_up_to_date
from copbot.store.store import SqlStore


def examine(file: Path | None) -> list[Diagnosis]:
    """Look at the machine, the content, the database, the communities' channels and the chats of the next days."""
    try:
        settings = Settings.load(file)
    except CopbotError as error:
        return [fail("settings", str(error), "correct what is named here")]
    now = SystemClock().now()
    url = settings.database_url.get_secret_value()
    of_database = list(database(url, now))
    found = [well("settings", "read"), doctor_machine.secrets(settings, file), doctor_machine.zones(now), doctor_machine.clock(now)]
    found += [doctor_machine.port(settings), *of_database]
    try:
        content = Content.of_instance(settings.config_dir, settings.prompts_dir)
    except CopbotError as error:
        return [*found, fail("content", str(error), "mend the file; copbot check shows every error at once")]
    usable = all(one.verdict is not Verdict.FAIL for one in of_database) and _has_tables(url)
    return [*found, *_content(content), *asyncio.run(_ahead(settings, content, url if usable else None))]


def _content(content: Content) -> Iterator[Diagnosis]:
    errors = [problem for problem in content.problems() if not problem.is_warning]
    for problem in errors:
        yield fail("content", str(problem), "mend the file; until then its last good version is used, if copbot has seen one")
    if not errors:
        yield well("content", f"{len(content.communities())} communities, {len(content.question_sets())} question sets")


def _has_tables(url: str) -> bool:
    file = file_of(url)
    return (file is None or file.exists()) and is_up_to_date(url)


async def _ahead(settings: Settings, content: Content, url: str | None) -> list[Diagnosis]:
    """``url`` None: there is no database to look into; the channels are looked at all the same."""
    store = SqlStore.open(url) if url else SqlStore.in_memory()
    now = SystemClock().now()
    try:
        platforms, found = _platforms(settings, content, store)
        found += await doctor_chats.communities(content, platforms)
        for one in await store.read(lambda uow: doctor_chats.coming(uow, now)):
            found += await doctor_chats.of_chat(one, content, platforms)
    finally:
        await store.aclose()
    return found


def _platforms(settings: Settings, content: Content, store: SqlStore) -> tuple[Mapping[str, Platform], list[Diagnosis]]:
    """The adapters that are switched on, made as a running copbot makes them but for the room's own file, which that one has open."""
    made: dict[str, Platform] = {}
    found: list[Diagnosis] = []
    try:
        adapters = app.adapters_of(settings, content)
    except CopbotError as error:
        return made, [fail("settings", str(error), "correct what is named here")]
    for name, raw in adapters.items():
        try:
            made[name] = app.make_platform(name, store, SystemClock(), {**raw, "path": None} if "path" in raw else raw, app.installed(name))
        except CopbotError as error:
            found.append(fail(name, str(error), "correct its settings"))
    if not made and not found:
        found.append(warn("platforms", "none is switched on", "switch one on in copbot's settings"))
    return made, found
