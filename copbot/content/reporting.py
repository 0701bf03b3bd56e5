"""Problems as text with the source line and a caret, as JSON, or as GitHub annotations."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from copbot.content.document import decode
from copbot.ports.library import Problem

Style = Literal["text", "json", "github"]


def report(problems: Sequence[Problem], style: Style = "text") -> str:
    """All problems in that style. Text ends with a count; an empty list gives "No problems found."."""
    if style == "json":
        return json.dumps([_as_json(problem) for problem in problems], ensure_ascii=False, indent=2)
    if style == "github":
        return "\n".join(_as_annotation(problem) for problem in problems)
    lines = {path: _source_lines(path) for path in {problem.path for problem in problems}}
    return "\n".join([*(_as_text(problem, lines[problem.path]) for problem in problems), _count(problems)])


def _as_text(problem: Problem, lines: Sequence[str]) -> str:
    if problem.line > len(lines):
        return str(problem)
    source = lines[problem.line - 1].replace("\t", " ").replace("\u00a0", " ")
    number = f"{problem.line:>5}"
    return f"{problem}\n{number} | {source}\n{' ' * len(number)} | {' ' * (problem.column - 1)}^"


def _source_lines(path: Path) -> Sequence[str]:
    try:
        text, _ = decode(path.read_bytes())
    except OSError:
        return ()
    return text.split("\n") if text else ()


def _count(problems: Sequence[Problem]) -> str:
    warnings = sum(problem.is_warning for problem in problems)
    parts = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((len(problems) - warnings, "error"), (warnings, "warning"))
        if number
    ]
    return f"{', '.join(parts)} found." if parts else "No problems found."


def _as_json(problem: Problem) -> dict[str, object]:
    return {
        "path": str(problem.path),
        "line": problem.line,
        "column": problem.column,
        "severity": "warning" if problem.is_warning else "error",
        "code": problem.code,
        "what": problem.what,
    }


def _as_annotation(problem: Problem) -> str:
    level = "warning" if problem.is_warning else "error"
    place = f"file={_escaped(str(problem.path), ',:')},line={problem.line},col={problem.column},title={problem.code}"
    return f"::{level} {place}::{_escaped(problem.what)}"


def _escaped(text: str, more: str = "") -> str:
    """As GitHub's workflow commands want it: https://docs.github.com/actions/reference/workflow-commands-for-github-actions."""
    for sign in "%\r\n" + more:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
