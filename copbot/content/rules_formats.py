"""What a format must be to run: times that add up, prompts that exist (2-domain.md 7.2)."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from difflib import get_close_matches

from copbot.content.document import Document
from copbot.content.rules_prompts import POST_PLACEHOLDERS, check_placeholders, check_spelling
from copbot.content.schema_format import FormatSpec, PhaseSpec
from copbot.content.values import write_duration
from copbot.ports.library import Problem

_PARTS = ("before", "during", "each_round", "after")
_TEXTS = ("post", "companion_card", "practitioner_card")


def check_format(document: Document, prompts: Collection[str]) -> Iterator[Problem]:
    """Everything wrong with a format, given the ids of the prompts there are."""
    spec = document.spec
    assert isinstance(spec, FormatSpec)
    seen: set[str] = set()
    for part in _PARTS:
        for index, phase in enumerate(getattr(spec, part)):
            if phase.id in seen:
                yield document.finding("duplicate-id", f"The step id `{phase.id}` is used twice.", part, index, "id")
            seen.add(phase.id)
            yield from _check_phase(document, phase, prompts, part, index)
    yield from _check_total(document, spec)
    yield from _check_series(document, spec)


def _check_phase(document: Document, phase: PhaseSpec, prompts: Collection[str], part: str, index: int) -> Iterator[Problem]:
    needed, other = ("lasts", "when") if part == "during" else ("when", "lasts")
    if getattr(phase, needed) is None:
        example = 'lasts: "5 min"' if needed == "lasts" else 'when: "-7 days"'
        yield document.finding("missing-key", f"The step `{phase.id}` of `{part}` needs `{needed}`.", part, index, "id", paste=example)
    if getattr(phase, other) is not None:
        yield document.finding("misplaced-key", f"A step of `{part}` has `{needed}`, not `{other}`.", part, index, other)
    for place, prompt in _prompt_ids(phase):
        if prompt not in prompts:
            near = get_close_matches(prompt, prompts, 1, 0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            yield document.finding("unknown-prompt", f"There is no prompt `{prompt}`.{hint}", part, index, *place)
    for name in _TEXTS:
        yield from check_placeholders(document, getattr(phase, name), POST_PLACEHOLDERS, part, index, name)
        yield from check_spelling(document, getattr(phase, name), part, index, name)


def _prompt_ids(phase: PhaseSpec) -> Iterator[tuple[tuple[object, ...], str]]:
    if phase.prompt:
        yield ("prompt",), phase.prompt
    yield from ((("also", number), prompt) for number, prompt in enumerate(phase.also))
    if phase.if_quiet:
        yield from ((("if_quiet", "use", number), prompt) for number, prompt in enumerate(phase.if_quiet.use))


def _check_total(document: Document, spec: FormatSpec) -> Iterator[Problem]:
    if not spec.during:
        return
    total = sum((phase.lasts or timedelta(0) for phase in spec.during), timedelta(0))
    if spec.total is None:
        yield document.finding("missing-key", "A format with `during` needs `total`.", "id", paste=f'total: "{write_duration(total)}"')
    elif spec.total != total:
        what = f"The steps of `during` take {write_duration(total)}; the total says {write_duration(spec.total)}."
        yield document.finding("total", what, "total", paste=f'total: "{write_duration(total)}"')


def _check_series(document: Document, spec: FormatSpec) -> Iterator[Problem]:
    if not spec.during and not spec.each_round:
        yield document.finding("empty-format", "A format needs steps: `during`, or `each_round` for a series.", "id")
    if spec.each_round and spec.every is None:
        yield document.finding("missing-key", "A series says how often it asks.", "each_round", paste='every: "1 week"')


def asking_time(spec: FormatSpec) -> timedelta:
    """How long the format leaves for the questions of a set."""
    return sum((phase.lasts or timedelta(0) for phase in spec.during if phase.does == "ask_questions"), timedelta(0))


def asks(spec: FormatSpec) -> bool:
    """Whether the format puts the questions of a set to people."""
    return any(phase.does in ("ask_question", "ask_questions") for phase in (*spec.during, *spec.each_round))
