"""Migrations: what they make is what the tables say, whoever runs them and how many at once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from copbot.errors import ConfigurationError, DatabaseNewer
from copbot.store import tables
from copbot.store.database import make_engine, writing
from copbot.store.migrate import HEAD, alembic_config, migrate, revision
from copbot.store.store import SqlStore


def schema(engine: Engine) -> set[tuple[str, str, str]]:
    """Everything in the database, its SQL without white space."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master").all()
    return {(kind, name, "".join((sql or "").split())) for kind, name, sql in rows if "alembic" not in name}


def move(url: str, to: str) -> None:
    engine = make_engine(url)
    with writing(engine).begin() as connection:
        (command.upgrade if to == "head" else command.downgrade)(alembic_config(connection), to)
    engine.dispose()


def test_head_is_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_migrations_make_the_tables(url: str) -> None:
    migrate(url)
    engine, described = make_engine(url), make_engine("sqlite://")
    tables.metadata.create_all(described)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    assert schema(engine) == schema(described)
    engine.dispose()
    described.dispose()


def test_up_down_and_up_again(url: str) -> None:
    migrate(url)
    engine = make_engine(url)
    made = schema(engine)
    move(url, "base")
    assert {name for _, name, _ in schema(engine)} == {"sqlite_sequence"}
    move(url, "head")
    assert schema(engine) == made
    assert revision(engine) == HEAD
    engine.dispose()


def test_one_step_down_and_up_again(url: str) -> None:
    migrate(url)
    engine = make_engine(url)
    made = schema(engine)
    move(url, "-1")
    assert schema(engine) < made
    migrate(url)
    assert schema(engine) == made
    engine.dispose()


def test_six_at_once(url: str) -> None:
    ready = Barrier(6)

    def start(_: int) -> str | None:
        ready.wait()
        migrate(url)
        engine = make_engine(url)
        found = revision(engine)
        engine.dispose()
        return found

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(start, range(6))) == [HEAD] * 6


def test_what_is_there_stays(url: str) -> None:
    migrate(url)
    store = SqlStore.open(url)
    with store.transaction() as uow:
        uow.facts.put("noticed", "yes")
    store.close()
    migrate(url)
    store = SqlStore.open(url)
    with store.transaction() as uow:
        assert uow.facts.get("noticed") == "yes"
    store.close()


def test_a_newer_database_is_refused_in_one_line(tmp_path: Path, url: str) -> None:
    migrate(url)
    connection = sqlite3.connect(tmp_path / "copbot.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(DatabaseNewer, match=r"copbot\.db: written by a newer copbot \(revision 9999") as caught:
        migrate(url)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path, url: str) -> None:
    (tmp_path / "copbot.db").write_text("dear diary, " * 100)
    with pytest.raises(ConfigurationError, match=r"copbot\.db: this file is not an SQLite database$"):
        migrate(url)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"copbot\.db: cannot be written; check that the folder exists"):
        migrate(f"sqlite:///{tmp_path}/nowhere/copbot.db")


@pytest.mark.parametrize(("url", "says"), [("copbot.db", "not an address"), ("mysql://ada:secret@host/db", "mysql is not supported")])
def test_an_address_that_cannot_be_used(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        migrate(url)
    assert "secret" not in str(caught.value)
