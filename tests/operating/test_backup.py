"""A database that is lost and restored: nothing is posted twice, nobody who was forgotten comes back, and the chat goes on."""

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Protocol

import pytest
from databases import ON_POSTGRESQL, Postgres
from playhouse import CHANNEL, House
from typing_extensions import override

from copbot.domain.message import Message
from copbot.domain.place import Place, Posted
from copbot.errors import ConfigurationError, DatabaseNewer, TryLater
from copbot.operating.backup import after_restore, backup, keep_forgotten, restore
from copbot.runtime.bot import Bot
from copbot.runtime.single import OneProcess
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from copbot_room import Room


class Safe(Protocol):
    """Where backups are kept, and how they come back."""

    url: str

    def save(self) -> None: ...
    def remember_who_was_forgotten(self) -> None: ...
    def lose_and_restore(self) -> None: ...


class OnSqlite(Safe):
    """``copbot backup`` and ``copbot restore``."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "copbot.sqlite3"
        self.url = f"sqlite:///{self.file}"
        self.saved = folder / "backups" / "monday.sqlite3"
        self.saved.parent.mkdir()
        migrate(self.url)

    @override
    def save(self) -> None:
        backup(self.saved, self.url, None)

    @override
    def remember_who_was_forgotten(self) -> None:
        keep_forgotten(self.saved.parent / "forgotten.json", self.url, None)

    @override
    def lose_and_restore(self) -> None:
        self.file.write_bytes(b"a disk that went bad " * 500)
        restore(self.saved, None, self.url, None)


class OnPostgres(Safe):
    """``pg_dump`` and ``pg_restore``, and ``copbot after-restore``."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.saved = folder / "monday.dump"
        self.list = folder / "forgotten.json"

    @override
    def save(self) -> None:
        subprocess.run(["pg_dump", "--format=custom", f"--file={self.saved}", self.url], check=True, timeout=60)

    @override
    def remember_who_was_forgotten(self) -> None:
        keep_forgotten(self.list, self.url, None)

    @override
    def lose_and_restore(self) -> None:
        command = ["pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={self.url}", str(self.saved)]
        subprocess.run(command, check=True, timeout=60)
        after_restore(self.list, self.url, None)


@pytest.fixture(params=["sqlite", *ON_POSTGRESQL])
def safe(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Safe]:
    if request.param == "sqlite":
        yield OnSqlite(tmp_path)
        return
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    server: Postgres = request.getfixturevalue("postgres")
    with server.empty() as url:
        migrate(url)
        yield OnPostgres(tmp_path, url)


@pytest.fixture
def store(safe: Safe) -> SqlStore:
    return SqlStore.open(safe.url)


class Keyless:
    """A room that posts whatever it is told, as a platform does whose memory of keys is short; it can still be searched."""

    def __init__(self, room: Room) -> None:
        self._post, self._open, self._find = room.post, room.open_thread, room.find
        self._again = 0

    async def post(self, place: Place, message: Message, *, key: str) -> Posted:
        return await self._post(place, message, key=await self._new(place, key))

    async def open_thread(self, place: Place, title: str, message: Message, *, key: str) -> Posted:
        return await self._open(place, title, message, key=await self._new(place, key))

    async def _new(self, place: Place, key: str) -> str:
        if await self._find(place, key=key) is None:
            return key
        self._again += 1
        return f"{key} again {self._again}"


async def reopened(house: House, safe: Safe, lose: Callable[[], None]) -> House:
    """The house after its database was lost and restored, with a new bot in it."""
    await house.bot.stop()
    await house.store.aclose()
    await asyncio.to_thread(lose)
    house.store = SqlStore.open(safe.url)
    house.bot = Bot(house.store, house.content, [house.room], house.clock, house.clock, random=Random(5), owner="third")
    await house.bot.start()
    return house


async def test_nothing_is_posted_twice_after_a_restore(live: House, safe: Safe, monkeypatch: pytest.MonkeyPatch) -> None:
    keyless = Keyless(live.room)
    monkeypatch.setattr(live.room, "post", keyless.post)
    monkeypatch.setattr(live.room, "open_thread", keyless.open_thread)
    await live.until("2018-01-31 19:47")
    live.room.server.fail_next(TryLater("room", "busy", timedelta(seconds=40)))
    await live.until("2018-01-31 19:48:10")
    assert live.asked() == ["Q1"]
    await asyncio.to_thread(safe.save)
    await live.until("2018-01-31 20:03")
    posted = live.asked(), sorted(live.texts())
    assert posted[0] == ["Q1", "Q2", "Q3"]
    await asyncio.to_thread(safe.remember_who_was_forgotten)
    await reopened(live, safe, safe.lose_and_restore)
    await live.bot.turn()
    assert (live.asked(), sorted(live.texts())) == posted
    await live.until("2018-01-31 20:31")
    assert live.asked() == ["Q1", "Q2", "Q3", "Q4", "Take-away"]
    await live.bot.stop()
    await live.store.aclose()


async def test_whoever_was_forgotten_since_is_forgotten_again(live: House, safe: Safe) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "Words of Maria", live.thread("Q1"))
    await live.bot.turn()
    await asyncio.to_thread(safe.save)
    [maria] = [member for member in await live.store.read(lambda uow: uow.members.of_community("ResNetSLT")) if member.person.id == "maria"]
    await live.store.write(lambda uow: uow.members.forget(maria, live.clock.now()))
    await asyncio.to_thread(safe.remember_who_was_forgotten)
    await reopened(live, safe, safe.lose_and_restore)
    members = await live.store.read(lambda uow: uow.members.of_community("ResNetSLT"))
    assert "maria" not in {member.person.id for member in members}
    assert [response.text for response in await live.responses()] == [None]
    await live.bot.stop()
    await live.store.aclose()


async def test_numbers_given_since_the_backup_are_not_given_again(live: House, safe: Safe) -> None:
    """They stand in the keys of messages: a new chat of an old number would find its announcement posted."""
    chat = await live.chat()
    await asyncio.to_thread(safe.save)
    await reopened(live, safe, safe.lose_and_restore)
    new = await live.store.write(lambda uow: uow.chats.add(chat))
    assert new.id > chat.id + 500
    await live.bot.stop()
    await live.store.aclose()


def test_a_backup_is_whole_and_no_half_of_one_is_left(tmp_path: Path) -> None:
    safe = OnSqlite(tmp_path)
    safe.save()
    with pytest.raises(ConfigurationError, match="is there already"):
        safe.save()
    assert {path.name for path in safe.saved.parent.iterdir()} == {"monday.sqlite3", "forgotten.json"}
    assert safe.saved.stat().st_mode & 0o077 == 0
    connection = sqlite3.connect(safe.saved)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_nothing_is_restored_under_a_running_copbot(tmp_path: Path) -> None:
    safe = OnSqlite(tmp_path)
    await asyncio.to_thread(safe.save)
    async with OneProcess(safe.file):
        with pytest.raises(ConfigurationError, match="stop it first"):
            await asyncio.to_thread(restore, safe.saved, None, safe.url, None)


def test_what_is_no_backup_replaces_nothing(tmp_path: Path) -> None:
    safe = OnSqlite(tmp_path)
    diary = tmp_path / "diary.txt"
    diary.write_text("dear diary, " * 100)
    safe.save()
    before = safe.file.read_bytes()
    with pytest.raises(ConfigurationError, match=r"cannot be copied \(file is not a database\)"):
        restore(diary, None, safe.url, None)
    with pytest.raises(ConfigurationError, match="there is no such file"):
        restore(tmp_path / "none", None, safe.url, None)
    with pytest.raises(ConfigurationError, match="is not a list"):
        restore(safe.saved, diary, safe.url, None)
    with closing(sqlite3.connect(safe.saved)) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewer, match="revision 9999"):
        restore(safe.saved, None, safe.url, None)
    assert safe.file.read_bytes() == before
    assert not any("restoring" in path.name for path in tmp_path.iterdir())


def test_what_was_there_stays_beside_what_was_restored(tmp_path: Path) -> None:
    safe = OnSqlite(tmp_path)
    safe.save()
    said = restore(safe.saved, None, safe.url, None)
    [aside] = [path for path in tmp_path.iterdir() if ".before-" in path.name]
    assert any(str(aside) in line for line in said)
    assert {path.name for path in tmp_path.iterdir()} == {"backups", "copbot.sqlite3", "copbot.sqlite3.lock", aside.name}
