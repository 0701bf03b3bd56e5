"""The account of a site: what the database says happened against what people see there. Nothing may be lost, nothing doubled."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from processes.config import QUESTIONS, keeps_text
from processes.seen import Exchange, Seen

from copbot.domain.chat import AskedQuestion, Chat, State
from copbot.domain.response import Response
from copbot.domain.step import Fate, Outgoing, Step, StepState, Verb
from copbot.ports.store import UnitOfWork
from copbot.store.store import SqlStore

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


def account_of(url: str, exchange: Exchange) -> Account:
    """The account of a site whose bots have all ended."""
    with closing(SqlStore.open(url)) as store:
        all_kept = keep(store)
    return account(all_kept, exchange.seen([row for kept in all_kept for row in kept.rows]))


def account(all_kept: Sequence[Kept], seen: Sequence[Seen]) -> Account:
    """Compare the chats of a database with everything that ever stood where they were held, in the order in which it came there."""
    by_bot = [one for one in seen if one.key]
    whole = sum((_of_chat(kept, seen) for kept in all_kept), Account())
    times = Counter(one.key for one in by_bot)
    return whole + Account(len(by_bot), 0, (), [f"shown {shown} times: {key}" for key, shown in times.items() if shown > 1])


def _of_chat(kept: Kept, seen: Sequence[Seen]) -> Account:
    id = f"chat {kept.chat.id} ({kept.chat.place.channel})"
    lost = [*_unfinished(kept), *_unseen(kept, seen), *_out_of_order(kept, seen), *_questions_amiss(kept, seen)]
    heard, unheard, twice = _responses(kept, seen)
    return Account(0, heard, [f"{id}: {line}" for line in (*lost, *unheard)], [f"{id}: {line}" for line in twice])


def _unfinished(kept: Kept) -> Iterator[str]:
    if kept.chat.state is not State.CLOSED:
        yield f"is {kept.chat.state}"
    yield from (f"step {step.key} is {step.state}" for step in kept.steps if step.state in {StepState.DUE, StepState.EXPIRED})
    yield from (f"post {row.key} is {row.fate}: {row.trouble}" for row in kept.rows if row.fate not in ENDED_WELL)


def _unseen(kept: Kept, seen: Sequence[Seen]) -> Iterator[str]:
    """Posts that the database calls sent and nobody sees, or that stand elsewhere than it says."""
    ids = {one.key: one.id for one in seen if one.key}
    for row in kept.rows:
        if row.fate is Fate.SENT and row.verb in POSTS:
            stands = ids.get(row.key) or ids.get(f"{row.key}.1")
            if stands is None or row.posted is None or row.posted.message != stands:
                yield f"post {row.key} is sent, and stands at {stands}"


def _out_of_order(kept: Kept, seen: Sequence[Seen]) -> Iterator[str]:
    order = {one.id: number for number, one in enumerate(seen)}
    lanes: defaultdict[str, list[Outgoing]] = defaultdict(list)
    for row in kept.rows:
        if row.fate is Fate.SENT and row.verb in POSTS and row.posted is not None:
            lanes[row.lane].append(row)
    for lane, rows in lanes.items():
        shown = sorted(rows, key=lambda row: order.get(row.posted.message, 0) if row.posted else 0)
        if shown != sorted(rows, key=lambda row: row.id):
            yield f"lane {lane} is out of order: {[row.key for row in shown]}"


def _questions_amiss(kept: Kept, seen: Sequence[Seen]) -> Iterator[str]:
    """Every question once, in order, each with a thread of its own, and then the round at the end."""
    channel, begins = kept.chat.place.channel, f"{kept.chat.id}:"
    shown = [
        one.key for one in seen if one.opens_thread and one.channel == channel and not one.removed and (one.key or "").startswith(begins)
    ]
    asked = sorted(kept.asked, key=lambda one: one.number or QUESTIONS + 1)
    keys = {row.asked: row.key for row in kept.rows if row.verb is Verb.OPEN_THREAD}
    if len(asked) != QUESTIONS + 1 or shown != [keys.get(one.id) for one in asked]:
        yield f"shows the questions {shown} of {[one.label for one in asked]}"


def _responses(kept: Kept, seen: Sequence[Seen]) -> tuple[int, list[str], list[str]]:
    """How many, what was said and is not there as it was said last, and what is there twice."""
    channel = kept.chat.place.channel
    stored: defaultdict[str, list[Response]] = defaultdict(list)
    for response in kept.responses:
        if response.message is not None:
            stored[response.message.message].append(response)
    threads = {asked.root.place.thread: asked for asked in kept.asked if asked.root is not None}
    said = [(one, threads[one.thread]) for one in seen if one.channel == channel and one.thread in threads and not one.by_bot]
    lost = [line for one, asked in said for line in _amiss(one, asked, stored.get(one.id, []), keeps=keeps_text(channel))]
    invented = set(stored) - {one.id for one, _ in said}
    lost += [f"response to {message}, which nobody said there" for message in sorted(invented)]
    return len(said), lost, [f"{message} is recorded {len(rows)} times" for message, rows in stored.items() if len(rows) > 1]


def _amiss(one: Seen, asked: AskedQuestion, rows: Sequence[Response], *, keeps: bool) -> Iterator[str]:
    if one.removed:
        yield from (f"{one.id} was taken back and is still recorded" for _ in rows)
    elif not rows:
        yield f"{one.id}, said to {asked.label} by {one.author} at {one.at:%H:%M:%S}, is not recorded"
    elif rows[0].asked != asked.id:
        yield f"{one.id} was said to {asked.label} and is recorded elsewhere"
    elif rows[0].text != (one.text if keeps else None):
        yield f"{one.id} is recorded with other words (version {rows[0].version})"
