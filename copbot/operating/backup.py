"""``copbot backup``, ``restore``, ``forgotten`` and ``after-restore``: losing the database without losing what was promised.

Whoever was forgotten after a backup was made is in that backup. So the list of those forgotten (without saying who they are) is kept
beside the backups, always the newest, and a restored database forgets again before anything else happens.
"""

import asyncio
import json
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from copbot.errors import ConfigurationError, CopbotError
from copbot.runtime.clock import SystemClock
from copbot.runtime.single import alone
from copbot.settings import Settings
from copbot.store.backup import copy, put_aside, put_in_place, remove
from copbot.store.database import file_of, told_clearly
from copbot.store.migrate import migrate
from copbot.store.repositories.members import Forgotten
from copbot.store.store import SqlStore

LIST = "forgotten.json"
ON_POSTGRESQL = "on PostgreSQL this is pg_dump's and pg_restore's work; docs/backup.md says how"


def backup(to: Path, db: str | None, settings: Path | None) -> list[str]:
    """Copy the SQLite database, also while copbot runs, and renew the list beside it. What was written, in words."""
    database = _file(_url(db, settings))
    copy(database, to)
    kept = keep_forgotten(to.parent / LIST, db, settings)
    return [f"wrote {to}", *kept]


def keep_forgotten(file: Path, db: str | None, settings: Path | None) -> list[str]:
    """Add those forgotten by now to a list, or begin it."""
    url = _url(db, settings)
    if file_of(url) is not None:
        _file(url)
    everybody = {(one.hash, one.community): one for one in (*_read(file), *_forgotten_in(url))}
    lines = [{"hash": one.hash, "community": one.community, "at": one.at.isoformat()} for _, one in sorted(everybody.items())]
    half = file.with_name(f"{file.name}.partial")
    half.write_text(json.dumps({"forgotten": lines}, indent=1), encoding="utf-8")
    half.replace(file)
    return [f"wrote {file}: {len(lines)} were forgotten"]


def restore(saved: Path, forgotten: Path | None, db: str | None, settings: Path | None) -> list[str]:
    """Put a backup in the place of the SQLite database while copbot is stopped; what was there stays beside it. What was done, in words."""
    url = _url(db, settings)
    database = file_of(url)
    if database is None:
        raise ConfigurationError(ON_POSTGRESQL)
    if not saved.exists():
        raise ConfigurationError(f"{saved}: there is no such file")
    with alone(database):
        names = [*_read(forgotten or saved.parent / LIST), *_still_readable(database, url)]
        new = database.with_name(f"{database.name}.restoring")
        remove(new)
        try:
            copy(saved, new)
            done = _make_safe(f"sqlite:///{new}", names)
        except CopbotError:
            remove(new)
            raise
        aside = put_aside(database, f"before-{SystemClock().now():%Y%m%d-%H%M%S}")
        put_in_place(new, database)
    return [f"{database} is now {saved}", *done, *([f"what was there is {aside}; delete it when nobody needs it"] if aside else [])]


def after_restore(forgotten: Path | None, db: str | None, settings: Path | None) -> list[str]:
    """What a PostgreSQL database needs once pg_restore has filled it, before copbot starts. What was done, in words."""
    return _make_safe(_url(db, settings), _read(forgotten) if forgotten else [])


def _make_safe(url: str, forgotten: Iterable[Forgotten]) -> list[str]:
    migrate(url)
    with closing(SqlStore.open(url)) as store:
        again = store.restored(forgotten, SystemClock().now())
    return [f"{again} members were forgotten again", "what was posted since the backup will be looked for before anything is posted"]


def _url(db: str | None, settings: Path | None) -> str:
    return db or Settings.load(settings).database_url.get_secret_value()


def _file(url: str) -> Path:
    file = file_of(url)
    if file is None:
        raise ConfigurationError(ON_POSTGRESQL)
    if not file.exists():
        raise ConfigurationError(f"There is no database at {file}; name one with --db.")
    return file


def _read(file: Path) -> list[Forgotten]:
    """The list in a file; without the file nobody. Raises ConfigurationError for a file that is no such list."""
    if not file.exists():
        return []
    try:
        lines = json.loads(file.read_text(encoding="utf-8"))["forgotten"]
        return [Forgotten(line["hash"], line["community"], datetime.fromisoformat(line["at"])) for line in lines]
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigurationError(f"{file}: this is not a list that copbot backup has written") from None


def _forgotten_in(url: str) -> list[Forgotten]:
    async def read() -> list[Forgotten]:
        store = SqlStore.open(url)
        try:
            return await store.forgotten()
        finally:
            await store.aclose()

    with told_clearly(url):
        return asyncio.run(read())


def _still_readable(database: Path, url: str) -> list[Forgotten]:
    """Whom the database that is replaced knows, if it can still be read."""
    if database.exists():
        with suppress(ConfigurationError):
            return _forgotten_in(url)
    return []
