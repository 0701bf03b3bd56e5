"""What a question set must be for its format and its community (2-domain.md 7.2, 7.8, T4, T5)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches

from copbot.content.document import Document
from copbot.content.rules_dates import check_suggested
from copbot.content.rules_formats import asking_time, asks
from copbot.content.rules_prompts import check_spelling
from copbot.content.schema_community import CommunitySpec
from copbot.content.schema_format import FormatSpec
from copbot.content.schema_question_set import QuestionSetSpec, QuestionSpec
from copbot.content.values import write_duration
from copbot.ports.library import Problem

MANY = 6
"""Questions in a live hour (2-domain.md 1.4)."""
_SHORTEST = 3
_SECOND_HALF = re.compile(r",? and (how|why|what)\b", re.IGNORECASE)


def check_question_set(
    document: Document, formats: Mapping[str, FormatSpec], communities: Mapping[str, CommunitySpec]
) -> Iterator[Problem]:
    """Everything wrong with a question set, given the formats and communities there are."""
    spec = document.spec
    assert isinstance(spec, QuestionSetSpec)
    yield from _check_reference(document, "community", spec.community, sorted(communities))
    yield from _check_reference(document, "format", spec.format, sorted(formats))
    yield from _check_numbers(document, spec.questions)
    for index, question in enumerate(spec.questions):
        yield from _check_question(document, spec, question, index)
    yield from _check_paper(document, spec)
    plan, community = formats.get(spec.format), communities.get(spec.community)
    yield from check_suggested(document, spec, plan, community.time_zone if community else None)
    if plan:
        yield from _check_needs(document, spec, plan)
        yield from _check_minutes(document, spec, plan)
        yield from _check_mode(document, spec, plan)


def _check_reference(document: Document, name: str, given: str, known: Sequence[str]) -> Iterator[Problem]:
    if given in known:
        return
    slug = re.sub(r"\s+", "-", given.strip())
    near = [one for one in known if one.lower() == slug.lower()] or get_close_matches(slug, known, 1, 0.4)
    what = f"There is no {name} `{given}`."
    if near:
        yield document.finding(f"unknown-{name}", f"{what} Did you mean {near[0]}?", name, paste=f"{name}: {near[0]}")
    else:
        yield document.finding(f"unknown-{name}", f"{what} Known: {', '.join(known) or 'none'}.", name)


def _check_numbers(document: Document, questions: Sequence[QuestionSpec]) -> Iterator[Problem]:
    seen: set[int] = set()
    for index, question in enumerate(questions):
        expected = index + 1
        way = ("questions", index, "number")
        if question.number in seen:
            what = f"Number {question.number} is used twice; this is question {expected}."
            yield document.finding("duplicate-number", what, *way, paste=f"number: {expected}")
        elif question.number != expected:
            what = f"Questions are numbered 1, 2, 3 without gaps; this is question {expected}."
            yield document.finding("number-gap", what, *way, paste=f"number: {expected}")
        seen.add(question.number)


def _check_question(document: Document, spec: QuestionSetSpec, question: QuestionSpec, index: int) -> Iterator[Problem]:
    way = ("questions", index)
    if question.theme and question.theme not in (themes := [theme.id for theme in spec.themes]):
        near = get_close_matches(question.theme, themes, 1, 0.4)
        yield document.finding(
            "unknown-theme", f"There is no theme `{question.theme}`.", *way, "theme", paste=f"theme: {near[0]}" if near else ""
        )
    if question.part_b and question.minutes and question.part_b.after >= timedelta(minutes=question.minutes):
        what = f"Part b comes after {write_duration(question.part_b.after)}, but the question lasts {question.minutes} minutes."
        yield document.finding("part-b-late", what, *way, "part_b", "after", paste=f'after: "{question.minutes // 2} min"')
    if not question.text.rstrip("\"'”’)").endswith(("?", ".")):
        yield document.finding("question-ending", "A question ends with ? or a full stop.", *way, "text", is_warning=True)
    if question.kind == "examples" and not question.probes:
        what = "A question for examples brings lists. Give it probes that make people compare them."
        yield document.finding(
            "examples-without-probes", what, *way, "kind", paste='probes:\n  - "What do these have in common?"', is_warning=True
        )
    yield from _check_halves(document, question, *way, "text")
    for text in (question.text, question.if_quiet or "", *question.probes):
        yield from check_spelling(document, text, *way, "text")


def _check_halves(document: Document, question: QuestionSpec, *way: object) -> Iterator[Problem]:
    halves = halves_of(question.text)
    if question.part_b or not halves:
        return
    first, second = halves
    after = f"{max(question.minutes // 2, 1)} min" if question.minutes else "2 days"
    paste = f'text: "{first}"\npart_b:\n  text: "{second}"\n  after: "{after}"'
    what = "This asks two things at once, and people will answer one of them. The second can come later, as part b."
    yield document.finding("two-questions", what, *way, paste=paste, is_warning=True)


def halves_of(text: str) -> tuple[str, str] | None:
    """The two halves of a compound question (signal ``compound_question``, 2-domain.md 3.3), None if it has one."""
    if text.count("?") > 1:
        first, second = text.split("?", 1)
        return f"{first}?", second.strip()
    match = _SECOND_HALF.search(text)
    if not match:
        return None
    second = text[match.start() :].lstrip(", ")
    return f"{text[: match.start()]}?", second[0].upper() + second[1:]


def _check_paper(document: Document, spec: QuestionSetSpec) -> Iterator[Problem]:
    if spec.paper and spec.paper.open_access is False:
        what = "Not everyone can read this paper. Ask the author for a copy that may be shared, and say in what_it_says what it says."
        yield document.finding("closed-access", what, "paper", "open_access", is_warning=True)


def _check_needs(document: Document, spec: QuestionSetSpec, plan: FormatSpec) -> Iterator[Problem]:
    if "paper" in plan.needs and spec.paper is None:
        what = f"The format {plan.id} needs a paper."
        yield document.finding("needs-paper", what, "format", paste='paper:\n  title: "..."\n  link: "https://..."\n  open_access: true')
    if "set_agreement" in plan.needs and not spec.set_agreement:
        what = f"The format {plan.id} needs a set agreement: the ground rules that the members have agreed."
        paste = 'set_agreement:\n  - "What\'s said in the set stays in the set, unless someone is at risk of harm."'
        yield document.finding("needs-agreement", what, "format", paste=paste)
    if asks(plan) and not spec.questions:
        paste = 'questions:\n  - number: 1\n    text: "..."'
        yield document.finding("needs-questions", f"The format {plan.id} asks questions, and there are none.", "format", paste=paste)
    for phase in plan.during:
        absent = [number for number in phase.which if number > len(spec.questions)]
        if absent and spec.questions:
            what = f"The step `{phase.id}` of {plan.id} asks question {absent[0]}, which the set does not have."
            yield document.finding("too-few-questions", what, "questions")


def _check_minutes(document: Document, spec: QuestionSetSpec, plan: FormatSpec) -> Iterator[Problem]:
    room = int(asking_time(plan) / timedelta(minutes=1))
    if plan.mode != "live" or not room or not spec.questions:
        return
    bare = [index for index, question in enumerate(spec.questions) if question.minutes is None]
    for index in bare:
        share = max(room // len(spec.questions), _SHORTEST)
        what = f"In a live chat each question says how many minutes it has; {plan.id} leaves {room} for all."
        yield document.finding("minutes-missing", what, "questions", index, "text", paste=f"minutes: {share}")
    total = sum(question.minutes or 0 for question in spec.questions)
    if not bare and total != room:
        yield _minutes_problem(document, spec.questions, total - room, room)


def _minutes_problem(document: Document, questions: Sequence[QuestionSpec], excess: int, room: int) -> Problem:
    minutes = [question.minutes or 0 for question in questions]
    total = room + excess
    if excess > 0:
        index = minutes.index(max(minutes))
        advice = f"Take {excess} off (Q{questions[index].number} is the longest), or choose a longer format."
    else:
        index = minutes.index(min(minutes))
        advice = f"Add {-excess} (Q{questions[index].number} is the shortest)."
    corrected = minutes[index] - excess
    paste = f"minutes: {corrected}" if _SHORTEST <= corrected <= 30 else ""
    what = f"Questions take {total} minutes; the format leaves {room}. {advice}"
    return document.finding("minutes-sum", what, "questions", index, "minutes", paste=paste)


def _check_mode(document: Document, spec: QuestionSetSpec, plan: FormatSpec) -> Iterator[Problem]:
    if plan.mode == "live" and len(spec.questions) > MANY:
        what = f"{len(spec.questions)} questions in one live chat: three to five fit an hour, and more means less thinking together."
        yield document.finding("many-questions", what, "questions", is_warning=True)
    if plan.mode == "live" and spec.skip_dates:
        yield document.finding("skip-dates", "Dates to skip belong to a series; this format is live.", "skip_dates", is_warning=True)
    if plan.mode != "live":
        for index, question in enumerate(spec.questions):
            if question.minutes is not None:
                what = f"The format {plan.id} is not live, so minutes say nothing. Remove the line."
                yield document.finding("minutes-unused", what, "questions", index, "minutes", is_warning=True)
    members = spec.meets.members if spec.meets else None
    if members and members.at_most and plan.group_size.at_most and members.at_most > plan.group_size.at_most:
        what = f"The format {plan.id} is made for at most {plan.group_size.at_most} people."
        yield document.finding("group-size", what, "meets", "members", "at_most", is_warning=True)
