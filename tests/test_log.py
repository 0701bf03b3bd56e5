"""Logging: one form for every line, and nothing of what people wrote."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from typing_extensions import override

from copbot.log import WITHHELD_KEYS, configure, logger


class Terminal(io.StringIO):
    """Says that it is one."""

    @override
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    names = ("", "copbot", "copbot_room", "alembic.runtime.plugins", "apscheduler", "uvicorn.access", "watchfiles", "psycopg")
    levels = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.getLogger().handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_a_sentence_and_an_action() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    logger("copbot.runtime.sender").info("Posted the third question", action="outbox_sent", chat=12)
    (line,) = _lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "Posted the third question",
        "action": "outbox_sent",
        "chat": 12,
        "level": "info",
        "logger": "copbot.runtime.sender",
    }


def test_libraries_write_in_the_same_form_with_the_same_context() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    with structlog.contextvars.bound_contextvars(chat=12):
        logging.getLogger("some.library").warning("retrying in %d s", 3, extra={"action": "retry"})
    (line,) = _lines(stream)
    assert (line["event"], line["action"], line["chat"], line["logger"]) == ("retrying in 3 s", "retry", 12, "some.library")


@pytest.mark.parametrize("key", sorted(WITHHELD_KEYS))
def test_what_would_carry_peoples_words_or_a_secret_is_withheld(key: str) -> None:
    for log_format in ("json", "console"):
        stream = io.StringIO()
        configure("json" if log_format == "json" else "console", stream=stream)
        logger("copbot").info("Heard something", **{key: "I tried pairing"})
        logging.getLogger("some.library").warning("heard", extra={key: "I tried pairing"})
        assert "pairing" not in stream.getvalue()
        assert stream.getvalue().count("(withheld)") == 2


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "console"])
def test_a_traceback_shows_no_local_variables(stream: io.StringIO) -> None:
    configure("auto", stream=stream)
    said = "I tried " + "pairing"
    try:
        int(said[:0])
    except ValueError:
        logger("copbot").exception("It went wrong", action="batch_failed")
    assert "ValueError" in stream.getvalue()
    assert "I tried pairing" not in stream.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["json", "console"])
def test_what_an_exception_says_is_not_written_and_where_it_was_raised_is(stream: io.StringIO) -> None:
    configure("auto", stream=stream)
    said = "I tried " + "pairing"
    try:
        try:
            int(said)
        except ValueError as error:
            raise KeyError(said) from error
    except KeyError as error:
        logging.getLogger("some.library").error("It went wrong", exc_info=error)
        logger("copbot").error("It went wrong", action="tick_failed", exc_info=error)
    for part in ("builtins.KeyError", "builtins.ValueError", "test_log.py"):
        assert stream.getvalue().count(part) >= 2
    assert said not in stream.getvalue()


def test_auto_is_for_people_on_a_terminal_and_for_machines_elsewhere() -> None:
    file, terminal = io.StringIO(), Terminal()
    for stream in (file, terminal):
        configure("auto", stream=stream)
        logger("copbot").info("Started")
    assert _lines(file)[0]["event"] == "Started"
    assert "Started" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_a_level_holds_for_copbot_and_the_adapters_named() -> None:
    stream = io.StringIO()
    configure("json", "debug", adapters=["copbot_room"], stream=stream)
    for name in ("copbot.runtime", "copbot_room.page", "some.library"):
        logger(name).debug("Here")
        logging.getLogger(name).debug("There")
    assert [line["logger"] for line in _lines(stream)] == ["copbot.runtime", "copbot.runtime", "copbot_room.page", "copbot_room.page"]


def test_chatty_libraries_are_heard_only_when_something_is_wrong() -> None:
    stream = io.StringIO()
    configure("json", "debug", stream=stream)
    logging.getLogger("apscheduler.scheduler").info("added a job")
    logging.getLogger("apscheduler.scheduler").warning("missed a run")
    assert [line["event"] for line in _lines(stream)] == ["missed a run"]


def test_what_the_driver_ignores_it_need_not_say() -> None:
    stream = io.StringIO()
    configure("json", "debug", stream=stream)
    logging.getLogger("psycopg").warning("error ignored terminating %r: %s", "the pipeline", "Failing row contains (I tried pairing).")
    assert _lines(stream) == []


def test_a_line_of_a_library_has_an_action_too_and_says_things_once() -> None:
    stream = io.StringIO()
    configure("json", stream=stream)
    logging.getLogger("uvicorn.error").info("Shutting down", extra={"color_message": "\x1b[36mShutting down\x1b[0m"})
    [line] = _lines(stream)
    assert line["action"] == "library"
    assert "color_message" not in line


def test_configuring_again_replaces_the_earlier_choice() -> None:
    first, second = io.StringIO(), io.StringIO()
    log = logger("copbot")
    configure("json", stream=first)
    configure("json", "error", stream=second)
    log.info("Not written")
    log.error("Written")
    assert first.getvalue() == ""
    assert [line["event"] for line in _lines(second)] == ["Written"]


def test_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure("json")
    logger("copbot").info("Started")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Started" in captured.err
