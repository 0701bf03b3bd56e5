"""What a person types and chooses in a view, and how Slack sends it."""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_loopback.model import Body, View


class CannotSubmit(Exception):
    """Slack's own client would not let the person submit this."""


def shown_values(view: View) -> dict[str, str]:
    """What stands in each input, by block id; several people are joined by commas."""
    return {id: view.typed.get(id, _initial(block["element"])) for id, block in view.inputs.items()}


def _initial(element: Body) -> str:
    match element["type"]:
        case "plain_text_input" | "email_text_input" | "url_text_input" | "number_input":
            return str(element.get("initial_value", ""))
        case "static_select" | "radio_buttons":
            return str(element.get("initial_option", {}).get("value", ""))
        case "datepicker":
            return str(element.get("initial_date", ""))
        case "timepicker":
            return str(element.get("initial_time", ""))
        case "multi_users_select":
            return ",".join(element.get("initial_users", ()))
        case "users_select" | "channels_select" | "conversations_select":
            return str(element.get(f"initial_{element['type'].partition('s_')[0]}", ""))
        case "checkboxes" | "multi_static_select":
            return ",".join(option["value"] for option in element.get("initial_options", ()))
        case other:
            raise CannotSubmit(f"nobody here can fill in a {other}")


def type_in(view: View, fields: Mapping[str, str]) -> None:
    """Type into the inputs, as a person can: into what is there, and only what it takes."""
    for id, text in fields.items():
        if id not in view.inputs:
            raise CannotSubmit(f"there is no input {id}")
        view.typed[id] = text
    for id, text in shown_values(view).items():
        _check(id, view.inputs[id], text)


def _check(id: str, block: Body, text: str) -> None:
    element = block["element"]
    if not text and not block.get("optional", False):
        raise CannotSubmit(f"{id} must be filled in")
    if text and element["type"] in {"static_select", "radio_buttons"} and _option(element, text) is None:
        raise CannotSubmit(f"{id} has no choice {text}")
    if text and not element.get("min_length", 0) <= len(text) <= element.get("max_length", 3000):
        raise CannotSubmit(f"{id} is too short or too long")


def _options(element: Body) -> Iterator[Body]:
    yield from element.get("options", ())
    for group in element.get("option_groups", ()):
        yield from group["options"]


def _option(element: Body, value: str) -> Body | None:
    return next((option for option in _options(element) if option["value"] == value), None)


def state_of(view: View) -> Body:
    """``view.state.values``."""
    values = shown_values(view)
    return {id: {block["element"]["action_id"]: _value(block["element"], values[id])} for id, block in view.inputs.items()}


def _value(element: Body, text: str) -> Body:
    match element["type"]:
        case "static_select" | "radio_buttons":
            found: dict[str, Any] = {"selected_option": _option(element, text)}
        case "datepicker":
            found = {"selected_date": text or None}
        case "timepicker":
            found = {"selected_time": text or None}
        case "multi_users_select":
            found = {"selected_users": [one.strip() for one in text.split(",") if one.strip()]}
        case "users_select" | "channels_select" | "conversations_select":
            found = {f"selected_{element['type'].partition('s_')[0]}": text or None}
        case "checkboxes" | "multi_static_select":
            found = {"selected_options": [_option(element, one) for one in text.split(",") if one]}
        case _:
            found = {"value": text or None}
    return {"type": element["type"], **found}
