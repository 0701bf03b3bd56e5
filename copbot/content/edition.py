"""Editions: question set, format, prompts and wording frozen with a chat, as canonical JSON and its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter
from typing_extensions import override

from copbot.content.wording import Templates
from copbot.domain.format import Format
from copbot.domain.prompt import Prompt
from copbot.domain.question import QuestionSet
from copbot.ports.library import Edition


@dataclass(frozen=True, slots=True)
class Frozen:
    """What an edition holds. ``wording``: the text of every template of the set's language."""

    question_set: QuestionSet
    format: Format
    prompts: Mapping[str, Prompt]
    wording: Mapping[str, str]


_CODEC: Final = TypeAdapter(Frozen)


def freeze(edition: Frozen) -> tuple[str, str]:
    """The SHA-256 (hex) of the body, and the body: JSON with sorted keys, so that equal editions are equal texts."""
    plain: Any = _CODEC.dump_python(edition, mode="json")
    body = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest(), body


def thaw(hash: str, body: str) -> "ThawedEdition":
    """The edition of that body.

    Raises:
        ValueError: the body is none that ``freeze`` wrote (pydantic's ``ValidationError`` is one).

    """
    frozen = _CODEC.validate_json(body)
    return ThawedEdition(hash, frozen, Templates(frozen.wording))


@dataclass(frozen=True, slots=True)
class ThawedEdition(Edition):
    """An edition that says its messages with its own wording."""

    _hash: str
    _frozen: Frozen
    _templates: Templates = field(compare=False)

    @property
    @override
    def hash(self) -> str:
        return self._hash

    @property
    @override
    def question_set(self) -> QuestionSet:
        return self._frozen.question_set

    @property
    @override
    def format(self) -> Format:
        return self._frozen.format

    @property
    @override
    def prompts(self) -> Mapping[str, Prompt]:
        return self._frozen.prompts

    @override
    def say(self, name: str, /, **values: object) -> str:
        return self._templates.say(name, **values)


REMEMBERED: Final = 200
"""Editions kept ready; a busy community has a handful."""


class Editions:
    """Thawed editions by hash, the oldest forgotten first."""

    def __init__(self) -> None:
        self._by_hash: dict[str, ThawedEdition] = {}

    def remembered(self, hash: str) -> ThawedEdition | None:
        """The edition, if it was thawed already."""
        return self._by_hash.get(hash)

    def thaw(self, hash: str, body: str) -> ThawedEdition:
        """The edition, thawed once."""
        known = self._by_hash.get(hash)
        if known is None:
            known = self._by_hash[hash] = thaw(hash, body)
            if len(self._by_hash) > REMEMBERED:
                self._by_hash.pop(next(iter(self._by_hash)))
        return known
