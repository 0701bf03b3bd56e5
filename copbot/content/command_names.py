"""What commands are called in other languages: ``{locale: {verb, option or menu entry: {name, summary}}}`` in a YAML file.

The lengths are those of the platform that shows such names (https://docs.discord.com/developers/interactions/application-commands).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from copbot.content.nodes import Entries, Node, Scalar, compose
from copbot.errors import ConfigurationError
from copbot.ports.platform import CommandSpec

LONGEST_NAME, LONGEST_SUMMARY = 32, 100
LOCALE = re.compile(r"[a-z]{2}(-[A-Z0-9]{2,3})?")

Names = Mapping[str, Mapping[str, Mapping[str, str]]]
Fault = tuple[int, str]


def read_command_names(path: Path, commands: Sequence[CommandSpec]) -> Names:
    """The file, checked against the commands that there are. Raises ConfigurationError with one line for each fault: file, line, what."""
    try:
        composed = compose(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigurationError(f"{path}:{mark.line + 1 if mark else 1}: this is not YAML text") from None
    faults = [(found.line, found.what) for found in composed.findings] or list(_faults(composed.root, commands))
    if faults:
        raise ConfigurationError("\n".join(f"{path}:{line}: {what}" for line, what in faults))
    return {locale.value: dict(_entries(names)) for locale, names in _pairs(composed.root)}


def _entries(node: Node) -> Iterator[tuple[str, Mapping[str, str]]]:
    for entry, said in _pairs(node):
        yield entry.value, {key.value: _text(value) for key, value in _pairs(said)}


def _pairs(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Entries) else ()


def _text(node: Node) -> str:
    return node.value.strip() if isinstance(node, Scalar) else ""


def _faults(root: Node | None, commands: Sequence[CommandSpec]) -> Iterator[Fault]:
    if root is not None and not isinstance(root, Entries):
        yield root.line, "names are written as 'de:', and under it what each command is called"
    for locale, names in _pairs(root):
        if not LOCALE.fullmatch(locale.value):
            yield locale.line, f"{locale.value} is no language; write it like de, or pt-BR"
        if not isinstance(names, Entries):
            yield locale.line, f"{locale.value}: a verb is expected, such as schedule:, and under it name: and summary:"
        yield from _faults_in(names, commands)


def _faults_in(names: Node, commands: Sequence[CommandSpec]) -> Iterator[Fault]:
    """In one language. Within verbs, within options, and within menu entries each name stands for one thing."""
    kinds = (
        {command.verb for command in commands},
        {option for command in commands for option in command.option_names},
        {command.on_message for command in commands if command.on_message},
    )
    taken: dict[tuple[int, str], str] = {}
    for entry, said in _pairs(names):
        known = [number for number, kind in enumerate(kinds) if entry.value in kind]
        if not known:
            yield entry.line, f"there is no verb, option or menu entry called {entry.value}"
        yield from _faults_of(entry, said, in_menu=known == [2])
        name = next((_text(value) for key, value in _pairs(said) if key.value == "name"), "")
        for number in known if name else ():
            other = taken.setdefault((number, name), entry.value)
            if other != entry.value:
                yield entry.line, f"{entry.value} and {other} cannot both be called {name}"


def _faults_of(entry: Scalar, said: Node, *, in_menu: bool) -> Iterator[Fault]:
    if not _pairs(said):
        yield entry.line, f"{entry.value}: name: or summary: is expected under it"
    for key, value in _pairs(said):
        text, longest = _text(value), LONGEST_NAME if key.value == "name" else LONGEST_SUMMARY
        if key.value not in {"name", "summary"}:
            yield key.line, f"{key.value}: only name: and summary: are known here"
        elif not 1 <= len(text) <= longest:
            yield key.line, f"{entry.value}: its {key.value} has 1 to {longest} characters, not {len(text)}"
        elif key.value == "name" and not in_menu and not re.fullmatch(r"[-_'\w]+", text):
            yield key.line, f"{entry.value}: what is typed is one word of letters, digits, - and _"
        elif key.value == "name" and not in_menu and text != text.lower():
            yield key.line, f"{entry.value}: what is typed is written in small letters: {text.lower()}"
