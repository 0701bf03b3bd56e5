"""The participation log as CSV, JSON lines and JSON. Columns and their order are those of the view (3-architecture 8)."""

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from copbot.ports.readings import LOG_COLUMNS

FORMATS = ("csv", "jsonl", "json")

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write(rows: Iterable[Mapping[str, object]], format: str, out: TextIO) -> None:
    """Write the rows in one of FORMATS, each as it comes. Raises KeyError for another."""
    {"csv": write_csv, "jsonl": write_jsonl, "json": write_json}[format](rows, out)


def write_csv(rows: Iterable[Mapping[str, object]], out: TextIO) -> None:
    """CSV (RFC 4180 with line feeds), first line the column names; empty where there is no value.

    A cell of people's words that a spreadsheet would run as a formula gets an apostrophe in front
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LOG_COLUMNS)
    writer.writerows([_cell(row[column]) for column in LOG_COLUMNS] for row in rows)


def write_jsonl(rows: Iterable[Mapping[str, object]], out: TextIO) -> None:
    """One JSON object a line."""
    out.writelines(json.dumps(_record(row), ensure_ascii=False) + "\n" for row in rows)


def write_json(rows: Iterable[Mapping[str, object]], out: TextIO) -> None:
    """One JSON array of objects."""
    between = ""
    out.write("[")
    for row in rows:
        lines = json.dumps(_record(row), ensure_ascii=False, indent=2)
        out.write(between + "\n  " + lines.replace("\n", "\n  "))
        between = ","
    out.write("\n]\n" if between else "]\n")


def _record(row: Mapping[str, object]) -> dict[str, object]:
    return {column: _plain(row[column]) for column in LOG_COLUMNS}


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _cell(value: object) -> object:
    value = _plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
