"""Buttons, and what their ``custom_id`` carries: ``action|value|~mark``, in Discord's 100 characters.

Everything that a press means stands in it, so that buttons work after a restart without anything in memory. ``mark`` is the hash of the
message's key: by it a post is found again after Discord has forgotten its nonce (4-platforms.md B3).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from copbot.domain.message import Button, Look
from copbot.kit.phrases import cut

Element = dict[str, Any]
"""One object of Discord's, ready for JSON."""

CUSTOM_ID_MOST = 100
LABEL_MOST = 80
IN_ROW = 5
BUTTONS_MOST = 25
"""Five rows of five (4-platforms.md B4)."""

ACTION_ROW, BUTTON = 1, 2
STYLES: Mapping[Look, int] = {Look.PRIMARY: 1, Look.PLAIN: 2, Look.DANGER: 4}

_KEPT = "="


@dataclass(frozen=True, slots=True)
class Identified:
    """A ``custom_id``. ``kept``: what did not fit into it and is to be kept under these names until somebody presses."""

    id: str
    kept: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of buttons, with what is to be kept for them."""

    components: list[Element]
    kept: Mapping[str, str]


def identified(action: str, value: str = "", mark: str = "") -> Identified:
    """The ``custom_id`` of a button or a form. Raises ValueError for an action with ``|`` in it or too long to leave room."""
    if "|" in action or len(action) > CUSTOM_ID_MOST // 2:
        raise ValueError(f"no action for a custom_id: {action!r}")
    plain = f"{action}|{value}|~{mark}"
    if len(plain) <= CUSTOM_ID_MOST and not value.startswith(_KEPT):
        return Identified(plain, {})
    name = blake2b(value.encode(), digest_size=12).hexdigest()
    return Identified(f"{action}|{_KEPT}{name}|~{mark}", {name: value})


def action_of(custom_id: str) -> str:
    """What a press or a submission means."""
    return custom_id.partition("|")[0]


def value_of(custom_id: str) -> str:
    """What it is about; empty where ``kept_under`` names it."""
    value = _middle(custom_id)
    return "" if value.startswith(_KEPT) else value


def kept_under(custom_id: str) -> str:
    """The name under which the value is kept, if it did not fit; else empty."""
    value = _middle(custom_id)
    return value.removeprefix(_KEPT) if value.startswith(_KEPT) else ""


def mark_of(custom_id: str) -> str:
    """The hash of the key of the message it stands in; empty for what has no key, and for what is not copbot's."""
    return custom_id.rpartition("|~")[2].partition(".")[0] if "|~" in custom_id else ""


def ids_in(components: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Every ``custom_id`` in a message's components, as Discord shows them."""
    for component in components:
        yield from ids_in(component.get("components", ()))
        if component.get("custom_id"):
            yield component["custom_id"]


def marks_in(components: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The marks among them."""
    return filter(None, map(mark_of, ids_in(components)))


def rows_of(buttons: Sequence[Button], mark: str = "") -> Rows:
    """The buttons in rows. What is the same in two buttons of a message, Discord refuses: the later one's mark gets a number."""
    kept: dict[str, str] = {}
    made: dict[str, Element] = {}
    for button in buttons[:BUTTONS_MOST]:
        identity = identified(button.action, button.value, mark)
        number = 2
        while identity.id in made:
            identity, number = identified(button.action, button.value, f"{mark}.{number}"), number + 1
        kept |= identity.kept
        made[identity.id] = _button(button, identity.id)
    row = list(made.values())
    return Rows([_row(row[start : start + IN_ROW]) for start in range(0, len(row), IN_ROW)], kept)


def _middle(custom_id: str) -> str:
    return custom_id.partition("|")[2].rpartition("|~")[0]


def _row(buttons: list[Element]) -> Element:
    return {"type": ACTION_ROW, "components": buttons}


def _button(button: Button, custom_id: str) -> Element:
    return {"type": BUTTON, "style": STYLES[button.look], "label": cut(button.label, LABEL_MOST), "custom_id": custom_id}
