"""A library made of values, for tests of services: what an admin would have written, without the files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from copbot.domain.community import Community
from copbot.domain.format import Format
from copbot.domain.prompt import Prompt
from copbot.domain.question import QuestionSet
from copbot.ports.library import Edition, Library, Problem, Wording


@dataclass(frozen=True)
class FakeEdition(Edition):
    """A question set with its format; nothing in it changes."""

    _set: QuestionSet
    _format: Format
    _prompts: Mapping[str, Prompt]
    _wording: Wording

    @property
    @override
    def hash(self) -> str:
        return self._set.id

    @property
    @override
    def question_set(self) -> QuestionSet:
        return self._set

    @property
    @override
    def format(self) -> Format:
        return self._format

    @property
    @override
    def prompts(self) -> Mapping[str, Prompt]:
        return self._prompts

    @override
    def say(self, name: str, /, **values: object) -> str:
        return self._wording.say(name, **values)


@dataclass(frozen=True)
class FakeLibrary(Library):
    """Holds what it is given; an edition's hash is the id of its question set."""

    wording: Wording
    all_communities: Sequence[Community]
    all_sets: Sequence[QuestionSet]
    all_formats: Sequence[Format]
    prompts: Sequence[Prompt] = field(default=())

    @override
    def say(self, name: str, /, **values: object) -> str:
        return self.wording.say(name, **values)

    @override
    def communities(self) -> Sequence[Community]:
        return self.all_communities

    @override
    def community(self, id: str) -> Community | None:
        return next((each for each in self.all_communities if each.id == id), None)

    @override
    def community_at(self, platform: str, channel: str) -> Community | None:
        return next(
            (each for each in self.all_communities if any((one.platform, one.channel) == (platform, channel) for one in each.channels)),
            None,
        )

    @override
    def question_sets(self, community: str | None = None) -> Sequence[QuestionSet]:
        return [each for each in self.all_sets if community in {None, each.community}]

    @override
    def question_set(self, id: str) -> QuestionSet | None:
        return next((each for each in self.all_sets if each.id == id), None)

    @override
    def formats(self) -> Sequence[Format]:
        return self.all_formats

    @override
    def format(self, id: str) -> Format | None:
        return next((each for each in self.all_formats if each.id == id), None)

    @override
    def problems(self) -> Sequence[Problem]:
        return []

    @override
    def freeze(self, question_set: str) -> tuple[str, str]:
        return question_set, question_set

    @override
    def remembered(self, hash: str) -> Edition | None:
        return None

    @override
    def thaw(self, hash: str, body: str) -> Edition:
        found = self.question_set(hash)
        format = self.format(found.format) if found else None
        if found is None or format is None:
            raise KeyError(hash)
        return FakeEdition(found, format, {prompt.id: prompt for prompt in self.prompts}, self.wording)
