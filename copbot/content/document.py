"""One file: bytes in; a checked document out, or everything that is wrong with it."""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import ValidationError

from copbot.content.explain_errors import findings_of
from copbot.content.finding import Finding
from copbot.content.kinds import SPECS, all_keys, keys_of, model_at
from copbot.content.nodes import SIZE_LIMIT, Composed, Entries, Items, Node, Scalar, compose, find, plain
from copbot.content.scan import repaired, scan_broken, scan_silent
from copbot.content.schema_base import FileSpec
from copbot.ports.library import Problem

_TIME = re.compile(r"\d{1,2}:\d{2}")
_TIME_KEYS = frozenset({"starts", "ends", "post_at", "from", "to"})


@dataclass(frozen=True)
class Document:
    """A file whose own content is right. Whether it fits the other files is checked elsewhere."""

    path: Path
    text: str
    root: Entries
    spec: FileSpec
    warnings: tuple[Problem, ...] = ()

    def finding(self, code: str, what: str, *location: object, paste: str = "", is_warning: bool = False) -> Problem:
        """A problem at that place of the file: keys and indexes from the root, as far as they exist."""
        node, _ = find(self.root, location)
        return Finding(node.line, node.column, code, what, paste, is_warning=is_warning).at(self.path)

    @cached_property
    def texts(self) -> Sequence[tuple[tuple[object, ...], Scalar]]:
        """Every text value of the file with the way to it."""
        return tuple(_scalars(self.root, ()))


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of reading a file. ``document`` is None if there is an error."""

    document: Document | None
    problems: tuple[Problem, ...]


class Reader:
    """Reads files. Holds what is worked out once from the schemas."""

    def __init__(self) -> None:
        self._keys = all_keys()

    def read(self, path: Path, content: bytes) -> Reading:
        """The file checked by itself, with everything wrong in it at once."""
        text, finding = decode(content)
        if finding:
            return Reading(None, (finding.at(path),))
        found, root = self._compose(text)
        errors = [finding for finding in found if not finding.is_warning]
        spec: FileSpec | None = None
        if isinstance(root, Entries):
            spec, more = _validate(root)
            taken = {finding.line for finding in errors}
            errors += [finding for finding in more if finding.line not in taken]
        elif not errors:
            errors.append(
                Finding(1, 1, "empty-file", "The file is empty or is no list of keys. It starts with `kind:`.", "kind: question_set")
            )
        warnings = [finding for finding in found if finding.is_warning] + (list(_bare_times(root)) if root else [])
        problems = tuple(finding.at(path) for finding in sorted(errors + warnings, key=lambda finding: (finding.line, finding.column)))
        if errors or spec is None or not isinstance(root, Entries):
            return Reading(None, problems)
        return Reading(Document(path, text, root, spec, problems), problems)

    def _compose(self, text: str) -> tuple[list[Finding], Node | None]:
        """What reading alone finds, and the nodes of the text - repaired where lines could be corrected one by one."""
        found = scan_silent(text, self._keys)
        mended = repaired(text, [finding for finding in found if not finding.is_warning])
        try:
            composed = compose(mended)
        except yaml.YAMLError as error:
            broken = [finding for finding in scan_broken(mended) if finding.line not in {one.line for one in found}]
            found = sorted(found + broken, key=lambda finding: finding.line)
            composed = _compose_again(repaired(mended, broken), error, found)
        taken = {finding.line for finding in found if not finding.is_warning}
        return found + [finding for finding in composed.findings if finding.line not in taken], composed.root


def _compose_again(text: str, first: yaml.YAMLError, found: list[Finding]) -> Composed:
    try:
        return compose(text)
    except yaml.YAMLError as second:
        if not any(not finding.is_warning for finding in found):
            found.append(_unexplained(first))
        elif not _is_explained(second, found):
            found.append(_unexplained(second))
        return Composed()


def _is_explained(error: yaml.YAMLError, found: Sequence[Finding]) -> bool:
    mark = getattr(error, "problem_mark", None)
    return mark is None or any(finding.line <= mark.line + 1 for finding in found)


def _unexplained(error: yaml.YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = getattr(error, "problem", None) or "it is not YAML"
    what = f"copbot cannot read the file from here ({reason}). Look at this line and the one above it: quotes, colons and indentation."
    return Finding(line, column, "not-yaml", what)


def decode(content: bytes) -> tuple[str, Finding | None]:
    """The text of a file, or why it cannot be read."""
    if len(content) > SIZE_LIMIT:
        return "", Finding(1, 1, "too-large", f"The file is larger than {SIZE_LIMIT // 1024} KB. Split it.")
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        return "", Finding(line, column, "encoding", "The file was saved in an old Windows encoding. Save as UTF-8.")
    match = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    if match:
        line = text.count("\n", 0, match.start()) + 1
        return "", Finding(line, 1, "control-character", f"There is a control character on line {line} that is no text. Retype the line.")
    return text.replace("\r\n", "\n"), None


def _validate(root: Entries) -> tuple[FileSpec | None, list[Finding]]:
    kind = root.get("kind")
    name = kind.value if isinstance(kind, Scalar) else ""
    if name not in SPECS:
        near = get_close_matches(name, SPECS, 1, 0.5)
        what = f"`kind` says what the file holds: {', '.join(SPECS)}."
        place: Node = kind or root
        return None, [Finding(place.line, place.column, "kind", what, f"kind: {near[0] if near else 'question_set'}")]
    model = SPECS[name]
    empty = list(_unknown_empty_keys(root, name))
    try:
        spec = model.model_validate(plain(root))
    except ValidationError as error:
        return None, [*findings_of(error, model, root), *empty]
    return (None, empty) if empty else (spec, [])


def _unknown_empty_keys(root: Entries, kind: str) -> Iterator[Finding]:
    """Misspelt keys that have no value: they are left out before validation, and would go unnoticed."""
    for location, node in _walk(root, ()):
        if not isinstance(node, Scalar) or node.value or not node.plain or not location or not isinstance(location[-1], str):
            continue
        inner = model_at(SPECS[kind], location[:-1])
        if inner and location[-1] not in keys_of(inner):
            near = get_close_matches(location[-1], keys_of(inner), 1, 0.6)
            hint = f"did you mean `{near[0]}`?" if near else f"Known: {', '.join(keys_of(inner))}."
            yield Finding(node.line, 1, "unknown-key", f"`{location[-1]}` is not known: {hint}", f"{near[0]}:" if near else "")


def _bare_times(root: Node) -> Iterator[Finding]:
    for location, node in _walk(root, ()):
        if isinstance(node, Scalar) and node.plain and location[-1:] and location[-1] in _TIME_KEYS and _TIME.fullmatch(node.value):
            yield Finding(
                node.line,
                node.column,
                "unquoted-time",
                "Please quote times: other programs read them as a number.",
                f'{location[-1]}: "{node.value}"',
                is_warning=True,
            )


def _walk(node: Node, way: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], Node]]:
    yield way, node
    if isinstance(node, Entries):
        for key, value in node.entries:
            yield from _walk(value, (*way, key.value))
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from _walk(item, (*way, index))


def _scalars(root: Node, way: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], Scalar]]:
    return ((location, node) for location, node in _walk(root, way) if isinstance(node, Scalar))
