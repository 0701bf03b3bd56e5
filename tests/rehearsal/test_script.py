"""``copbot try --script``: the whole chat, from the command line, as a newcomer or CI runs it."""

import csv
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from databases import ONLY_ON_POSTGRESQL, Postgres

COPBOT = [sys.executable, "-m", "copbot", "try", "--script"]


def play(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COPBOT, "--out", str(folder), *options], capture_output=True, text=True, cwd=folder.parent, timeout=120, check=False
    )


def test_the_chat_is_played_and_accounted_for(tmp_path: Path) -> None:
    done = play(tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "Everything that was planned happened, once, on time." in done.stdout
    assert "Wed 31 Jan 19:48:00  Wed 31 Jan 19:48:00  Q2 Name some examples of organised CoPs" in done.stdout
    transcript = (tmp_path / "out" / "transcript.md").read_text("utf-8")
    assert [line for line in transcript.splitlines() if line.startswith("## ")] == [
        "## Q1 (19:35)",
        "## Q2 (19:48)",
        "## Q3 (19:58)",
        "## Q4 (20:08)",
        "## Take-away (20:24)",
    ]
    with (tmp_path / "out" / "log.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["member"] for row in rows}) == 7
    assert {row["question"] for row in rows} >= {"1", "2", "3", "4"}
    assert all(row["member"].startswith("member-") for row in rows)


def test_the_same_seed_gives_the_same_log_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("one", "7"), ("two", "7"), ("three", "8")):
        assert play(tmp_path / name, "--seed", seed).returncode == 0
    one, two, three = ((tmp_path / name / "log.csv").read_bytes() for name in ("one", "two", "three"))
    assert one == two
    assert one != three


@pytest.mark.parametrize("_", ONLY_ON_POSTGRESQL)
def test_postgresql_keeps_the_same_log(_: str, postgres: Postgres, tmp_path: Path) -> None:
    with postgres.empty() as url:
        done = play(tmp_path / "there", "--db", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert play(tmp_path / "here").returncode == 0
    there, here = (log_of(tmp_path / name) for name in ("there", "here"))
    assert there == here


def log_of(folder: Path) -> list[dict[str, str]]:
    """The log, without the numbers that a database gives as it likes."""
    with (folder / "log.csv").open(encoding="utf-8") as file:
        return [{name: value for name, value in row.items() if name not in {"id", "chat_id"}} for row in csv.DictReader(file)]


def test_another_date_and_set(tmp_path: Path) -> None:
    done = play(tmp_path / "out", "--question-set", "looking-back", "--at", "2030-03-31T01:30")
    assert done.returncode == 0, done.stderr
    assert "02:00:00" in done.stdout


def test_killed_in_the_middle_it_goes_on_and_doubles_nothing(tmp_path: Path) -> None:
    database = tmp_path / "copbot.sqlite3"
    options = ["--db", f"sqlite:///{database}", "--out", str(tmp_path / "out")]
    kills = 0
    for _ in range(2):
        process = subprocess.Popen([*COPBOT, *options], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if _open_chat_within(database, process, seconds=60):
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.wait(60)
    last = subprocess.run([*COPBOT, *options], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert kills > 0
    assert last.returncode == 0, last.stdout + last.stderr
    room = sqlite3.connect(database.with_suffix(".room.sqlite3"))
    posts = "select json_extract(body, '$.title') from row where kind = 'Entry' and json_extract(body, '$.opens_thread')"
    asked = Counter(row[0] for row in room.execute(posts))
    room.close()
    assert [title.split()[0] for title in asked] == ["Q1", "Q2", "Q3", "Q4", "Take-away"]
    assert set(asked.values()) == {1}


def _open_chat_within(database: Path, process: "subprocess.Popen[bytes]", *, seconds: float) -> bool:
    """Wait until something was asked that the last look did not know; False if the play ended before."""
    before = _asked(database)
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if _asked(database) > before:
            return True
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    return False


def _asked(database: Path) -> int:
    if not database.exists():
        return 0
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(connection.execute("select count(*) from asked_question").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
