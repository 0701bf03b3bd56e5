"""Values held against JSON Schemas: jsonschema-rs says at once whether something is wrong, jsonschema in words what."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import jsonschema
import jsonschema_rs
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

URN = "urn:described"


class Schema:
    """One schema, known to both. Formats are not looked at."""

    def __init__(self, quick: jsonschema_rs.Validator, explaining: Validator) -> None:
        self._quick = quick
        self._explaining = explaining

    def faults(self, value: Any) -> Iterator[str]:
        """Where something is wrong, and what; nothing if the value is as the schema wants it."""
        if self._quick.is_valid(value):
            return
        errors = [best_match([error]) or error for error in self._explaining.iter_errors(value)]
        yield from (f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors)
        if not errors:
            yield "not by this schema, for a reason that jsonschema does not see"


class Described:
    """Many schemas in one document of JSON Schema 2020-12."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._quick = jsonschema_rs.Registry([(URN, dict(document))], draft=jsonschema_rs.Draft202012)
        self._explaining: Any = Registry().with_resource(URN, DRAFT202012.create_resource(document))

    def at(self, pointer: str) -> Schema:
        """The schema at this JSON pointer into the document."""
        here = {"$ref": f"{URN}#{quote(pointer)}"}
        return Schema(
            jsonschema_rs.Draft202012Validator(here, registry=self._quick, validate_formats=False, offline=True),
            jsonschema.Draft202012Validator(here, registry=self._explaining),
        )


def draft7(schema: dict[str, Any]) -> Schema:
    """A schema of draft 7."""
    quick = jsonschema_rs.Draft7Validator(schema, validate_formats=False, offline=True)
    return Schema(quick, jsonschema.Draft7Validator(schema))
