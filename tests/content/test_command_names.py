"""What commands are called in other languages: each mistake is named with its line."""

from pathlib import Path

import pytest

from copbot.content.command_names import read_command_names
from copbot.errors import ConfigurationError
from copbot.ports.platform import CommandSpec, OptionSpec

COMMANDS = (
    CommandSpec("schedule", "plan a chat", "schedule", (OptionSpec("set", "which"), OptionSpec("date", "when"))),
    CommandSpec("pin", "pin it", "pin", on_message="Pin for the summary"),
)


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "names.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "de:\n"
        "  schedule: {name: planen, summary: einen Chat planen}\n"
        "  date:\n    name: datum\n"
        '  "Pin for the summary": {name: Für die Zusammenfassung merken}\n'
        "pt-BR:\n  set: {summary: 'qual conjunto'}\n",
    )
    assert read_command_names(path, COMMANDS) == {
        "de": {
            "schedule": {"name": "planen", "summary": "einen Chat planen"},
            "date": {"name": "datum"},
            "Pin for the summary": {"name": "Für die Zusammenfassung merken"},
        },
        "pt-BR": {"set": {"summary": "qual conjunto"}},
    }
    assert read_command_names(_file(tmp_path, ""), COMMANDS) == {}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("- de\n", ["1: names are written as 'de:', and under it what each command is called"]),
        ("deutsch:\n  pin: {name: merken}\n", ["1: deutsch is no language; write it like de, or pt-BR"]),
        ("de: planen\n", ["1: de: a verb is expected, such as schedule:, and under it name: and summary:"]),
        ("de:\n  plan: {name: planen}\n", ["2: there is no verb, option or menu entry called plan"]),
        ("de:\n  pin: merken\n", ["2: pin: name: or summary: is expected under it"]),
        ("de:\n  pin:\n    nam: x\n", ["3: nam: only name: and summary: are known here"]),
        ("de:\n  pin: {name: ''}\n", ["2: pin: its name has 1 to 32 characters, not 0"]),
        (f"de:\n  pin: {{summary: {'x' * 101}}}\n", ["2: pin: its summary has 1 to 100 characters, not 101"]),
        ("de:\n  pin: {name: an heften}\n", ["2: pin: what is typed is one word of letters, digits, - and _"]),
        ("de:\n  pin: {name: Merken}\n", ["2: pin: what is typed is written in small letters: merken"]),
        ("de:\n  set: {name: wann}\n  date: {name: wann}\n", ["3: date and set cannot both be called wann"]),
        ("de:\n  pin: {name: a}\n  pin: {name: b}\n", ["3: pin is given twice; did you forget a `-`?"]),
        ("de: [\n", ["2: this is not YAML text"]),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, faults: list[str]) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_command_names(path, COMMANDS)
    assert str(caught.value).splitlines() == [f"{path}:{fault}" for fault in faults]


def test_a_verb_and_an_option_may_have_the_same_name(tmp_path: Path) -> None:
    path = _file(tmp_path, "de:\n  pin: {name: wahl}\n  set: {name: wahl}\n")
    assert read_command_names(path, COMMANDS)["de"] == {"pin": {"name": "wahl"}, "set": {"name": "wahl"}}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.yaml: cannot be read as UTF-8 text"):
        read_command_names(tmp_path / "absent.yaml", COMMANDS)
