"""Forms as Discord's modals, and what people put into them.

Limits: five components, 45 characters of title and labels, 100 of descriptions and placeholders, 4,000 of text, 25 options of 100
characters (4-platforms.md B4; https://docs.discord.com/developers/components/reference). There are no pickers for dates and times.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from copbot.domain.message import FORM_FIELDS, Field, FieldKind, Form, Option
from copbot.kit.phrases import cut
from copbot_discord.components import Element, identified
from copbot_discord.marks import lines_kept, literal
from copbot_discord.names import DISCORD

TITLE_MOST = LABEL_MOST = 45
HINT_MOST = 100
INPUT_MOST = 4000
SHOWN_MOST = 2000
OPTION_MOST = 100
OPTIONS_MOST = 25
PEOPLE_MOST = 25

STRING_SELECT, TEXT_INPUT, USER_SELECT, TEXT_DISPLAY, LABEL = 3, 4, 5, 10, 18
LINE, PARAGRAPH = 1, 2

_PICKED = re.compile(rf"person:{DISCORD}:([0-9]+)")


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal as the data of a callback of type 9. ``kept``: what did not fit into its ``custom_id``, to be kept before it is shown."""

    data: Element
    kept: Mapping[str, str]


def modal_of(form: Form) -> Modal:
    """The modal of a form; its ``custom_id`` carries name and value as a button's does. Spare fields do not fit and are left out."""
    identity = identified(form.name, form.value)
    components = [one for field in form.fields for one in _components(field)]
    if len(components) > FORM_FIELDS:
        components = [_label(field) for field in form.fields]
    return Modal({"custom_id": identity.id, "title": cut(form.title, TITLE_MOST), "components": components}, identity.kept)


def fields_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What was put into the modal of a submission: field name -> value, empty where nothing was."""
    inputs = [component["component"] for component in data["components"] if "component" in component]
    return {one["custom_id"]: _value(one) for one in inputs if "custom_id" in one}


def refilled(form: Form, typed: Mapping[str, str]) -> Form:
    """The form with what somebody had put into it, so that they need not write it again."""
    fields = tuple(replace(field, value=typed.get(field.name, field.value), people=()) for field in form.fields)
    return replace(form, fields=fields)


def _components(field: Field) -> Iterator[Element]:
    """The field; above it what is too long to be a hint, as the question is that somebody reflects on."""
    if len(field.hint) > HINT_MOST and field.kind is not FieldKind.PEOPLE:
        yield {"type": TEXT_DISPLAY, "content": cut(lines_kept(literal(field.hint)), SHOWN_MOST)}
        yield _label(replace(field, hint=""))
    else:
        yield _label(field)


def _label(field: Field) -> Element:
    element = _element(field)
    hint = _hint(field, typed=bool(field.options) and element["type"] == TEXT_INPUT)
    description = {"description": cut(hint, HINT_MOST)} if hint else {}
    return {"type": LABEL, "label": cut(field.label, LABEL_MOST), **description, "component": {**element, "required": field.required}}


def _hint(field: Field, *, typed: bool) -> str:
    """How to write something is no help where it is picked. Names without an account cannot be picked: they stand beside the picker."""
    if field.kind is not FieldKind.PEOPLE:
        return field.hint or (f"One of: {', '.join(option.value for option in field.options)}" if typed else "")
    named = [name.strip() for name in field.value.split(",") if name.strip() and not _PICKED.fullmatch(name.strip())]
    return f"Named so far: {', '.join(named)}" if len(named) > len(field.people) else ""


def _element(field: Field) -> Element:
    options = [option for option in field.options if 0 < len(option.value) <= OPTION_MOST]
    match field.kind:
        case FieldKind.CHOICE | FieldKind.CHANNEL if 0 < len(options) == len(field.options) <= OPTIONS_MOST:
            return _select(field, options)
        case FieldKind.PEOPLE:
            return _people(field)
        case _:
            return _input(field)


def _select(field: Field, options: Sequence[Option]) -> Element:
    made = [_option(option, chosen=option.value == field.value) for option in options]
    return {"type": STRING_SELECT, "custom_id": field.name, "options": made, "min_values": int(field.required), "max_values": 1}


def _option(option: Option, *, chosen: bool) -> Element:
    return {"label": cut(option.label, OPTION_MOST) or "…", "value": option.value, **({"default": True} if chosen else {})}


def _people(field: Field) -> Element:
    picked = [found[1] for found in _PICKED.finditer(field.value)]
    ids = list(dict.fromkeys([*(person.id for person in field.people if person.platform == DISCORD), *picked]))[:PEOPLE_MOST]
    chosen = {"default_values": [{"id": id, "type": "user"} for id in ids]} if ids else {}
    return {
        "type": USER_SELECT,
        "custom_id": field.name,
        "min_values": int(field.required),
        "max_values": PEOPLE_MOST,
        **chosen,
    }


def _input(field: Field) -> Element:
    style = PARAGRAPH if field.kind is FieldKind.PARAGRAPH else LINE
    filled = {"value": field.value[:INPUT_MOST]} if field.value else {}
    return {"type": TEXT_INPUT, "custom_id": field.name, "style": style, "max_length": INPUT_MOST, **filled}


def _value(component: Mapping[str, Any]) -> str:
    match component["type"]:
        case 5:
            return ", ".join(f"person:{DISCORD}:{user}" for user in component.get("values") or ())
        case 3:
            return str(next(iter(component.get("values") or ()), ""))
        case _:
            return str(component.get("value") or "")
