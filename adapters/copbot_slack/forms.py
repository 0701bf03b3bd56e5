"""Forms as Slack's modals, and what people put into them.

Limits: 100 blocks, 24 characters of title and of the button, 2,000 of labels and hints, 3,000 of initial text and of ``private_metadata``,
options of 75 characters, 100 in a list or in each of its 100 groups (4-platforms.md A6; https://docs.slack.dev/surfaces/modals).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zlib import crc32

from copbot.domain.message import Field, FieldKind, Form, FormErrors, Message, Option
from copbot.domain.place import Place
from copbot.kit.markdown import plain
from copbot.kit.phrases import cut
from copbot_slack.names import SLACK
from copbot_slack.rendering import blocks_of
from copbot_slack.rich_text import Element

TITLE_MOST = 24
LABEL_MOST = 2000
INPUT_MOST = 3000
OPTION_MOST = 75
OPTIONS_MOST = 100

_PICKED = re.compile(rf"person:{SLACK}:(\w+)")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a modal carries unseen: the form's value, and the place where it was opened, which Slack does not say again."""

    value: str = ""
    place: Place | None = None


def view_of(form: Form, carried: Carried) -> Element:
    """The modal of a form. Where the platform's forms are long enough is here: spare fields follow the others."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "title": _plain(form.title, TITLE_MOST),
        "submit": _plain(form.submit, TITLE_MOST),
        "close": _plain("Cancel", TITLE_MOST),
        "private_metadata": _metadata(carried),
        "blocks": [_input(form, field) for field in (*form.fields, *form.spare)],
    }


def told_view(message: Message, title: str, carried: Carried | None = None, *, workspace: str = "") -> Element:
    """What a submission is answered with in its own modal: the message with its buttons."""
    return {
        "type": "modal",
        "title": _plain(title or "copbot", TITLE_MOST),
        "close": _plain("Close", TITLE_MOST),
        "private_metadata": _metadata(carried or Carried()),
        "blocks": blocks_of(message, workspace=workspace),
    }


def errors_of(errors: FormErrors, view: Mapping[str, Any] | None = None) -> Element:
    """The acknowledgement that shows what to mend. With the submitted ``view``, what is about no field of it stands at the first one."""
    inputs = [block["block_id"] for block in (view or {}).get("blocks", []) if block.get("type") == "input"]
    told: dict[str, list[str]] = {}
    for name, wrong in errors.errors.items():
        told.setdefault(name if name in inputs or not inputs else inputs[0], []).append(plain(wrong))
    return {"response_action": "errors", "errors": {name: cut("\n".join(wrongs), LABEL_MOST) for name, wrongs in told.items()}}


def fields_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What was put into the modal of a ``view_submission``: field name -> value, empty where nothing was."""
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = view["state"]["values"]
    return {name: _value(next(iter(block.values()))) for name, block in values.items() if block}


def carried_of(view: Mapping[str, Any]) -> Carried:
    """What the modal of an interaction carries; nothing, if it is no form of ours."""
    if not view.get("private_metadata"):
        return Carried()
    kept: Mapping[str, str] = json.loads(view["private_metadata"])
    channel = kept.get("channel")
    return Carried(kept.get("value", ""), Place(SLACK, channel, kept.get("thread")) if channel else None)


def _metadata(carried: Carried) -> str:
    kept = {"value": carried.value}
    if carried.place is not None:
        kept |= {"channel": carried.place.channel} | ({"thread": carried.place.thread} if carried.place.thread else {})
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _input(form: Form, field: Field) -> Element:
    hint = _hint(field)
    return {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, LABEL_MOST),
        "optional": not field.required,
        **({"hint": _plain(hint, LABEL_MOST)} if hint else {}),
        "element": {**_element(field), "action_id": _action(form, field)},
    }


def _action(form: Form, field: Field) -> str:
    """Slack keeps what was typed while block and action stay the same, also in the next form, which would not show its own beginnings."""
    begins = f"{form.name}:{form.value}:{field.value}"
    return f"{field.name}:{crc32(begins.encode()):08x}"


def _hint(field: Field) -> str:
    """How to write something is no help where it is picked. Names without an account cannot be picked: they stand beside the picker."""
    if field.kind in {FieldKind.DATE, FieldKind.TIME}:
        return ""
    if field.kind is not FieldKind.PEOPLE:
        return field.hint
    named = [name.strip() for name in field.value.split(",") if name.strip() and not _PICKED.fullmatch(name.strip())]
    return f"Named so far: {', '.join(named)}" if len(named) > len(field.people) else ""


def _element(field: Field) -> Element:
    match field.kind:
        case FieldKind.CHOICE if field.options:
            return _select(field)
        case FieldKind.CHANNEL:
            chosen = _initial("initial_conversation", field.value)
            return {"type": "conversations_select", "filter": {"include": ["public", "private"]}, **chosen}
        case FieldKind.DATE:
            return {"type": "datepicker", **_initial("initial_date", _dated(field.value))}
        case FieldKind.TIME:
            return {"type": "timepicker", **_initial("initial_time", _timed(field.value))}
        case FieldKind.PEOPLE:
            return {"type": "multi_users_select", **_initial("initial_users", list(_users(field)))}
        case _:
            long = field.kind is FieldKind.PARAGRAPH
            return {"type": "plain_text_input", "multiline": long, **_initial("initial_value", field.value[:INPUT_MOST])}


def _select(field: Field) -> Element:
    chosen = [_option(option) for option in field.options if option.value == field.value]
    start = _initial("initial_option", chosen[0] if chosen else None)
    if len(field.options) <= OPTIONS_MOST:
        return {"type": "static_select", "options": [_option(option) for option in field.options], **start}
    groups = [field.options[first : first + OPTIONS_MOST] for first in range(0, len(field.options), OPTIONS_MOST)]
    return {"type": "static_select", "option_groups": [_group(options) for options in groups[:OPTIONS_MOST]], **start}


def _group(options: Sequence[Option]) -> Element:
    """What stands above a hundred options: the first words of the first and of the last."""
    first, last = cut(options[0].label, OPTION_MOST // 2 - 2), cut(options[-1].label, OPTION_MOST // 2 - 2)
    return {"label": _plain(f"{first} – {last}", OPTION_MOST), "options": [_option(option) for option in options]}


def _option(option: Option) -> Element:
    return {"text": _plain(option.label, OPTION_MOST), "value": option.value}


def _initial(name: str, value: object) -> Element:
    """Slack refuses fields that are there but empty."""
    return {name: value} if value else {}


def _dated(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _timed(text: str) -> str:
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        return ""


def _users(field: Field) -> Iterable[str]:
    picked = [found[1] for found in _PICKED.finditer(field.value)]
    return dict.fromkeys([*(person.id for person in field.people if person.platform == SLACK), *picked])


def _value(state: Mapping[str, Any]) -> str:
    match state.get("type"):
        case "static_select":
            return str((state.get("selected_option") or {}).get("value", ""))
        case "datepicker":
            return state.get("selected_date") or ""
        case "timepicker":
            return state.get("selected_time") or ""
        case "conversations_select":
            return state.get("selected_conversation") or ""
        case "multi_users_select":
            return ", ".join(f"person:{SLACK}:{user}" for user in state.get("selected_users") or ())
        case _:
            return state.get("value") or ""


def _plain(text: str, most: int) -> Element:
    return {"type": "plain_text", "text": cut(text, most)}
