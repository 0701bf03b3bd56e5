"""All content at one moment, and how it is put together from files."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from copbot.content.document import Document, Reader, Reading, decode
from copbot.content.rules_communities import Identifiers, check_community, check_identifiers
from copbot.content.rules_formats import check_format
from copbot.content.rules_prompts import check_prompts
from copbot.content.rules_question_sets import check_question_set
from copbot.content.schema_community import CommunitySpec
from copbot.content.schema_format import FormatSpec
from copbot.content.schema_framework import FrameworkSpec
from copbot.content.schema_prompts import PromptLibrarySpec
from copbot.content.schema_question_set import QuestionSetSpec
from copbot.content.sources import Source, Sources, template_of
from copbot.content.wording import check_template, sandbox
from copbot.ports.library import Problem


@dataclass(frozen=True)
class Snapshot:
    """The last good version of every file, and what is wrong with the files as they are.

    ``documents`` and ``wording`` (language, then template name) hold only what may be used; ``readings`` and ``templates``
    spare reading an unchanged file again.
    """

    documents: Mapping[str, Document] = field(default_factory=dict)
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    readings: Mapping[str, tuple[Source, Reading]] = field(default_factory=dict)
    templates: Mapping[str, tuple[Source, tuple[Problem, ...]]] = field(default_factory=dict)


Check = Callable[[Document], Iterator[Problem]]


def build(sources: Sources, last: Snapshot, reader: Reader, identifiers: Identifiers) -> Snapshot:
    """The next snapshot. A file with errors keeps its last good version, if it has one and that still fits the others."""
    readings = {key: _reading(key, source, last, reader) for key, source in sources.yaml.items()}
    templates = _check_templates(sources.templates, last)
    problems = [*sources.problems, *(problem for _, reading in readings.values() for problem in reading.problems)]
    problems += [problem for _, found in templates.values() for problem in found]
    wording = _wording(templates, last)
    assembly = _Assembly(readings, last, identifiers, problems, frozenset(wording))
    assembly.assemble()
    return Snapshot(assembly.accepted, wording, tuple(sorted(set(problems), key=_order)), readings, templates)


def _order(problem: Problem) -> tuple[str, int, int, str]:
    return str(problem.path), problem.line, problem.column, problem.what


def _reading(key: str, source: Source, last: Snapshot, reader: Reader) -> tuple[Source, Reading]:
    known = last.readings.get(key)
    return known if known and known[0] == source else (source, reader.read(source.path, source.content))


class _Assembly:
    """Puts the documents together in the order in which they refer to one another."""

    def __init__(
        self,
        readings: Mapping[str, tuple[Source, Reading]],
        last: Snapshot,
        identifiers: Identifiers,
        problems: list[Problem],
        languages: frozenset[str],
    ) -> None:
        self.accepted: dict[str, Document] = {}
        self._readings = readings
        self._last = last
        self._identifiers = identifiers
        self._problems = problems
        self._languages = languages
        self._ids: dict[tuple[str, str], Path] = {}
        self._prompts: set[str] = set()
        self._prompt_places: set[tuple[str, str]] = set()
        self._frameworks: set[str] = set()
        self._formats: dict[str, FormatSpec] = {}
        self._communities: dict[str, CommunitySpec] = {}
        self._channels: dict[tuple[str, str], str] = {}

    def assemble(self) -> None:
        """Accept what is right; report what is not."""
        layers: Iterable[tuple[str, Check]] = (
            ("cpd_framework", self._check_framework),
            ("prompt_library", self._check_prompts),
            ("format", lambda document: check_format(document, self._prompts)),
            ("community", lambda document: check_community(document, self._prompts, self._frameworks, self._channels)),
            ("question_set", lambda document: check_question_set(document, self._formats, self._communities)),
        )
        for kind, check in layers:
            for key, (_, reading) in self._readings.items():
                self._take(key, kind, reading.document, check)

    def _take(self, key: str, kind: str, new: Document | None, check: Check) -> None:
        old = self._last.documents.get(key)
        if new is not None and new.spec.kind == kind:
            found = list(self._check(new, check))
            self._problems.extend(found)
            if all(problem.is_warning for problem in found):
                self._accept(key, new)
                return
        elif new is not None or old is None:
            return
        if old is not None and old.spec.kind == kind and all(problem.is_warning for problem in self._check(old, check)):
            self._accept(key, old)

    def _check(self, document: Document, check: Check) -> Iterator[Problem]:
        first = self._ids.get((document.spec.kind, document.spec.id))
        if first:
            yield document.finding("duplicate-id", f"The id `{document.spec.id}` is already used in {first.name}.", "id")
        yield from check(document)
        language = getattr(document.spec, "language", None)
        if language is not None and self._languages and language not in self._languages:
            what = f"There is no wording in {language}; copbot says its own messages in another language."
            yield document.finding("no-wording", what, "language", is_warning=True)
        yield from check_identifiers(document, self._identifiers)

    def _check_framework(self, document: Document) -> Iterator[Problem]:
        spec = document.spec
        assert isinstance(spec, FrameworkSpec)
        if spec.valid_from and spec.valid_to and spec.valid_to < spec.valid_from:
            yield document.finding("valid-to", "The framework ends before it begins.", "valid_to")

    def _check_prompts(self, document: Document) -> Iterator[Problem]:
        spec = document.spec
        assert isinstance(spec, PromptLibrarySpec)
        yield from check_prompts(document, spec.prompts, "prompts")
        for index, prompt in enumerate(spec.prompts):
            if (spec.language, prompt.id) in self._prompt_places:
                yield document.finding("duplicate-id", f"The prompt id `{prompt.id}` is used in another library.", "prompts", index, "id")

    def _accept(self, key: str, document: Document) -> None:
        self.accepted[key] = document
        spec = document.spec
        self._ids[spec.kind, spec.id] = document.path
        match spec:
            case PromptLibrarySpec():
                self._prompts.update(prompt.id for prompt in spec.prompts)
                self._prompt_places.update((spec.language, prompt.id) for prompt in spec.prompts)
            case FrameworkSpec():
                self._frameworks.add(spec.id)
            case FormatSpec():
                self._formats[spec.id] = spec
            case CommunitySpec():
                self._communities[spec.id] = spec
                self._channels.update({(channel.platform, channel.channel): spec.id for channel in spec.channels})
            case QuestionSetSpec() | _:
                pass


Checked = Mapping[str, tuple[Source, tuple[Problem, ...]]]


def _check_templates(templates: Mapping[str, Source], last: Snapshot) -> Checked:
    """Each template with what is wrong in it. One that has not changed is not checked again while all have the same names."""
    texts = {key: decode(source.content) for key, source in templates.items()}
    names: dict[str, dict[str, str]] = {}
    for key, (text, _) in texts.items():
        if place := template_of(key):
            names.setdefault(place[0], {})[place[1]] = text
    environments = {language: sandbox(others) for language, others in names.items()}
    same_names = last.templates.keys() == templates.keys()

    def check(key: str, source: Source) -> tuple[Problem, ...]:
        known, place, (text, unreadable) = last.templates.get(key), template_of(key), texts[key]
        if known and known[0] == source and same_names:
            return known[1]
        if unreadable or place is None:
            return (unreadable.at(source.path),) if unreadable else ()
        return tuple(check_template(source.path, text, names[place[0]], environments[place[0]]))

    return {key: (source, check(key, source)) for key, source in sorted(templates.items())}


def _wording(templates: Checked, last: Snapshot) -> dict[str, dict[str, str]]:
    good: dict[str, dict[str, str]] = {}
    for key, (source, found) in templates.items():
        place = template_of(key)
        if place is None:
            continue
        language, name = place
        right = all(problem.is_warning for problem in found)
        usable = decode(source.content)[0] if right else last.wording.get(language, {}).get(name)
        if usable is not None:
            good.setdefault(language, {})[name] = usable
    return good
