"""The account of a site: what the database says happened against what people see in the room. Nothing may be lost, nothing doubled."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from processes.config import QUESTIONS, keeps_text
from processes.exchange import AGAIN

from copbot.domain.chat import AskedQuestion, Chat, State
from copbot.domain.response import Response
from copbot.domain.step import Fate, Outgoing, Step, StepState, Verb
from copbot.ports.store import UnitOfWork
from copbot.store.store import SqlStore
from copbot_room import Room
from copbot_room.model import Entry

POSTS = (Verb.POST, Verb.OPEN_THREAD)
ENDED_WELL = (Fate.SENT, Fate.CANCELLED)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a database holds of one chat."""

    chat: Chat
    steps: Sequence[Step]
    rows: Sequence[Outgoing]
    asked: Sequence[AskedQuestion]
    responses: Sequence[Response]


@dataclass(frozen=True, slots=True)
class Account:
    """How many posts and responses there were, and a line for each that is lost, doubled, or not as it should be."""

    posts: int = 0
    responses: int = 0
    lost: Sequence[str] = ()
    doubled: Sequence[str] = ()

    def __add__(self, other: "Account") -> "Account":
        posts, responses = self.posts + other.posts, self.responses + other.responses
        return Account(posts, responses, [*self.lost, *other.lost], [*self.doubled, *other.doubled])


def keep(store: SqlStore) -> list[Kept]:
    """Read a database that no bot uses any more."""
    with store.transaction() as uow:
        return [_kept(uow, chat) for chat in uow.chats.in_states([state for state in State if state is not State.DRAFT])]


def _kept(uow: UnitOfWork, chat: Chat) -> Kept:
    return Kept(chat, uow.steps.of(chat.id), uow.outbox.of(chat.id), uow.questions.of([chat.id]), uow.responses.of_chat(chat.id))


def account(all_kept: Sequence[Kept], room: Room) -> Account:
    """Compare the chats of a database with the room they were held in."""
    entries = list(room.server.state.entries.values())
    by_bot = [entry for entry in entries if entry.by_bot]
    whole = sum((_of_chat(kept, room, entries) for kept in all_kept), Account())
    twice = [f"shown twice: {entry.key}" for entry in by_bot if entry.key and AGAIN in entry.key]
    return whole + Account(len(by_bot), 0, (), twice)


def _of_chat(kept: Kept, room: Room, entries: Iterable[Entry]) -> Account:
    id = f"chat {kept.chat.id} ({kept.chat.place.channel})"
    lost = [*_unfinished(kept), *_unseen(kept, room), *_out_of_order(kept), *_questions_amiss(kept, room)]
    heard, unheard, twice = _responses(kept, room)
    return Account(0, heard, [f"{id}: {line}" for line in (*lost, *unheard)], [f"{id}: {line}" for line in twice])


def _unfinished(kept: Kept) -> Iterator[str]:
    if kept.chat.state is not State.CLOSED:
        yield f"is {kept.chat.state}"
    yield from (f"step {step.key} is {step.state}" for step in kept.steps if step.state in {StepState.DUE, StepState.EXPIRED})
    yield from (f"post {row.key} is {row.fate}: {row.trouble}" for row in kept.rows if row.fate not in ENDED_WELL)


def _unseen(kept: Kept, room: Room) -> Iterator[str]:
    """Posts that the database calls sent and nobody sees, or that stand elsewhere than it says."""
    keys = room.server.state.keys
    for row in kept.rows:
        if row.fate is Fate.SENT and row.verb in POSTS:
            seen = keys.get(row.key) or keys.get(f"{row.key}.1")
            if seen is None or row.posted is None or row.posted.message != seen:
                yield f"post {row.key} is sent, and stands at {seen}"


def _out_of_order(kept: Kept) -> Iterator[str]:
    lanes: defaultdict[str, list[Outgoing]] = defaultdict(list)
    for row in kept.rows:
        if row.fate is Fate.SENT and row.verb in POSTS and row.posted is not None:
            lanes[row.lane].append(row)
    for lane, rows in lanes.items():
        seen = sorted(rows, key=lambda row: int(row.posted.message[1:]) if row.posted else 0)
        if seen != sorted(rows, key=lambda row: row.id):
            yield f"lane {lane} is out of order: {[row.key for row in seen]}"


def _questions_amiss(kept: Kept, room: Room) -> Iterator[str]:
    """Every question once, in order, each with a thread of its own, and then the round at the end."""
    shown = [entry.key for entry in room.people.shown(kept.chat.place.channel) if entry.opens_thread and _is_of(entry, kept.chat)]
    asked = sorted(kept.asked, key=lambda one: one.number or QUESTIONS + 1)
    keys = {row.asked: row.key for row in kept.rows if row.verb is Verb.OPEN_THREAD}
    if len(asked) != QUESTIONS + 1 or shown != [keys.get(one.id) for one in asked]:
        yield f"shows the questions {shown} of {[one.label for one in asked]}"


def _is_of(entry: Entry, chat: Chat) -> bool:
    return entry.by_bot and (entry.key or "").startswith(f"{chat.id}:")


def _responses(kept: Kept, room: Room) -> tuple[int, list[str], list[str]]:
    """How many, what was said and is not there as it was said last, and what is there twice."""
    channel = kept.chat.place.channel
    stored: defaultdict[str, list[Response]] = defaultdict(list)
    for response in kept.responses:
        if response.message is not None:
            stored[response.message.message].append(response)
    threads = {asked.root.place.thread: asked for asked in kept.asked if asked.root is not None}
    said = [(entry, asked) for thread, asked in threads.items() for entry in room.server.state.line(channel, thread) if not entry.by_bot]
    lost = [line for entry, asked in said for line in _amiss(entry, asked, stored.get(entry.id, []), keeps=keeps_text(channel))]
    invented = set(stored) - {entry.id for entry, _ in said}
    lost += [f"response to {message}, which nobody said there" for message in sorted(invented)]
    return len(said), lost, [f"{message} is recorded {len(rows)} times" for message, rows in stored.items() if len(rows) > 1]


def _amiss(entry: Entry, asked: AskedQuestion, rows: Sequence[Response], *, keeps: bool) -> Iterator[str]:
    if entry.removed_at is not None:
        yield from (f"{entry.id} was taken back and is still recorded" for _ in rows)
    elif not rows:
        yield f"{entry.id}, said to {asked.label} by {entry.author} at {entry.at:%H:%M:%S}, is not recorded"
    elif rows[0].asked != asked.id:
        yield f"{entry.id} was said to {asked.label} and is recorded elsewhere"
    elif rows[0].text != (entry.text if keeps else None):
        yield f"{entry.id} (version {entry.version}) is recorded with other words (version {rows[0].version})"
