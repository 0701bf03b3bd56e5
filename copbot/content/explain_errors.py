"""What pydantic found, in words for a clinician, with the line, the column and the corrected line."""

import re
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from copbot.content.finding import Finding
from copbot.content.kinds import keys_of, model_at
from copbot.content.nodes import RESERVED, Entries, Items, Node, Scalar, find
from copbot.content.scan import double_quoted

Location = tuple[object, ...]

_REASONS = {
    "safeguarding_contact": (
        "A community must say whom to turn to when somebody may be at risk; copbot does not start without it.",
        'safeguarding_contact: "Name or team, telephone number, hours"',
    ),
    "keep_message_text": (
        "You must choose whether the text of messages may be kept; there is no default.",
        "keep_message_text: with_consent      # with_notice | with_consent | never",
    ),
    "people": ("A community must name its contacts.", 'people:\n  safeguarding_contact: "Name or team, telephone number, hours"'),
    "privacy": (
        "A community must choose what may be kept.",
        "privacy:\n  keep_message_text: with_consent      # with_notice | with_consent | never",
    ),
    "version": ("The version is missing.", "version: 1"),
}
_PATTERNS = {
    "hashtag": ("hashtag", "A hashtag starts with # and has no spaces."),
    "language": ("language", "A language is written like en-GB."),
    "id": ("id", "An id has letters, digits and hyphens only, and starts with a letter or digit."),
}


def findings_of(error: ValidationError, model: type[BaseModel], root: Node) -> list[Finding]:
    """Every error of the file, each at its place."""
    return [_finding(details, model, root) for details in error.errors(include_url=False)]


def _finding(details: ErrorDetails, model: type[BaseModel], root: Node) -> Finding:
    location: Location = details["loc"]
    kind = details["type"]
    if kind == "extra_forbidden":
        return _unknown_key(location, model, root)
    if kind == "missing":
        return _missing(location, root)
    node, key = find(root, location)
    if kind in ("enum", "literal_error"):
        return _unknown_value(details, node, key)
    if kind == "string_type":
        return _not_text(node, key)
    code, what, value = _in_words(kind, details, location)
    paste = _line_with(key, value) if value else _as_a_part(kind, node, key)
    if value and "ends" in (details.get("ctx") or {}):
        paste += f'\nends: "{details["ctx"]["ends"]}"'
    return Finding(node.line, node.column, code, what, paste)


def _unknown_key(location: Location, model: type[BaseModel], root: Node) -> Finding:
    parent, _ = find(root, location[:-1])
    name = str(location[-1])
    key = parent.key(name) if isinstance(parent, Entries) else None
    place = key or parent
    inner = model_at(model, location[:-1])
    known = keys_of(inner) if inner else []
    near = get_close_matches(name, known, 1, 0.6)
    if not near:
        return Finding(place.line, place.column, "unknown-key", f"`{name}` is not known here. Known: {', '.join(known)}.")
    value = parent.get(name) if isinstance(parent, Entries) else None
    paste = f"{near[0]}: {_written(value)}" if isinstance(value, Scalar) else f"{near[0]}:"
    return Finding(place.line, place.column, "unknown-key", f"`{name}` is not known: did you mean `{near[0]}`?", paste)


def _written(value: Scalar) -> str:
    return value.value if value.plain else double_quoted(value.value)


def _missing(location: Location, root: Node) -> Finding:
    parent, _ = find(root, location[:-1])
    name = str(location[-1])
    existing = parent.key(name) if isinstance(parent, Entries) else None
    place = existing or parent
    what, paste = _REASONS.get(name, (f"`{name}` is missing{_inside(location)}.", ""))
    if existing:
        what = f"`{name}` is empty. {what}" if name in _REASONS else f"`{name}` is empty."
    return Finding(place.line, place.column, "missing-key", what, paste)


def _inside(location: Location) -> str:
    part = next((step for step in reversed(location[:-1]) if isinstance(step, str)), None)
    index = next((step for step in reversed(location[:-1]) if isinstance(step, int)), None)
    if part is None:
        return ""
    return f" in {part}" if index is None else f" in number {index + 1} of {part}"


def _unknown_value(details: ErrorDetails, node: Node, key: Scalar | None) -> Finding:
    expected = re.findall(r"'([^']*)'", str(details["ctx"]["expected"]))
    choices = [choice for choice in expected if choice]
    if not choices:
        return _version(node, str(details["ctx"]["expected"]))
    given = node.value if isinstance(node, Scalar) else ""
    near = get_close_matches(given, choices, 1, 0.5) or get_close_matches(given.lower(), choices, 1, 0.5)
    what = f"`{given}` is not one of {', '.join(choices)}."
    if near:
        return Finding(node.line, node.column, "unknown-value", f"{what} Did you mean {near[0]}?", _line_with(key, near[0], quoted=False))
    return Finding(node.line, node.column, "unknown-value", what)


def _version(node: Node, expected: str) -> Finding:
    return Finding(node.line, node.column, "version", f"The version is always the whole number {expected}.", f"version: {expected}")


def _not_text(node: Node, key: Scalar | None) -> Finding:
    if isinstance(node, Scalar):
        what = "This is empty." if not node.value else "Put quotes round it, so that it is read as text."
        return Finding(node.line, node.column, "not-text", what, _line_with(key, node.value) if node.value else "")
    if node.flow:
        return Finding(node.line, node.column, "reserved-character", RESERVED)
    if isinstance(node, Entries) and len(node.entries) == 1:
        inner, value = node.entries[0]
        text = f"{inner.value}: {value.value}" if isinstance(value, Scalar) else inner.value
        what = "There's a colon inside the text. Put quotes round the whole text."
        return Finding(node.line, node.column, "colon-in-text", what, f"- {double_quoted(text)}")
    return Finding(node.line, node.column, "not-text", f"{key.value if key else 'This'} takes one text, not {_name_of(node)}.")


def _name_of(node: Node) -> str:
    return "a list" if isinstance(node, Items) else "keys of its own" if isinstance(node, Entries) else "text"


def _in_words(kind: str, details: ErrorDetails, location: Location) -> tuple[str, str, str]:
    """A stable code, the sentence, and the corrected value if there is one."""
    context: dict[str, Any] = details.get("ctx") or {}
    name = str(next((step for step in reversed(location) if isinstance(step, str)), "this"))
    if kind == "string_pattern_mismatch":
        code, sentence = _PATTERNS.get(name, _PATTERNS["id"])
        return code, sentence, _slug(code, str(details["input"]))
    sentences = {
        "string_too_long": ("too-long", f"The text has {len(str(details['input']))} characters; at most {context.get('max_length')} fit."),
        "string_too_short": ("empty", f"`{name}` is empty."),
        "too_long": ("too-many", f"`{name}` has {context.get('actual_length')} items; at most {context.get('max_length')} are allowed."),
        "list_type": ("not-a-list", f"`{name}` is a list: each item on its own line, after a hyphen and a space."),
        "dict_type": ("not-keys", f"`{name}` has keys of its own, indented on the lines below it."),
        "model_type": ("not-keys", f"`{name}` has keys of its own, indented on the lines below it."),
        "model_attributes_type": ("not-keys", f"`{name}` has keys of its own, indented on the lines below it."),
        "greater_than_equal": ("range", f"`{name}` must be at least {context.get('ge')}."),
        "less_than_equal": ("range", f"`{name}` must be at most {context.get('le')}."),
    }
    if kind in sentences:
        return *sentences[kind], ""
    if kind.startswith("int_"):
        return "not-a-number", f"`{name}` is a whole number.", _digits(details["input"])
    if kind.startswith("bool_"):
        return "not-true-or-false", f"`{name}` is true or false.", _yes_or_no(details["input"])
    return kind.replace("_", "-"), details["msg"], str(context.get("value", ""))


def _slug(code: str, given: str) -> str:
    if code == "hashtag":
        return "#" + re.sub(r"\W+", "", given)
    return re.sub(r"[^A-Za-z0-9]+", "-", given).strip("-") if code == "id" else ""


def _digits(value: object) -> str:
    match = re.search(r"\d+", str(value))
    return match[0] if match else ""


def _yes_or_no(value: object) -> str:
    return {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(value).lower(), "")


def _as_a_part(kind: str, node: Node, key: Scalar | None) -> str:
    """A bare text as the list, or the part with ``text``, that was meant."""
    if key is None or not isinstance(node, Scalar) or not node.value:
        return ""
    if kind == "list_type":
        return f"{key.value}:\n  - {double_quoted(node.value)}"
    return f"{key.value}:\n  text: {double_quoted(node.value)}" if key.value in ("closing", "part_b") else ""


def _line_with(key: Scalar | None, value: str, *, quoted: bool = True) -> str:
    written = value if not quoted or value.isdigit() or value in ("true", "false") else double_quoted(value)
    return f"{key.value}: {written}" if key else written
