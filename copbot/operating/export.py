"""``copbot export``: the participation log and transcripts, as members agreed to."""

import asyncio
from pathlib import Path
from random import Random

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


def export(what: str, chat: int | None, format: str, db: str | None, settings: Path | None) -> str:
    """The text of the export. Raises ConfigurationError for a kind, a format or a chat that there is not."""
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
    return asyncio.run(_log(url, chat, chosen) if what == "log" else _transcript(loaded, url, chat, chosen))


async def _log(url: str, chat: int | None, format: str) -> str:
    store = SqlStore.open(url)
    try:
        return log_export.render(await SqlReadings(store).log(chat), format)
    finally:
        await store.aclose()


async def _transcript(settings: Settings, url: str, chat: int | None, format: str) -> str:
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
    return transcript.render(account, format)
