"""The command line as people type it: what it says, where, and its exit code."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

COPBOT = [sys.executable, "-m", "copbot"]


def copbot(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, **environment}
    return subprocess.run([*COPBOT, *words], capture_output=True, text=True, cwd=folder, env=variables, timeout=120, check=False)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_taken_port_is_one_clear_line(tmp_path: Path, taken: int) -> None:
    done = copbot(tmp_path, "try", "--port", str(taken))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"Cannot listen on 127.0.0.1:{taken}" in done.stderr


def test_a_newer_database_is_refused_in_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'copbot.sqlite3'}"
    assert copbot(tmp_path, "migrate", "--db", url).returncode == 0
    with sqlite3.connect(tmp_path / "copbot.sqlite3") as connection:
        connection.execute("update alembic_version set version_num = '9999_from_the_future'")
    connection.close()
    done = copbot(tmp_path, "migrate", "--db", url)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "newer" in done.stderr


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    done = copbot(tmp_path, "migrate", "--db", f"sqlite:///{tmp_path / 'nowhere' / 'copbot.sqlite3'}")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "nowhere" in done.stderr


@pytest.mark.parametrize("speed", ["warp", "0", "-3"])
def test_a_speed_that_makes_no_sense(tmp_path: Path, speed: str) -> None:
    done = copbot(tmp_path, "try", f"--speed={speed}", "--port", "0")
    assert done.returncode == 2
    assert "--speed takes a number" in done.stderr


def test_an_unknown_question_set_is_answered_with_those_there_are(tmp_path: Path) -> None:
    done = copbot(tmp_path, "preview", "resnetslt-2018-thinking-together")
    assert done.returncode == 2
    assert "did you mean resnetslt-2018-01-thinking-together?" in done.stderr


def test_a_format_that_cannot_be_hosted_is_said_in_the_preview(tmp_path: Path) -> None:
    done = copbot(tmp_path, "preview", "hv-leaders-action-learning", "--at", "2030-01-30T12:00")
    assert done.returncode == 0
    assert "cannot be hosted yet" in done.stdout


def test_a_folder_of_ones_own_is_made_checked_and_previewed(tmp_path: Path) -> None:
    assert copbot(tmp_path, "init", "mine").returncode == 0
    assert copbot(tmp_path, "check", "mine").returncode == 0
    [questions] = (tmp_path / "mine").rglob("question-sets/*.yaml")
    questions.write_text(questions.read_text("utf-8").replace("minutes:", "minuts:", 1), "utf-8")
    done = copbot(tmp_path, "check", "mine")
    assert done.returncode == 1
    assert "did you mean" in done.stdout
    assert f"{questions.relative_to(tmp_path)}:" in done.stdout


def test_checks_are_written_for_machines_too(tmp_path: Path) -> None:
    assert copbot(tmp_path, "init", "mine").returncode == 0
    done = copbot(tmp_path, "check", "mine", "--format", "json")
    assert isinstance(json.loads(done.stdout), list)


def test_the_log_and_the_transcript_are_exported(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'copbot.sqlite3'}"
    assert copbot(tmp_path, "try", "--script", "--db", url).returncode == 0
    rows = [json.loads(line) for line in copbot(tmp_path, "export", "log", "--format", "jsonl", "--db", url).stdout.splitlines()]
    assert len(rows) > 40
    assert set(rows[0]) == {
        "id", "platform", "community", "chat_id", "chat_title", "question", "message", "member",
        "role", "kind", "at", "replies_to", "words_band", "concrete_cue", "question_cue", "text",
    }  # fmt: skip
    page = copbot(tmp_path, "export", "transcript", "--chat", "1", "--format", "html", "--out", "t.html", "--db", url)
    assert page.returncode == 0
    assert "<h2" in (tmp_path / "t.html").read_text("utf-8")
    assert "There is no chat 9" in copbot(tmp_path, "export", "transcript", "--chat", "9", "--db", url).stderr
    assert "Which chat?" in copbot(tmp_path, "export", "transcript", "--db", url).stderr
    assert "choose log or transcript" in copbot(tmp_path, "export", "minutes", "--db", url).stderr
    assert "csv" in copbot(tmp_path, "export", "log", "--format", "xls", "--db", url).stderr


def test_doctor_passes_here_and_fails_with_what_to_do(tmp_path: Path, taken: int) -> None:
    well = copbot(tmp_path, "doctor", COPBOT_PORT="0")
    assert well.returncode == 0, well.stdout
    assert "FAIL" not in well.stdout
    ill = copbot(tmp_path, "doctor", COPBOT_PORT=str(taken), COPBOT_DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/x.sqlite3")
    assert ill.returncode == 1
    failed = [line for line in ill.stdout.splitlines() if line.startswith("FAIL")]
    assert [line.split(":")[0] for line in failed] == ["FAIL  port", "FAIL  database"]
    assert all(" -> " in line for line in failed)


def test_a_community_without_a_safeguarding_contact_refuses_to_start(tmp_path: Path) -> None:
    """T34."""
    assert copbot(tmp_path, "init", "mine").returncode == 0
    [community] = (tmp_path / "mine").rglob("communities/*.yaml")
    lines = [line for line in community.read_text("utf-8").splitlines() if "safeguarding_contact" not in line]
    community.write_text("\n".join(lines), "utf-8")
    config = next(path for path in (tmp_path / "mine").rglob("communities"))
    done = copbot(tmp_path, "run", COPBOT_CONFIG_DIR=str(config.parent), COPBOT_PORT="0")
    assert done.returncode == 2
    assert "safeguarding_contact" in done.stderr


def test_run_answers_its_health_and_stops_in_time(tmp_path: Path) -> None:
    port = _free_port()
    process = _start(tmp_path, port)
    try:
        assert _get(port, "/healthz", process) == 200
        _wait_until_ready(port, process)
        assert _get(port, "/", process) == 200
        measured = _body(port, "/metrics")
        assert 'copbot_platform_connected{platform="room"} 1.0' in measured
        assert "copbot_database_answers 1.0" in measured
    finally:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 0


def test_a_second_copy_stands_by_and_takes_over(tmp_path: Path) -> None:
    one, two = _free_port(), _free_port()
    first, second = _start(tmp_path, one), None
    try:
        assert _get(one, "/healthz", first) == 200
        second = _start(tmp_path, two)
        assert second.stderr is not None
        assert any(b"standing by" in line for line in second.stderr)
        assert _get(two, "/healthz", second) == 200
        assert _get(two, "/readyz", second) == 503
        assert "standing by" in _body(two, "/readyz")
        first.kill()
        _wait_until_ready(two, second)
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=10)
        assert second.returncode == 0
    finally:
        _end(first, second)


def test_a_copy_that_stands_by_stops_when_told(tmp_path: Path) -> None:
    one, two = _free_port(), _free_port()
    first = _start(tmp_path, one)
    second = None
    try:
        _wait_until_ready(one, first)
        second = _start(tmp_path, two)
        assert _get(two, "/readyz", second) == 503
        second.send_signal(signal.SIGTERM)
        second.communicate(timeout=10)
        assert second.returncode == 0
    finally:
        _end(first, second)


def test_a_backup_is_made_while_copbot_runs_and_restored_while_it_does_not(tmp_path: Path) -> None:
    port = _free_port()
    url = f"sqlite:///{tmp_path / 'copbot.sqlite3'}"
    process = _start(tmp_path, port)
    try:
        _wait_until_ready(port, process)
        made = copbot(tmp_path, "backup", "monday.sqlite3", "--db", url)
        assert made.returncode == 0, made.stderr
        assert (tmp_path / "forgotten.json").exists()
        refused = copbot(tmp_path, "restore", "monday.sqlite3", "--db", url)
        assert refused.returncode == 2
        assert refused.stderr.count("\n") == 1
        assert "stop it first" in refused.stderr
        beside = copbot(tmp_path, "doctor", COPBOT_PORT=str(port), COPBOT_DATABASE_URL=url)
        assert beside.returncode == 0, beside.stdout
        assert f"a copbot answers on 127.0.0.1:{port}" in beside.stdout
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    (tmp_path / "copbot.sqlite3").unlink()
    restored = copbot(tmp_path, "restore", "monday.sqlite3", "--db", url)
    assert restored.returncode == 0, restored.stderr
    assert "looked for before anything is posted" in restored.stdout
    assert copbot(tmp_path, "doctor", COPBOT_PORT="0", COPBOT_DATABASE_URL=url).returncode == 0
    assert "pg_restore" in copbot(tmp_path, "restore", "monday.sqlite3", "--db", "postgresql://copbot@/copbot").stderr


def _start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "COPBOT_PORT": str(port), "COPBOT_DATABASE_URL": f"sqlite:///{folder / 'copbot.sqlite3'}"}
    return subprocess.Popen([*COPBOT, "run"], cwd=folder, env=environment, stderr=subprocess.PIPE)


def _end(*processes: "subprocess.Popen[bytes] | None") -> None:
    for process in processes:
        if process is not None:
            process.kill()
            process.communicate(timeout=10)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _get(port: int, path: str, process: "subprocess.Popen[bytes]") -> int:
    """The status, as soon as the server answers; it must answer before it ends."""
    while process.poll() is None:
        status = _try(port, path)
        if status is not None:
            return status
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError(f"copbot ended with {process.returncode}")


def _wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    while _get(port, "/readyz", process) != 200:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)


def _try(port: int, path: str) -> int | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return None


def _body(port: int, path: str) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return str(answer.read(), "utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read(), "utf-8")


def test_the_invitation_to_discord_is_one_address(tmp_path: Path) -> None:
    done = copbot(tmp_path, "discord", "invite", "--application-id", "42")
    assert done.returncode == 0
    assert done.stdout.startswith("https://discord.com/oauth2/authorize?client_id=42&")
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("token", "says"),
    [("", "Set COPBOT_DISCORD__TOKEN to the bot's token, or name the application"), ("hunter2", "discord.token: a bot token is three")],
)
def test_without_a_token_or_an_id_nobody_can_be_invited(tmp_path: Path, token: str, says: str) -> None:
    done = copbot(tmp_path, "discord", "invite", COPBOT_DISCORD__TOKEN=token)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert "hunter2" not in done.stderr
