"""A form shown again, with what was typed and what is wrong with it: where its submission was acknowledged before anybody knew.

Slack shows errors at their fields only in the acknowledgement of a submission itself, within three seconds. Afterwards they are blocks of
text above their fields (https://docs.slack.dev/surfaces/modals).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from copbot.domain.message import FormErrors
from copbot.kit.markdown import plain
from copbot.kit.phrases import cut
from copbot_slack.rich_text import Element

KEPT = ("type", "callback_id", "title", "submit", "close", "private_metadata")
"""What Slack takes of a view as it gives it."""

WRONG = "wrong:"
"""``block_id`` of an error: this, and the field's name."""

ERROR_MOST = 2000
_INITIAL = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
}
"""What a state says was put into an input, and what makes a new input begin with it."""


def shown_again(view: Mapping[str, Any], errors: FormErrors) -> Element:
    """The submitted ``view``, filled as it was, with an error above each field that has one. What is about no field stands on top."""
    fields = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    general = [_wrong(name, text) for name, text in errors.errors.items() if name not in fields]
    return {name: view[name] for name in KEPT if view.get(name)} | {"blocks": [*general, *_blocks(view, errors.errors)]}


def _blocks(view: Mapping[str, Any], errors: Mapping[str, str]) -> Iterator[Element]:
    values = view["state"]["values"]
    for block in view["blocks"]:
        if block["type"] == "input":
            name = block["block_id"]
            if name in errors:
                yield _wrong(name, errors[name])
            yield {**block, "element": _filled(block["element"], values.get(name, {}))}


def _filled(element: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]]) -> Element:
    typed = next(iter(values.values()), {})
    empty = {name: value for name, value in element.items() if not name.startswith("initial_")}
    return empty | {_INITIAL[name]: value for name, value in typed.items() if name in _INITIAL and value}


def _wrong(name: str, text: str) -> Element:
    return {
        "type": "section",
        "block_id": f"{WRONG}{name}",
        "text": {"type": "plain_text", "text": cut(f"⚠️ {plain(text)}", ERROR_MOST)},
    }
