"""The doctor before a chat: each thing that would go wrong in it is one line with its remedy."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres

from copbot.content import Content, init
from copbot.domain.chat import Chat, Role, RoleInChat, State
from copbot.domain.place import Place
from copbot.domain.step import Step
from copbot.operating import doctor_machine
from copbot.operating.diagnosis import Diagnosis, Verdict
from copbot.operating.doctor import examine
from copbot.operating.doctor_database import database
from copbot.ports.store import UnitOfWork
from copbot.settings import Settings
from copbot.store.database import make_engine
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore
from copbot.testing.values import a_chat, a_member

T = TypeVar("T")
NOW = datetime.now(UTC)


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance of one's own, with its database."""
    init(tmp_path / "mine")
    monkeypatch.setenv("COPBOT_CONFIG_DIR", str(next((tmp_path / "mine").rglob("communities")).parent))
    monkeypatch.setenv("COPBOT_DATABASE_URL", f"sqlite:///{tmp_path}/copbot.sqlite3")
    monkeypatch.setenv("COPBOT_PORT", "0")
    migrate(f"sqlite:///{tmp_path}/copbot.sqlite3")
    return tmp_path


@pytest.fixture
def chat(instance: Path) -> Chat:
    """A chat of tomorrow with a host, in which nothing will go wrong."""
    config = next((instance / "mine").rglob("communities")).parent
    content = Content.of_instance(config, None)
    [questions] = [one for one in content.question_sets() if one.community == "my-community"]
    community = content.community("my-community")
    assert community is not None
    hash, body = content.freeze(questions.id)
    place = Place("room", community.channels[0].channel)
    made = replace(
        a_chat(), community=community.id, place=place, question_set=questions.id, edition=hash, state=State.PLANNED,
        starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1),
    )  # fmt: skip

    def schedule(uow: UnitOfWork) -> Chat:
        uow.editions.keep(hash, body)
        kept = uow.chats.add(made)
        (ada,) = uow.members.add([a_member("Ada")._replace(community=community.id)])
        uow.chats.set_role(RoleInChat(kept.id, ada.id, Role.HOST))
        return kept

    return changed(instance, schedule)


def changed(instance: Path, work: Callable[[UnitOfWork], T]) -> T:
    with closing(SqlStore.open(f"sqlite:///{instance}/copbot.sqlite3")) as store, store.transaction() as uow:
        return work(uow)


def trouble(found: list[Diagnosis]) -> list[str]:
    return [one.line() for one in found if one.verdict is not Verdict.WELL]


def test_all_is_well_before_a_chat(instance: Path, chat: Chat) -> None:
    found = examine(None)
    assert trouble(found) == []
    assert any(one.what.startswith(f"chat {chat.id} (") for one in found)
    assert all("\n" not in one.line() for one in found)


def test_a_chat_of_another_month_is_not_looked_at(instance: Path, chat: Chat) -> None:
    changed(instance, lambda uow: uow.chats.save(replace(chat, starts_at=NOW + timedelta(days=40))))
    assert not any(one.what.startswith("chat ") for one in examine(None))


@pytest.mark.parametrize(
    ("change", "verdict", "says", "mend"),
    [
        (lambda chat: {"place": Place("room", "attic")}, "FAIL", "there is no channel 'attic' here", "add it to the room's channels"),
        (lambda chat: {"place": Place("slack", "C1")}, "FAIL", "slack is not switched on", "switch it on"),
        (lambda chat: {"community": "gone"}, "FAIL", "there is no community gone any more", "put its file back"),
        (lambda chat: {"question_set": "gone"}, "WARN", "there is no question set gone any more", "put the file back"),
        (lambda chat: {"paused_at": NOW}, "WARN", "paused since", "/cop resume"),
    ],
)  # fmt: skip
def test_what_a_chat_lacks(
    instance: Path, chat: Chat, change: Callable[[Chat], Mapping[str, Any]], verdict: str, says: str, mend: str
) -> None:
    changed(instance, lambda uow: uow.chats.save(replace(chat, **change(chat))))
    [line] = trouble(examine(None))
    assert line.startswith(f"{verdict}  chat {chat.id} (")
    assert says in line
    assert mend in line.partition(" -> ")[2]


def test_a_chat_without_a_host_with_an_unreadable_edition_and_undone_work(instance: Path, chat: Chat) -> None:
    with closing(sqlite3.connect(instance / "copbot.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM role_in_chat")
        connection.execute("UPDATE edition SET body = '{}'")
    changed(instance, lambda uow: uow.steps.add([Step(0, chat.id, "announce", "announce", NOW - timedelta(hours=1))]))
    lines = trouble(examine(None))
    assert [line.split(": ")[1].split(" -> ")[0][:25] for line in lines] == [
        "its question set as it wa", "nobody hosts it", "nothing was done of what "
    ]  # fmt: skip


def test_a_channel_of_a_community_that_is_not_there(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPBOT_ROOM__CHANNELS", '[{"id": "lobby", "title": "Lobby"}]')
    lines = trouble(examine(None))
    assert lines
    assert all(line.startswith("FAIL  my-community: room ") and "add it to the room's channels" in line for line in lines)


def test_a_platform_that_no_community_uses(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack alone is switched on, and the communities that come with copbot are in the room."""
    monkeypatch.setenv("COPBOT_SLACK__BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("COPBOT_SLACK__APP_TOKEN", "xapp-1")
    found = examine(None)
    assert trouble(found) == [
        "FAIL  slack: no community has a channel there -> name one in a community file: platform: slack, channel: its id"
    ]
    assert any("not hosted here" in one.line() for one in found)


def test_content_that_is_wrong_is_named_with_its_line(instance: Path) -> None:
    [questions] = (instance / "mine").rglob("question-sets/*.yaml")
    questions.write_text(questions.read_text("utf-8").replace("minutes:", "minuts:", 1), "utf-8")
    [line] = [line for line in trouble(examine(None)) if "content" in line]
    assert f"{questions.name}:" in line
    assert "did you mean" in line


def test_a_database_of_a_newer_copbot(instance: Path) -> None:
    with closing(sqlite3.connect(instance / "copbot.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    [line] = trouble(examine(None))
    assert "written by a newer copbot (revision 9999)" in line
    assert "start that copbot" in line


def test_a_database_of_an_older_copbot_is_left_as_it_is(instance: Path) -> None:
    with closing(sqlite3.connect(instance / "copbot.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    found = examine(None)
    assert trouble(found) == []
    assert any("will be brought up to date at the next start" in one.found for one in found)


def test_a_damaged_database(tmp_path: Path) -> None:
    file = tmp_path / "copbot.sqlite3"
    migrate(f"sqlite:///{file}")
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"x" * (4096 * 6)
    file.write_bytes(content)
    lines = trouble(list(database(f"sqlite:///{file}", NOW)))
    assert len(lines) == 1
    assert "copbot restore" in lines[0]


def test_a_secret_that_everybody_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "database"
    file.write_text("postgresql://ada:pw@host/copbot")
    monkeypatch.setenv("COPBOT_DATABASE_URL_FILE", str(file))
    file.chmod(0o644)
    assert doctor_machine.secrets(Settings.load(), None).verdict is Verdict.WARN
    file.chmod(0o600)
    assert doctor_machine.secrets(Settings.load(), None).verdict is Verdict.WELL


def test_a_machine_that_has_lost_its_clock_or_has_old_time_zones() -> None:
    assert doctor_machine.clock(datetime(1970, 1, 2, tzinfo=UTC)).verdict is Verdict.FAIL
    assert doctor_machine.zones(datetime(2040, 1, 1, tzinfo=UTC)).verdict is Verdict.WARN
    assert doctor_machine.zones(datetime.now(UTC)).verdict is Verdict.WELL


@pytest.fixture(params=ONLY_ON_POSTGRESQL)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    server: Postgres = request.getfixturevalue("postgres")
    with server.empty() as address:
        migrate(address)
        yield address


def test_postgresql_and_this_machine_tell_the_time(url: str) -> None:
    assert trouble(list(database(url, datetime.now(UTC)))) == []
    [line] = trouble(list(database(url, datetime.now(UTC) - timedelta(hours=2))))
    assert "s ahead of this machine's" in line
    assert "NTP" in line


def test_a_read_only_postgresql(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    [line] = trouble(list(database(url, datetime.now(UTC))))
    assert "read-only" in line
