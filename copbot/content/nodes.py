"""YAML to nodes that know their line and column. The strict subset of 2-domain.md 7.9.

No anchors, aliases, tags, timestamps, base-60, octal, or yes/no/on/off; duplicate keys are refused. Whole numbers and
``true``/``false`` are values, everything else is text. The text is composed from parser events rather than by a
``SafeLoader``, so that nothing is constructed before it has been looked at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from copbot.content.finding import Finding

DEPTH_LIMIT = 8
SIZE_LIMIT = 256 * 1024
"""Bytes. Far above any real file; keeps a mistaken upload from being read at all."""

RESERVED = "This text starts with a character that YAML reserves. Put quotes round it."
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9]\d*)")
_CURLY_PAIRS = (("“", "”"), ("‘", "’"), ("„", "“"))


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. ``plain`` when it was written without quotes and not as a block."""

    value: str
    plain: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list; ``flow`` when written in square brackets."""

    items: tuple["Node", ...]
    flow: bool
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys and their values, in order; ``flow`` when written in braces."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    flow: bool
    line: int
    column: int

    def entry(self, name: object) -> "tuple[Scalar, Node] | None":
        """The key of that name and its value."""
        return next((entry for entry in self.entries if entry[0].value == name), None)

    def key(self, name: object) -> Scalar | None:
        """The key of that name, with its place."""
        entry = self.entry(name)
        return entry[0] if entry else None

    def get(self, name: object) -> "Node | None":
        """The value under that key."""
        entry = self.entry(name)
        return entry[1] if entry else None


Node = Scalar | Items | Entries


@dataclass(slots=True)
class Composed:
    """The root node (None for an empty file) and what was refused on the way."""

    root: Node | None = None
    findings: list[Finding] = field(default_factory=list)


class _Deep(Exception):
    """The nesting limit was passed."""


def compose(text: str) -> Composed:
    """The text as nodes.

    Raises:
        yaml.YAMLError: the text is not YAML. (Deep nesting is a finding instead.)

    """
    composed = Composed()
    reader = _Reader(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), composed.findings)
    try:
        composed.root = reader.document()
    except _Deep as deep:
        line, column = deep.args
        composed.findings.append(Finding(line, column, "too-deep", f"More than {DEPTH_LIMIT} levels inside one another. Use fewer."))
    return composed


class _Reader:
    """Events to nodes, recursion bounded by ``DEPTH_LIMIT``."""

    def __init__(self, events: Iterator[yaml.Event], findings: list[Finding]) -> None:
        self._events = events
        self._findings = findings

    def document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._refuse(event, "two-documents", "One file holds one thing: remove the line '---' and what follows it.")
                    return root
                root = self._node(next(self._events), 1)
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        line, column = _place(event)
        if depth > DEPTH_LIMIT:
            raise _Deep(line, column)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "reserved-character", RESERVED)
            return Scalar(f"*{event.anchor}", False, line, column)
        self._refuse_marks(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(tuple(self._items(depth)), bool(event.flow_style), line, column)
        if isinstance(event, yaml.MappingStartEvent):
            return Entries(tuple(self._entries(depth)), bool(event.flow_style), line, column)
        assert isinstance(event, yaml.ScalarEvent)
        return Scalar(str(event.value), event.style in (None, ""), line, column)

    def _refuse_marks(self, event: yaml.Event) -> None:
        if getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None:
            self._refuse(event, "reserved-character", RESERVED)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: set[str] = set()
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, value = self._node(event, depth + 1), self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._refuse(event, "reserved-character", RESERVED)
                continue
            if key.value in seen:
                self._refuse(event, "duplicate-key", f"{key.value} is given twice; did you forget a `-`?")
                continue
            seen.add(key.value)
            yield key, value

    def _refuse(self, event: yaml.Event, code: str, what: str) -> None:
        self._findings.append(Finding(*_place(event), code, what))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def plain(node: Node) -> object:
    """The node as plain Python. A key without a value is left out."""
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    if isinstance(node, Entries):
        values = ((key.value, plain(value)) for key, value in node.entries)
        return {key: value for key, value in values if value is not None}
    return _scalar(node)


def _scalar(node: Scalar) -> object:
    if not node.plain:
        return node.value
    if node.value in ("", "~", "null"):
        return None
    if node.value in ("true", "false"):
        return node.value == "true"
    if _WHOLE_NUMBER.fullmatch(node.value):
        return int(node.value)
    return without_curly_quotes(node.value)


def without_curly_quotes(text: str) -> str:
    """The text without a pair of typographic quotes round the whole of it."""
    for opening, closing in _CURLY_PAIRS:
        inner = text[1:-1]
        if (
            len(text) > 2
            and text[0] == opening
            and text[-1] == closing
            and opening not in inner
            and (closing != "”" or closing not in inner)
        ):
            return inner
    return text


def find(root: Node, location: tuple[object, ...]) -> tuple[Node, Scalar | None]:
    """The deepest node on that way that exists, and its key if it has one."""
    node: Node = root
    key: Scalar | None = None
    for step in location:
        if isinstance(node, Entries) and (entry := node.entry(step)) is not None:
            key, node = entry
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node, key = node.items[step], None
        else:
            break
    return node, key
