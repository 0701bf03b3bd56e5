"""The doctor looks at the database: there, sound, of this version, with room to grow, and of one mind with this machine about the time."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from copbot.errors import ConfigurationError
from copbot.operating.diagnosis import Diagnosis, fail, warn, well
from copbot.store.database import file_of
from copbot.store.state import DatabaseState, look

MEND_FILE = "choose another file, make it writable, or restore the last backup: copbot restore FILE"
MEND_SERVER = "see that the server runs and that COPBOT_DATABASE_URL names its host, the database, the user and the password"
MEGABYTE = 1_000_000
FULL, NEARLY_FULL = 50 * MEGABYTE, 500 * MEGABYTE
"""Free bytes: a year of a busy community takes some 100 MB."""

FAR_APART = timedelta(seconds=5)


def database(url: str, now: datetime) -> Iterator[Diagnosis]:
    """All about it. ``now`` is this machine's time."""
    file = file_of(url)
    if file is not None:
        yield _disk(file)
        if not file.exists():
            yield _not_yet(file)
            return
    where = str(file or "")
    try:
        state = look(url)
    except ConfigurationError as error:
        yield fail("database", str(error), MEND_FILE if file else MEND_SERVER)
        return
    yield _state(state, where, MEND_FILE if file else "see that it is a database copbot may own: docs/postgresql.md")
    if state.now is not None:
        yield _offset(state.now - now)


def _not_yet(file: Path) -> Diagnosis:
    if not os.access(file.parent, os.W_OK):
        return fail(
            "database", f"{file} cannot be made: the folder is not there or cannot be written", "make the folder, and copbot its owner"
        )
    return well("database", f"{file} will be made at the first start")


def _state(state: DatabaseState, where: str, remedy: str) -> Diagnosis:
    found = f"{where} ({state.server})" if where else state.server
    if state.trouble:
        start = "start that copbot again, or restore a backup from before it"
        return fail("database", f"{found}: {state.trouble}", start if "newer" in state.trouble else remedy)
    return well("database", f"{found}, {'will be brought up to date at the next start' if state.behind else 'with all tables'}")


def _disk(file: Path) -> Diagnosis:
    folder = next((folder for folder in file.absolute().parents if folder.exists()), Path("/"))
    free = shutil.disk_usage(folder).free
    found = f"{free // MEGABYTE} MB free for {file.name}"
    if free < FULL:
        return fail("disk", found, "make room: a full disk stops every chat")
    return warn("disk", found, "make room before it is full") if free < NEARLY_FULL else well("disk", found)


def _offset(offset: timedelta) -> Diagnosis:
    seconds = offset.total_seconds()
    if abs(offset) < FAR_APART:
        return well("clocks", f"the database's and this machine's differ by {abs(seconds):.1f} s")
    ahead = "ahead of" if seconds > 0 else "behind"
    found = f"the database's is {abs(seconds):.0f} s {ahead} this machine's; chats go by the database's, log lines by the machine's"
    return warn("clocks", found, "keep both in step with NTP")
