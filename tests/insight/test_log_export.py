import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone

import pytest

from copbot.insight import log_export
from copbot.ports.readings import LOG_COLUMNS

AT = datetime(2018, 7, 4, 19, 35, 10, tzinfo=timezone(timedelta(hours=1)))


def row(**changed: object) -> Mapping[str, object]:
    values: dict[str, object] = {
        "id": 1, "platform": "room", "community": "ResNetSLT", "chat_id": 1, "chat_title": "Thinking", "question": "4b", "message": "m1",
        "member": "member-abc", "role": "participant", "kind": "answer", "at": AT, "replies_to": None, "words_band": "1-10",
        "concrete_cue": True, "question_cue": False, "text": "Yes, \"both\"\nlines",
    }  # fmt: skip
    return values | changed


def written(rows: Iterable[Mapping[str, object]], format: str) -> str:
    out = io.StringIO()
    log_export.write(rows, format, out)
    return out.getvalue()


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_reads_back() -> None:
    text = written([row(), row(id=2, text=None)], "csv")
    assert tuple(text.splitlines()[0].split(",")) == tuple(LOG_COLUMNS)
    first, second = read_csv(text)
    assert first["at"] == "2018-07-04T18:35:10Z"
    assert first["text"] == 'Yes, "both"\nlines'
    assert (first["concrete_cue"], first["question_cue"], first["replies_to"]) == ("true", "false", "")
    assert second["text"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1"])
def test_no_cell_runs_in_a_spreadsheet(text: str) -> None:
    (read,) = read_csv(written([row(text=text)], "csv"))
    assert read["text"] == f"'{text}"


def test_json_lines_are_one_object_a_row_in_the_order_of_the_columns() -> None:
    lines = written([row(), row(id=2, text=None)], "jsonl").splitlines()
    first, second = (json.loads(line) for line in lines)
    assert list(first) == list(LOG_COLUMNS)
    assert (first["at"], first["concrete_cue"], second["text"]) == ("2018-07-04T18:35:10Z", True, None)


def test_json_is_one_array() -> None:
    text = written([row(), row(id=2, text="two\u2028lines\nand more")], "json")
    assert [(each["id"], each["text"]) for each in json.loads(text)] == [(1, row()["text"]), (2, "two\u2028lines\nand more")]
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("format", log_export.FORMATS)
def test_rows_are_written_as_they_come(format: str) -> None:
    out = io.StringIO()

    def reading() -> Iterator[Mapping[str, object]]:
        yield row(message="the first")
        yield row(message="the second")
        assert "the first" in out.getvalue()

    log_export.write(reading(), format, out)
    assert "the second" in out.getvalue()


@pytest.mark.parametrize("format", ["csv", "jsonl", "json"])
def test_an_empty_log_is_still_readable(format: str) -> None:
    assert written([], format) == {"csv": ",".join(LOG_COLUMNS) + "\n", "jsonl": "", "json": "[]\n"}[format]
