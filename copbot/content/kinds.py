"""The five kinds of file, and what their keys are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from copbot.content.schema_base import FileSpec
from copbot.content.schema_community import CommunitySpec
from copbot.content.schema_format import FormatSpec
from copbot.content.schema_framework import FrameworkSpec
from copbot.content.schema_prompts import PromptLibrarySpec
from copbot.content.schema_question_set import QuestionSetSpec

SPECS: Final[Mapping[str, type[FileSpec]]] = MappingProxyType(
    {
        "question_set": QuestionSetSpec,
        "prompt_library": PromptLibrarySpec,
        "format": FormatSpec,
        "community": CommunitySpec,
        "cpd_framework": FrameworkSpec,
    }
)


def key_of(name: str, field: FieldInfo) -> str:
    """The key as written in YAML."""
    return field.alias or name


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that this part of a file may have."""
    return [key_of(name, field) for name, field in model.model_fields.items()]


def model_at(model: type[BaseModel], location: tuple[object, ...]) -> type[BaseModel] | None:
    """The schema of the part at that place, None where the place is no part with keys of its own."""
    current: type[BaseModel] | None = model
    for step in location:
        if isinstance(step, int) or current is None:
            continue
        field = next((field for name, field in current.model_fields.items() if key_of(name, field) == step), None)
        current = _inner_model(field.annotation) if field else None
    return current


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is Annotated:
        return _inner_model(get_args(annotation)[0])
    return next((model for part in get_args(annotation) if (model := _inner_model(part))), None)


def all_keys() -> frozenset[str]:
    """Every key that any kind of file may hold."""
    found: set[str] = set()
    waiting: list[type[BaseModel]] = list(SPECS.values())
    seen: set[type[BaseModel]] = set()
    while waiting:
        model = waiting.pop()
        if model in seen:
            continue
        seen.add(model)
        found.update(keys_of(model))
        waiting.extend(inner for field in model.model_fields.values() if (inner := _inner_model(field.annotation)))
    return frozenset(found)


def copbot_schema() -> dict[str, Any]:
    """One JSON Schema for all five kinds. Editors read it from ``config/schema.json``.

    Written with ``if``/``then`` on ``kind`` instead of ``oneOf``: an editor then shows the errors of the right kind only.
    """
    _, schemas = TypeAdapter.json_schemas([(kind, "validation", TypeAdapter(spec)) for kind, spec in SPECS.items()])
    choices = [
        {"if": {"properties": {"kind": {"const": kind}}}, "then": {"$ref": f"#/$defs/{spec.__name__}"}} for kind, spec in SPECS.items()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "copbot",
        "description": "What an admin sets up: question sets, prompt libraries, formats, communities and CPD frameworks.",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(SPECS), "description": "Which of the five kinds of file this is"}},
        "allOf": choices,
        "$defs": schemas["$defs"],
    }
