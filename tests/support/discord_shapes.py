"""Whether Discord would take messages and modals: by its published schemas, and by the limits that those leave out."""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from held_against import Described, Schema

Body = Mapping[str, Any]
ROOT = Path(__file__).parents[2]


def path() -> Path:
    """Where the description of Discord's API is, if it is: ``$COPBOT_SPECS`` or ``../shared/specs`` beside the checkout."""
    return Path(os.environ.get("COPBOT_SPECS") or ROOT.parent / "shared" / "specs") / "discord" / "openapi.json"


def absent() -> str:
    """Why nothing is held against the schemas, or nothing."""
    return "" if path().is_file() else "no discord/openapi.json: set COPBOT_SPECS"


def faults_of_message(body: Body) -> list[str]:
    """What is wrong with the words and buttons of a message."""
    content, ids = body.get("content") or "", [one["custom_id"] for one in buttons_of(body)]
    own = {
        "more than 2,000 characters": len(content) > 2000,
        "empty": not content.strip(),
        "a custom_id twice": len(ids) != len(set(ids)),
        "more than five rows": len(body.get("components") or ()) > 5,
        "a button without words": not all(one["label"] for one in buttons_of(body)),
    }
    return [*(fault for fault, found in own.items() if found), *faults_of("MessageCreateRequest", body)]


def faults_of_modal(data: Body) -> list[str]:
    """What is wrong with the data of a modal."""
    components: list[Body] = data["components"]
    ids = [one["component"]["custom_id"] for one in components if "component" in one]
    own = {
        "more than five components": not 1 <= len(components) <= 5,
        "a custom_id twice": len(ids) != len(set(ids)),
        "something to choose that need not be chosen, and must": any(
            one["component"]["required"] and one["component"].get("min_values") == 0 for one in components if "component" in one
        ),
    }
    return [*(fault for fault, found in own.items() if found), *faults_of("ModalInteractionCallbackRequestData", data)]


def buttons_of(body: Body) -> list[Body]:
    """The buttons of a message, row by row."""
    return [button for row in body.get("components") or () for button in row["components"]]


def faults_of(schema: str, value: object) -> Iterator[str]:
    """What a published schema says about an object."""
    if not absent():
        yield from _schema(schema).faults(value)


@cache
def _described() -> Described:
    return Described(json.loads(path().read_text(encoding="utf-8")))


@cache
def _schema(name: str) -> Schema:
    return _described().at(f"/components/schemas/{name}")
