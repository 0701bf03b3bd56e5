"""What a person types and chooses in a modal, and how Discord sends it."""

from collections.abc import Mapping

from discord_loopback.limits import CHANNEL_SELECT, INPUT, LABEL, STRING_SELECT, USER_SELECT
from discord_loopback.model import Body, Modal


class CannotSubmit(Exception):
    """Discord's own client would not let the person submit this."""


def fields_of(modal: Modal) -> dict[str, Body]:
    """The labels of a modal with a field in them, by the field's custom_id."""
    return {one["component"]["custom_id"]: one for one in modal.body["components"] if one["type"] == LABEL}


def shown_values(modal: Modal) -> dict[str, str]:
    """What stands in each field; several values are joined by commas."""
    return {id: modal.typed.get(id, _initial(one["component"])) for id, one in fields_of(modal).items()}


def _initial(field: Body) -> str:
    match field["type"]:
        case t if t == INPUT:
            return str(field.get("value") or "")
        case t if t == STRING_SELECT:
            return ",".join(option["value"] for option in field["options"] if option.get("default"))
        case _:
            return ",".join(str(one["id"]) for one in field.get("default_values") or ())


def type_in(modal: Modal, fields: Mapping[str, str]) -> None:
    """Type into the fields, as a person can: into what is there, and only what it takes."""
    labels = fields_of(modal)
    for id, text in fields.items():
        if id not in labels:
            raise CannotSubmit(f"there is no field {id}, only {sorted(labels)}")
        modal.typed[id] = text
    for id, text in shown_values(modal).items():
        _check(id, labels[id]["component"], text)


def _check(id: str, field: Body, text: str) -> None:
    if not text and field.get("required", True):
        raise CannotSubmit(f"{id} must be filled in")
    if field["type"] == INPUT:
        _check_text(id, field, text)
        return
    values = split(text)
    if field["type"] == STRING_SELECT and (unknown := set(values) - {option["value"] for option in field["options"]}):
        raise CannotSubmit(f"{id} has no choice {sorted(unknown)}")
    if values and not field.get("min_values", 1) <= len(values) <= field.get("max_values", 1):
        raise CannotSubmit(f"{id} takes {field.get('min_values', 1)} to {field.get('max_values', 1)} values")


def _check_text(id: str, field: Body, text: str) -> None:
    if text and not field.get("min_length", 0) <= len(text) <= field.get("max_length", 4000):
        raise CannotSubmit(f"{id} is too short or too long")
    if "\n" in text and field.get("style") == 1:
        raise CannotSubmit(f"{id} has one line only")


def split(text: str) -> list[str]:
    """Several values, joined by commas."""
    return [one.strip() for one in text.split(",") if one.strip()]


def submitted(modal: Modal) -> list[Body]:
    """The components of a submission."""
    values = shown_values(modal)
    return [_submitted(number, one, values) for number, one in enumerate(modal.body["components"], 1)]


def _submitted(number: int, one: Body, values: Mapping[str, str]) -> Body:
    """Fields are numbered as a whole modal's components are; anything but a label is sent back with its number alone."""
    if one["type"] != LABEL:
        return {"type": one["type"], "id": 2 * number}
    field = one["component"]
    text = values[field["custom_id"]]
    value: Body = {"value": text} if field["type"] == INPUT else {"values": split(text)}
    inside = {"type": field["type"], "id": 2 * number + 1, "custom_id": field["custom_id"], **value}
    return {"type": LABEL, "id": 2 * number, "component": inside}


def chosen(modal: Modal, kind: int) -> list[str]:
    """The ids that were chosen in the fields of a kind: of users, or of channels."""
    values = shown_values(modal)
    return [id for name, one in fields_of(modal).items() if one["component"]["type"] == kind for id in split(values[name])]


def people_in(modal: Modal) -> list[str]:
    """The accounts that were chosen."""
    return chosen(modal, USER_SELECT)


def channels_in(modal: Modal) -> list[str]:
    """The channels that were chosen."""
    return chosen(modal, CHANNEL_SELECT)
