"""The published schemas of Slack's requests, blocks, views and events: ``$COPBOT_SPECS`` or ``../shared/specs`` beside the checkout."""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from held_against import Schema, draft7
from slack_loopback.model import Body
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

BESIDE = frozenset({"team_id"})
"""What slack_bolt's client sends with every request, although few methods publish it."""

UNPUBLISHED = {"apps.manifest.export": frozenset({"app_id"})}
"""Methods that are documented but not in the published schemas, with their arguments."""

ROOT = Path(__file__).parents[3]


def folder() -> Path:
    """Where the schemas are, if they are."""
    return Path(os.environ.get("COPBOT_SPECS") or ROOT.parent / "shared" / "specs") / "slack" / "schemas"


def absent() -> str:
    """Why nothing is held against the schemas, or nothing."""
    return "" if folder().is_dir() else "no folder of Slack's schemas: set COPBOT_SPECS"


@cache
def _read(name: str) -> Any:
    return json.loads((folder() / name).read_text(encoding="utf-8"))


@cache
def _schema(name: str) -> Schema:
    return draft7(_read(name))


@cache
def _requests(method: str) -> tuple[Schema, frozenset[str]]:
    schema = _read("slack_web_requests.schemas.json")[method]
    return draft7(schema), frozenset(_names(schema, schema["definitions"]))


def _names(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield from _names(definitions[unquote(schema["$ref"].rsplit("/", 1)[1])], definitions)
    yield from schema.get("properties", {})
    for kind in ("anyOf", "allOf", "oneOf"):
        for part in schema.get(kind, ()):
            yield from _names(part, definitions)


def request_faults(method: str, arguments: Body) -> Iterator[str]:
    """What is wrong with a request."""
    if absent():
        return
    if method in UNPUBLISHED:
        yield from (f"{name}: no such argument" for name in sorted(set(arguments) - UNPUBLISHED[method]))
        return
    if method not in _read("slack_web_requests.schemas.json"):
        yield "this method is not in the published schemas"
        return
    schema, names = _requests(method)
    yield from schema.faults(arguments)
    yield from (f"{name}: no such argument" for name in sorted(set(arguments) - names - BESIDE))


def response_faults(method: str, body: Body) -> Iterator[str]:
    """What is wrong with an answer of the loopback's own."""
    schemas = {} if absent() else _read("slack_web_responses.schemas.json")
    if method in schemas:
        yield from _response(method).faults(_typed_part(body))


def _typed_part(value: Any) -> Any:
    """What the published types of answers know: no fields that are null, and few of the blocks that requests are held against."""
    if isinstance(value, dict):
        return {name: _typed_part(one) for name, one in value.items() if one is not None and name != "blocks"}
    return [_typed_part(one) for one in value] if isinstance(value, list) else value


@cache
def _response(method: str) -> Schema:
    return draft7(_read("slack_web_responses.schemas.json")[method])


def faults_of(kind: str, value: object) -> Iterator[str]:
    """What is wrong with an object of a kind: Event, SlashCommand, BlockAction, MessageShortcut, ViewSubmit, Known (blocks), View."""
    if not absent():
        yield from _schema(f"slack_{kind}_.schema.json").faults(value)


def sdk_faults(blocks: list[Body]) -> Iterator[str]:
    """What slack_sdk's own models find wrong with blocks."""
    for number, block in enumerate(blocks):
        try:
            Block.parse(block).validate_json()  # type: ignore[union-attr] # None for kinds it does not know, caught below
        except (SlackObjectFormationError, AttributeError, TypeError) as error:
            yield f"blocks/{number}: slack_sdk: {error}"
