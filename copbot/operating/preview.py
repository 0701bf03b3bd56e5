"""``copbot preview``: a chat as it would happen, with clock times, without scheduling anything."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from copbot.content import Content
from copbot.domain.plan import cannot_host, plan
from copbot.domain.question import QuestionSet
from copbot.errors import ConfigurationError
from copbot.services.agenda import agenda
from copbot.services.nearest import nearest
from copbot.settings import Settings


def preview(name: str, at: datetime | None, settings: Path | None) -> str:
    """The plan in words. ``name`` is an id, or the path of a question set's file; ``at`` a naive local start."""
    loaded = Settings.load(settings)
    content = Content.of_instance(loaded.config_dir, loaded.prompts_dir)
    questions = _question_set(content, name)
    starts = at or _suggested(questions)
    zone = ZoneInfo(questions.suggested.time_zone or _zone(content, questions))
    hash, body = content.freeze(questions.id)
    edition = content.thaw(hash, body)
    timed = plan(edition.format, questions, starts, zone)
    lines = [f"{line.at.astimezone(zone):%a %d %b %Y %H:%M}  {line.plain}" for line in agenda(timed.steps, edition)]
    missing = cannot_host(edition.format)
    note = [f"This format cannot be hosted yet; it needs: {', '.join(missing)}"] if missing else []
    return "\n".join([questions.title, f"{edition.format.title}, {zone.key}", *note, "", *lines])


def _question_set(content: Content, name: str) -> QuestionSet:
    sets = {one.id: one for one in content.question_sets()}
    found = sets.get(name) or sets.get(Path(name).stem)
    if found is None:
        near = nearest(Path(name).stem, sets)
        raise ConfigurationError(
            f"There is no question set {name!r}{f'; did you mean {near}?' if near else ''} There is: {', '.join(sorted(sets))}"
        )
    return found


def _suggested(questions: QuestionSet) -> datetime:
    suggested = questions.suggested
    if suggested.date is None or suggested.starts is None:
        raise ConfigurationError(f"{questions.id} suggests no date; give one: copbot preview {questions.id} --at 2030-01-30T19:30")
    return datetime.combine(suggested.date, suggested.starts)


def _zone(content: Content, questions: QuestionSet) -> str:
    community = content.community(questions.community)
    return community.time_zone if community else "Europe/London"
