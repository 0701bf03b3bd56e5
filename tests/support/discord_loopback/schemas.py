"""Discord's published description of its requests, answers and frames: ``$COPBOT_SPECS`` or ``../shared/specs`` beside the checkout."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from discord_loopback.model import Body
from held_against import Described, Schema, draft7

ROOT = Path(__file__).parents[3]
JSON = "application/json"
FORM = "multipart/form-data"


def folder() -> Path:
    """Where the description is, if it is."""
    return Path(os.environ.get("COPBOT_SPECS") or ROOT.parent / "shared" / "specs") / "discord"


def absent() -> str:
    """Why nothing is held against the description, or nothing."""
    return "" if folder().is_dir() else "no folder of Discord's specifications: set COPBOT_SPECS"


@cache
def _api() -> Any:
    return json.loads((folder() / "openapi.json").read_text(encoding="utf-8"))


@cache
def _described() -> Described:
    return Described(_api())


@cache
def _part(pointer: str) -> Schema:
    return _described().at(pointer)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


@cache
def _operation(method: str, template: str) -> tuple[str, Any, list[tuple[str, Any]]]:
    """Pointer, description and parameters of an operation."""
    item = _api()["paths"][template]
    base = f"/paths/{_escaped(template)}"
    found = item[method.lower()]
    pointer = f"{base}/{method.lower()}"
    parameters = [(f"{pointer}/parameters/{number}", one) for number, one in enumerate(found.get("parameters", ()))]
    parameters += [(f"{base}/parameters/{number}", one) for number, one in enumerate(item.get("parameters", ()))]
    return pointer, found, parameters


def operation_id(method: str, template: str) -> str | None:
    """What the description calls an operation, None if it does not know it."""
    if method.lower() not in _api()["paths"].get(template, {}):
        return None
    return str(_operation(method, template)[1]["operationId"])


def request_faults(method: str, template: str, path: Mapping[str, str], query: Mapping[str, str], kind: str, body: Any) -> Iterator[str]:
    """What is wrong with a request. ``kind`` is its content type; ``body`` of a multipart one is what its ``payload_json`` says."""
    if absent():
        return
    pointer, found, parameters = _operation(method, template)
    yield from _parameter_faults(parameters, path, query)
    content = found.get("requestBody", {}).get("content")
    if content is None:
        yield from ["body: there should be none"] if body not in (None, {}) else []
    elif body is None:
        yield from ["body: missing"] if found["requestBody"].get("required") else []
    elif kind not in content:
        yield f"content type {kind!r}, not {sorted(content)}"
    else:
        yield from (f"body/{fault}" for fault in _part(f"{pointer}/requestBody/content/{_escaped(kind)}/schema").faults(body))
        yield from _unknown(content[kind]["schema"], body)


def _parameter_faults(parameters: list[tuple[str, Any]], path: Mapping[str, str], query: Mapping[str, str]) -> Iterator[str]:
    known = {one["name"] for _, one in parameters if one["in"] == "query"}
    yield from (f"query {name}: no such parameter" for name in sorted(set(query) - known))
    for pointer, one in parameters:
        given = {"query": query, "path": path}.get(one["in"], {})
        if one["name"] in given:
            value = _typed(given[one["name"]], one["schema"])
            yield from (f"{one['in']} {one['name']}: {fault}" for fault in _part(f"{pointer}/schema").faults(value))
        elif one.get("required") and one["in"] == "query":
            yield f"query {one['name']}: missing"


def _typed(text: str, schema: Any) -> Any:
    """A parameter's text as the type that its schema wants."""
    while "$ref" in schema:
        schema = _at(schema["$ref"])
    type = schema.get("type")
    types = type if isinstance(type, list) else [type]
    if "integer" in types and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text) if "boolean" in types else text


def _at(reference: str) -> Any:
    found = _api()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def _unknown(schema: Any, body: Any) -> Iterator[str]:
    """Keys that no part of the schema knows, which the schema itself lets pass."""
    names = frozenset(_names(schema))
    if isinstance(body, dict) and names:
        yield from (f"body/{name}: no such key" for name in sorted(set(body) - names))


def _names(schema: Any) -> Iterator[str]:
    if "$ref" in schema:
        yield from _names(_at(schema["$ref"]))
    yield from schema.get("properties", {})
    for kind in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(kind, ()):
            yield from _names(part)


def response_faults(method: str, template: str, status: int, body: Any) -> Iterator[str]:
    """What is wrong with an answer of the loopback's own."""
    if absent():
        return
    pointer, found, _ = _operation(method, template)
    answers = found["responses"]
    key = str(status) if str(status) in answers else f"{status // 100}XX"
    if key not in answers:
        yield f"status {status}, not {sorted(answers)}"
        return
    answer, at = answers[key], f"{pointer}/responses/{key}"
    if "$ref" in answer:
        answer, at = _at(answer["$ref"]), answer["$ref"].removeprefix("#")
    if "content" in answer:
        yield from _part(f"{at}/content/{_escaped(JSON)}/schema").faults(body)
    elif body is not None:
        yield "a body where there is none"


@cache
def _frames(which: str) -> tuple[Any, Mapping[str, str]]:
    """The schema of the frames that the bot receives or sends, and its definitions by event or operation."""
    schema = json.loads((folder() / "gateway" / f"gw_{which}.schema.json").read_text(encoding="utf-8"))
    key = "t" if which == "receive" else "op"
    found = {}
    for name, one in schema["definitions"].items():
        for part in (one, *one.get("allOf", ())):
            constant = part.get("properties", {}).get(key, {}).get("const")
            if constant is not None and (which == "send" or "d" in part["properties"]):
                found[str(constant)] = name
    return schema, found


@cache
def _frame(which: str, kind: str) -> Schema:
    schema, names = _frames(which)
    return draft7({"$ref": f"#/definitions/{quote(names[kind])}", "definitions": schema["definitions"]})


def event_faults(frame: Body) -> Iterator[str]:
    """What is wrong with an event of the loopback's own."""
    yield from _frame_faults("receive", str(frame["t"]), frame | {"s": 1})


def sent_faults(frame: Body) -> Iterator[str]:
    """What is wrong with a frame of the bot's."""
    yield from _frame_faults("send", str(frame.get("op")), frame)


def _frame_faults(which: str, kind: str, frame: Body) -> Iterator[str]:
    if absent():
        return
    known = kind in _frames(which)[1]
    yield from _frame(which, kind).faults(frame) if known else [f"{kind} is not in the published frames"]
