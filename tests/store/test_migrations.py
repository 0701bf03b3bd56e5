"""Migrations: what they make is what the tables say, whoever runs them and how many at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from copbot.errors import ConfigurationError, DatabaseNewer, DatabaseUnreachable
from copbot.store import tables
from copbot.store.database import is_postgresql, make_engine, writing
from copbot.store.migrate import HEAD, alembic_config, migrate, revision
from copbot.store.store import SqlStore

ON_POSTGRESQL = """
SELECT 'column', table_name || '.' || column_name, concat(ordinal_position, data_type, is_nullable, column_default)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = 'public'
"""


def schema(engine: Engine) -> set[tuple[str, str, str]]:
    """Everything in the database, its SQL without white space."""
    listing = ON_POSTGRESQL if is_postgresql(engine) else "SELECT type, name, sql FROM sqlite_master"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(listing).all()
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
    engine = make_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    made = schema(engine)
    move(url, "base")
    tables.metadata.create_all(engine)
    assert {entry for entry in schema(engine) if entry[0] != "column"} == {entry for entry in made if entry[0] != "column"}
    assert in_any_order(schema(engine)) == in_any_order(made)
    engine.dispose()


def in_any_order(made: set[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """The columns, without their position."""
    return {(name, text.lstrip("0123456789")) for kind, name, text in made if kind == "column"}


def test_up_down_and_up_again(url: str) -> None:
    migrate(url)
    engine = make_engine(url)
    made = schema(engine)
    move(url, "base")
    assert {name for _, name, _ in schema(engine)} <= {"sqlite_sequence"}
    move(url, "head")
    assert schema(engine) == made
    assert revision(engine) == HEAD
    engine.dispose()


@pytest.mark.parametrize("steps", [1, 2])
def test_some_steps_down_and_up_again(url: str, steps: int) -> None:
    migrate(url)
    engine = make_engine(url)
    made = schema(engine)
    move(url, f"-{steps}")
    assert {entry for entry in schema(engine) if entry[0] != "index"} <= made
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


def test_a_newer_database_is_refused_in_one_line(url: str) -> None:
    migrate(url)
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(DatabaseNewer, match=r"(copbot\.db|the database): written by a newer copbot \(revision 9999") as caught:
        migrate(url)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path, file_url: str) -> None:
    (tmp_path / "copbot.db").write_text("dear diary, " * 100)
    with pytest.raises(ConfigurationError, match=r"copbot\.db: this file is not an SQLite database$"):
        migrate(file_url)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"^the database: cannot be reached \(") as caught:
        migrate(f"postgresql://ada:secret@/copbot?host={tmp_path}")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"copbot\.db: cannot be written; check that the folder exists"):
        migrate(f"sqlite:///{tmp_path}/nowhere/copbot.db")


@pytest.mark.parametrize(("url", "says"), [("copbot.db", "not an address"), ("mysql://ada:secret@host/db", "mysql is not supported")])
def test_an_address_that_cannot_be_used(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        migrate(url)
    assert "secret" not in str(caught.value)
