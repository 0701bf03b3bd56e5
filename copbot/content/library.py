"""The library: everything admins wrote, checked, replaced as a whole when files change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from typing_extensions import override

from copbot.content.document import Document, Reader
from copbot.content.edition import Editions, Frozen, freeze
from copbot.content.rules_communities import Identifiers
from copbot.content.schema_base import FileSpec
from copbot.content.schema_community import CommunitySpec
from copbot.content.schema_format import FormatSpec
from copbot.content.schema_framework import Framework, FrameworkSpec
from copbot.content.schema_prompts import PromptLibrarySpec
from copbot.content.schema_question_set import QuestionSetSpec
from copbot.content.snapshot import Snapshot, build
from copbot.content.sources import gather
from copbot.content.wording import Templates
from copbot.domain import identifiers as domain_identifiers
from copbot.domain.community import Community
from copbot.domain.format import Format
from copbot.domain.prompt import Prompt
from copbot.domain.question import QuestionSet
from copbot.errors import ConfigurationError, WrongState
from copbot.ports.library import Edition, Library, Problem
from copbot.resources import data_dir

DEFAULT_LANGUAGE: Final = "en-GB"
S = TypeVar("S", bound=FileSpec)


def kinds_of_identifiers(text: str) -> Sequence[str]:
    """The kinds of identifying detail in a text, each once."""
    return sorted({found.kind.value for found in domain_identifiers.find(text)})


@dataclass(frozen=True)
class _Shelves:
    """A snapshot as domain values, by id."""

    snapshot: Snapshot
    communities: Mapping[str, Community]
    question_sets: Mapping[str, QuestionSet]
    formats: Mapping[str, Format]
    frameworks: Mapping[str, Framework]
    prompts: Mapping[str, Mapping[str, Prompt]]
    own_prompts: Mapping[str, Mapping[str, Prompt]]
    templates: Mapping[str, Templates]


class Content(Library):
    """The library over a config folder and a prompts folder. One immutable snapshot at a time; safe to read from any thread."""

    def __init__(self, config_dir: Path, prompts_dir: Path, identifiers: Identifiers = kinds_of_identifiers) -> None:
        """Without content until ``reload``; use ``Content.load``."""
        self.config_dir = config_dir
        self.prompts_dir = prompts_dir
        self._identifiers = identifiers
        self._reader = Reader()
        self._editions = Editions()
        self._shelves = _shelve(Snapshot())

    @classmethod
    def load(cls, config_dir: Path, prompts_dir: Path, identifiers: Identifiers = kinds_of_identifiers) -> "Content":
        """The content of these folders. A file with errors is left out and stands in ``problems()``.

        Raises:
            ConfigurationError: there is no config folder, or a community file has errors; one line each.

        """
        content = cls(config_dir, prompts_dir, identifiers)
        problems = content.reload()
        blocking = [problem for problem in problems if not problem.is_warning and content._blocks(problem)]
        if blocking:
            raise ConfigurationError("\n".join(str(problem) for problem in blocking))
        return content

    @classmethod
    def of_instance(cls, config_dir: Path | None, prompts_dir: Path | None) -> "Content":
        """The content of an instance's own folders laid over the content that comes with copbot; None: only the latter."""
        return cls.load(config_dir or data_dir("config"), prompts_dir or data_dir("prompts"))

    def reload(self) -> Sequence[Problem]:
        """Read the files again and swap in what is right. What is wrong is returned, and keeps its last good version."""
        sources = gather(self.config_dir, self.prompts_dir)
        self._shelves = _shelve(build(sources, self._shelves.snapshot, self._reader, self._identifiers))
        return self.problems()

    def _blocks(self, problem: Problem) -> bool:
        """Whether copbot must not start: it knows no contacts, or not what may be kept."""
        readings = self.snapshot.readings.values()
        communities = {source.path for source, reading in readings if reading.document and reading.document.spec.kind == "community"}
        return self.config_dir / "communities" in problem.path.parents or problem.path in communities

    @property
    def snapshot(self) -> Snapshot:
        """The files behind the content as it is now."""
        return self._shelves.snapshot

    @override
    def say(self, name: str, /, **values: object) -> str:
        return self._shelves.templates[DEFAULT_LANGUAGE].say(name, **values)

    @override
    def communities(self) -> Sequence[Community]:
        return tuple(self._shelves.communities.values())

    @override
    def community(self, id: str) -> Community | None:
        return self._shelves.communities.get(id)

    @override
    def community_at(self, platform: str, channel: str) -> Community | None:
        for community in self._shelves.communities.values():
            if any((setting.platform, setting.channel) == (platform, channel) for setting in community.channels):
                return community
        return None

    @override
    def question_sets(self, community: str | None = None) -> Sequence[QuestionSet]:
        return tuple(one for one in self._shelves.question_sets.values() if community in (None, one.community))

    @override
    def question_set(self, id: str) -> QuestionSet | None:
        return self._shelves.question_sets.get(id)

    @override
    def formats(self) -> Sequence[Format]:
        return tuple(self._shelves.formats.values())

    @override
    def format(self, id: str) -> Format | None:
        return self._shelves.formats.get(id)

    def frameworks(self) -> Sequence[Framework]:
        """The CPD frameworks, by id."""
        return tuple(self._shelves.frameworks.values())

    @override
    def problems(self) -> Sequence[Problem]:
        return self._shelves.snapshot.problems

    @override
    def freeze(self, question_set: str) -> tuple[str, str]:
        """The hash and body of the edition as it would be now.

        Raises:
            WrongState: there is no such question set.

        """
        shelves = self._shelves
        chosen = shelves.question_sets.get(question_set)
        if chosen is None:
            raise WrongState(f"There is no question set {question_set}.")
        return freeze(
            Frozen(
                chosen, shelves.formats[chosen.format], _prompts_in_use(shelves, chosen), _of_language(shelves.templates, chosen).sources
            )
        )

    @override
    def remembered(self, hash: str) -> Edition | None:
        return self._editions.remembered(hash)

    @override
    def thaw(self, hash: str, body: str) -> Edition:
        return self._editions.thaw(hash, body)


def _of_language(templates: Mapping[str, Templates], question_set: QuestionSet) -> Templates:
    return templates.get(question_set.language, templates[DEFAULT_LANGUAGE])


def _prompts_in_use(shelves: _Shelves, question_set: QuestionSet) -> Mapping[str, Prompt]:
    community = shelves.communities[question_set.community]
    default, translated = (shelves.prompts.get(language, {}) for language in (DEFAULT_LANGUAGE, question_set.language))
    chosen = {id: prompt for id, prompt in {**default, **translated}.items() if id not in community.prompts_off}
    return chosen | dict(shelves.own_prompts.get(community.id, {}))


def _shelve(snapshot: Snapshot) -> _Shelves:
    documents = snapshot.documents
    return _Shelves(
        snapshot,
        {spec.id: spec.value() for spec in _specs(documents, CommunitySpec)},
        {spec.id: spec.value() for spec in _specs(documents, QuestionSetSpec)},
        {spec.id: spec.value() for spec in _specs(documents, FormatSpec)},
        {spec.id: spec.value() for spec in _specs(documents, FrameworkSpec)},
        _library(_specs(documents, PromptLibrarySpec)),
        {spec.id: {prompt.id: prompt.value() for prompt in spec.prompts.own} for spec in _specs(documents, CommunitySpec)},
        _templates(snapshot.wording),
    )


def _templates(wording: Mapping[str, Mapping[str, str]]) -> Mapping[str, Templates]:
    """Each language over the default one, so that a template not yet translated is still said."""
    default = wording.get(DEFAULT_LANGUAGE, {})
    return {language: Templates({**default, **wording.get(language, {})}) for language in {DEFAULT_LANGUAGE, *wording}}


def _library(specs: Sequence[PromptLibrarySpec]) -> Mapping[str, Mapping[str, Prompt]]:
    library: dict[str, dict[str, Prompt]] = {}
    for spec in specs:
        library.setdefault(spec.language, {}).update({prompt.id: prompt.value() for prompt in spec.prompts})
    return library


def _specs(documents: Mapping[str, Document], spec: type[S]) -> list[S]:
    found = [document.spec for document in documents.values() if isinstance(document.spec, spec)]
    return sorted(found, key=lambda one: one.id)
