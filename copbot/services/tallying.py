"""Writing the counters of the questions that a batch touched, in the transaction of its responses."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from copbot.domain.chat import Counters
from copbot.domain.counting import counts, recounted, spoken, with_added
from copbot.domain.response import Response
from copbot.services.desk import Desk
from copbot.services.scene import Scene


def tally(
    desk: Desk, scene: Scene, added: Mapping[int, Response], changed: Collection[int], spoke_at: Mapping[int, datetime] | None = None
) -> None:
    """Bring the counters up to date.

    ``added`` responses, by their new ids, are added on; questions in ``changed``, whose responses were removed or became another kind,
    are counted anew; ``spoke_at`` is when somebody last spoke to a question, whoever it was.
    """
    spoke = spoke_at or {}
    touched = {row.asked for row in added.values() if row.asked is not None} | set(changed) | set(spoke)
    if not touched:
        return
    before = {id: scene.counters[id] for id in touched}
    anew = {id: counters for id, counters in before.items() if id in changed}
    after = _recounted(desk, anew, {scene.asked[id].chat for id in anew})
    after |= _added(desk, {id: counters for id, counters in before.items() if id not in changed}, added)
    _save(desk, before, {id: spoken(counters, spoke.get(id)) for id, counters in after.items()})


def recount(desk: Desk, removed: Sequence[Response]) -> None:
    """Count the questions anew that these responses, which are gone, belonged to."""
    touched = {row.asked for row in removed if row.asked is not None}
    before = desk.uow.questions.counters(touched) if touched else {}
    _save(desk, before, _recounted(desk, before, {row.chat for row in removed}))


def _save(desk: Desk, before: Mapping[int, Counters], after: Mapping[int, Counters]) -> None:
    news = [counters for id, counters in sorted(after.items()) if counters != before[id]]
    if news:
        desk.uow.questions.save_counters(news)


def _recounted(desk: Desk, before: Mapping[int, Counters], chats: Collection[int]) -> dict[int, Counters]:
    stored: defaultdict[int, list[Response]] = defaultdict(list)
    for chat in sorted(chats) if before else ():
        for row in desk.uow.responses.of_chat(chat):
            if row.asked is not None:
                stored[row.asked].append(row)
    return {id: recounted(counters, stored[id]) for id, counters in before.items()}


def _added(desk: Desk, before: Mapping[int, Counters], added: Mapping[int, Response]) -> dict[int, Counters]:
    new: defaultdict[int, list[Response]] = defaultdict(list)
    for row in added.values():
        if row.asked is not None and row.asked in before:
            new[row.asked].append(row)
    pairs = {(asked, row.member) for asked, rows in new.items() for row in rows if counts(row)}
    spoke = desk.uow.responses.who_spoke(pairs, before=min(added)) if pairs else set()
    voices = Counter(asked for asked, _ in pairs - spoke)
    return {id: with_added(counters, new[id], voices[id]) if id in new else counters for id, counters in before.items()}
