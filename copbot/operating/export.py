"""``copbot export``: the participation log and transcripts, as members agreed to."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TextIO

from copbot.content import Content
from copbot.errors import ConfigurationError
from copbot.insight import log_export, transcript
from copbot.runtime.clock import SystemClock
from copbot.services import transcripts
from copbot.services.desk import Desk
from copbot.settings import Settings
from copbot.store.database import file_of
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore

FORMATS = {"log": log_export.FORMATS, "transcript": transcript.FORMATS}


def export(what: str, chat: int | None, format: str, db: str | None, settings: Path | None, out: Path | None) -> None:
    """Write the export to a file, or to standard output. Raises ConfigurationError for a kind, a format or a chat that there is not."""
    if what not in FORMATS:
        raise ConfigurationError(f"There is no export {what!r}; choose log or transcript.")
    chosen = format or FORMATS[what][0]
    if chosen not in FORMATS[what]:
        raise ConfigurationError(f"A {what} cannot be written as {chosen!r}; choose one of: {', '.join(FORMATS[what])}.")
    loaded = Settings.load(settings)
    url = db or loaded.database_url.get_secret_value()
    file = file_of(url)
    if file is not None and not file.exists():
        raise ConfigurationError(f"There is no database at {file}; name one with --db.")
    asyncio.run(_log(url, chat, chosen, out) if what == "log" else _transcript(loaded, url, chat, chosen, out))


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    with out.open("w", encoding="utf-8") as file:
        yield file


async def _log(url: str, chat: int | None, format: str, out: Path | None) -> None:
    store = SqlStore.open(url)
    try:
        with _opened(out) as file:
            await SqlReadings(store).log(lambda rows: log_export.write(rows, format, file), chat)
    finally:
        await store.aclose()


async def _transcript(settings: Settings, url: str, chat: int | None, format: str, out: Path | None) -> None:
    if chat is None:
        raise ConfigurationError("Which chat? Name it: copbot export transcript --chat NUMBER")
    content = Content.of_instance(settings.config_dir, settings.prompts_dir)
    store = SqlStore.open(url)
    now = SystemClock().now()
    try:
        found = await store.read(lambda uow: uow.chats.get(chat))
        if found is None:
            raise ConfigurationError(f"There is no chat {chat} in this database.")
        account = await store.read(lambda uow: transcripts.collect(Desk(uow, now, content, Random(0)), found))  # noqa: S311 - draws nothing
    finally:
        await store.aclose()
    with _opened(out) as file:
        file.write(transcript.render(account, format))
