"""When nothing could be heard: what a transcript must say for as long as no history has filled it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from copbot.domain.chat import Chat
from copbot.domain.place import Place
from copbot.domain.transcript import Gap
from copbot.services.desk import Desk


class _Missed(NamedTuple):
    """Between two instants (UTC) nothing could be heard in a thread of the chat, or in its channel (""; None: nobody knows where)."""

    since: datetime
    until: datetime
    thread: str | None = None


def note(desk: Desk, chat: Chat, place: Place, since: datetime, until: datetime) -> None:
    """Remember that nothing could be heard in a place of the chat between two instants (UTC), and that its history could not be read."""
    _keep(desk, chat, [*_unfilled(_missed(desk, chat), place, since, until), _Missed(since, until, place.thread or "")])


def fill(desk: Desk, chat: Chat, place: Place, since: datetime, until: datetime) -> None:
    """The history of the place was read, whole, between two instants (UTC): what was missed there and then is known now."""
    missed = _missed(desk, chat)
    left = _unfilled(missed, place, since, until)
    if left != missed:
        _keep(desk, chat, left)


def of(desk: Desk, chat: Chat) -> tuple[Gap, ...]:
    """When something may have been missed, wherever that was: in order, none of them touching another."""
    found: list[Gap] = []
    for since, until, _ in sorted(_missed(desk, chat), key=lambda one: one.since):
        if found and since <= found[-1].until:
            found[-1] = Gap(found[-1].since, max(found[-1].until, until))
        else:
            found.append(Gap(since, until))
    return tuple(found)


def _unfilled(missed: Iterable[_Missed], place: Place, since: datetime, until: datetime) -> list[_Missed]:
    return [one for one in missed if one.thread != (place.thread or "") or one.since < since or one.until > until]


def _missed(desk: Desk, chat: Chat) -> list[_Missed]:
    rows: list[list[str]] = json.loads(desk.uow.facts.get(_name(chat)) or "[]")
    return [_Missed(datetime.fromisoformat(since), datetime.fromisoformat(until), *thread) for since, until, *thread in rows]


def _keep(desk: Desk, chat: Chat, missed: Iterable[_Missed]) -> None:
    rows = [[one.since.isoformat(), one.until.isoformat(), *([] if one.thread is None else [one.thread])] for one in missed]
    desk.uow.facts.put(_name(chat), json.dumps(rows))


def _name(chat: Chat) -> str:
    return f"gaps:{chat.id}"
