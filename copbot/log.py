"""Logging: a sentence for people, a stable ``action=`` for machines, never what members wrote.

Every line of copbot's own is written as::

    log = logger(__name__)
    log.info("Posted the third question", action="outbox_sent", chat=12, lane="C1")

``action`` names what happened, in the past tense, and does not change when the sentence is reworded. Values that identify (``chat``,
``platform``, ``question``) are bound or passed as keys. The text of messages, forms and tokens never are; as a second line of defence a
key that by its name would carry such content is withheld, and tracebacks are written without the values of local variables and
without the text of the exception: a ``ValueError`` quotes what could not be read. Lines of libraries have the action ``library``.

Lines go to standard error, so that standard output stays what a command was asked for.
"""

import logging
import sys
import traceback
from collections.abc import Iterable
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor

LogFormat = Literal["auto", "console", "json"]
"""``auto`` is ``console`` on a terminal and ``json`` everywhere else."""

LogLevel = Literal["debug", "info", "warning", "error"]
"""The least severe line that is written."""

WITHHELD_KEYS = frozenset({"text", "body", "content", "fields", "token", "secret", "password", "authorization"})
"""Keys whose values are never written."""

_WITHHELD = "(withheld)"
_QUIET = ("alembic.runtime.plugins", "apscheduler", "uvicorn.access", "watchfiles")
_SILENT = ("psycopg",)
"""It logs what it does not raise: while a database is away a line for every attempt, with the server's words, which may quote a row."""

_FOR_TERMINALS = "color_message"
"""uvicorn's key for its sentence once more, with escape sequences."""


def configure(
    log_format: LogFormat = "auto", level: LogLevel = "info", *, adapters: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send every log line of this process, the libraries' included, to one place in one form. Calling it again replaces the earlier choice.

    ``level`` holds for copbot and for the import packages named in ``adapters``. Libraries stay at ``info`` or above even for ``debug``:
    what they write below that includes frames and statements with people's words in them.
    """
    stream = sys.stderr if stream is None else stream
    severity = logging.getLevelNamesMapping()[level.upper()]
    as_json = log_format == "json" or (log_format == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(as_json=as_json, colours=stream.isatty()))
    logging.basicConfig(handlers=[handler], level=max(severity, logging.INFO), force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(severity, logging.WARNING))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in ("copbot", *adapters):
        logging.getLogger(name).setLevel(severity)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A module's logger, to be made once with ``__name__``. It follows ``configure`` whenever that is called."""
    return structlog.stdlib.get_logger(name)


def _shared() -> tuple[Processor, ...]:
    """What is done to every line, whoever wrote it."""
    return (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _withhold,
    )


def _withhold(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Blank the values of keys that would carry people's words or a secret."""
    return {key: _WITHHELD if key.lower() in WITHHELD_KEYS else value for key, value in event.items()}


def _formatter(*, as_json: bool, colours: bool) -> logging.Formatter:
    """One renderer for structlog's lines and for those of the standard library."""
    last: Processor = structlog.processors.JSONRenderer(default=str)
    if not as_json:
        last = structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=(*_shared(), _of_a_library),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(_where),
            last,
        ],
    )


def _of_a_library(_logger: object, _method: str, event: EventDict) -> EventDict:
    event.pop(_FOR_TERMINALS, None)
    event.setdefault("action", "library")
    return event


def _where(exc_info: ExcInfo) -> str:
    """Where an exception was raised and of what kind it is, and what had led to it; never what it says."""
    error: BaseException | None = exc_info[1]
    told: list[str] = []
    while error is not None:
        kind = type(error)
        told.append("".join(traceback.format_tb(error.__traceback__)) + f"{kind.__module__}.{kind.__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nafter:\n".join(told)
