"""What must be remembered. One unit of work is one transaction on the database thread; services see nothing of SQL.

Every ``add`` returns the value with its id; every ``save`` replaces the row of that id. Lists come in id order unless said otherwise.
Methods that take a collection work by set: one statement, whatever its size.
"""

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from copbot.domain.chat import (
    Act,
    AskedQuestion,
    Attendance,
    Chat,
    Counters,
    Pin,
    RoleInChat,
    State,
)
from copbot.domain.facilitation import Restraint, Suggestion
from copbot.domain.member import Member
from copbot.domain.place import Person, Place, Posted
from copbot.domain.response import MessageKey, Response
from copbot.domain.step import Outgoing, Step, StepState
from copbot.ports.people import Consents, FollowUps, Identifiers, Retention

T = TypeVar("T")


class Chats(Protocol):
    """Chats, with roles, attendance, host acts and pins."""

    def add(self, chat: Chat) -> Chat: ...
    def save(self, chat: Chat) -> None: ...
    def get(self, id: int) -> Chat | None: ...
    def lock(self, ids: Collection[int]) -> list[Chat]:
        """The chats, their rows locked in sorted order until the transaction ends."""
        ...

    def lock_touched(self, places: Collection[Place], states: Collection[State], messages: Collection[MessageKey]) -> list[Chat]:
        """The chats in these states held in the channels of these places, and those with responses to these messages; locked likewise."""
        ...

    def in_states(self, states: Collection[State], community: str | None = None) -> list[Chat]:
        """By start."""
        ...

    def in_places(self, places: Collection[Place], states: Collection[State]) -> list[Chat]:
        """Chats held in these channels (threads of the places are ignored), by start."""
        ...

    def delete_draft(self, id: int) -> None: ...

    def set_role(self, role: RoleInChat) -> None: ...
    def roles(self, chats: Collection[int]) -> list[RoleInChat]: ...
    def attend(self, attendance: Attendance) -> bool:
        """Remember; False if that was known. A later choice replaces the earlier one."""
        ...

    def attendance(self, chat: int) -> list[Attendance]: ...
    def did(self, act: Act) -> None: ...
    def last_act(self, chat: int) -> Act | None: ...
    def pin(self, pin: Pin) -> None: ...
    def pins(self, chat: int) -> list[Pin]: ...


class Editions(Protocol):
    """Frozen question sets, formats and wording, by hash."""

    def keep(self, hash: str, body: str) -> None:
        """Remember; nothing happens if it is known."""
        ...

    def body(self, hash: str) -> str: ...


class Steps(Protocol):
    """The steps of plans."""

    def add(self, steps: Iterable[Step]) -> None: ...
    def save(self, steps: Iterable[Step]) -> None: ...
    def of(self, chat: int) -> list[Step]:
        """By due time, then id."""
        ...

    def chats_due(self, now: datetime, limit: int) -> list[int]:
        """The chats, sorted, of those up to ``limit`` DUE steps whose time came first; no drafts, none that are cancelled or paused."""
        ...

    def due(self, now: datetime, chats: Collection[int]) -> list[Step]:
        """All DUE steps of such chats whose time has come; by chat, due time, id."""
        ...

    def next_of(self, chat: int, does: tuple[str, ...], after: datetime) -> datetime | None:
        """When, later than ``after``, the chat's next step comes that does one of these words of copbot's own, whatever became of it."""
        ...

    def next_due(self) -> datetime | None:
        """When the next DUE step of such a chat comes."""
        ...

    def end_all(self, chat: int, state: StepState, now: datetime) -> None:
        """End every DUE step of the chat."""
        ...


class Questions(Protocol):
    """Asked questions and their counters."""

    def add(self, asked: AskedQuestion) -> AskedQuestion:
        """With a fresh counters row."""
        ...

    def save(self, asked: AskedQuestion) -> None: ...
    def get(self, id: int) -> AskedQuestion | None: ...
    def of(self, chats: Collection[int]) -> list[AskedQuestion]: ...
    def counted(self, chats: Collection[int]) -> list[tuple[AskedQuestion, Counters]]:
        """All of these chats, each with its counters."""
        ...

    def counters(self, asked: Collection[int]) -> dict[int, Counters]: ...
    def save_counters(self, counters: Iterable[Counters]) -> None: ...


class Members(Protocol):
    """Members of communities."""

    def get(self, id: int) -> Member | None: ...
    def many(self, ids: Collection[int]) -> dict[int, Member]: ...
    def of_community(self, community: str) -> list[Member]: ...
    def by_person(self, community: str, people: Collection[Person]) -> dict[Person, Member]: ...
    def add(self, members: Iterable[Member]) -> list[Member]: ...
    def save(self, member: Member) -> None: ...
    def save_all(self, members: Iterable[Member]) -> None: ...
    def forget(self, member: Member, at: datetime) -> None:
        """Delete the member and everything that is theirs (consents, reflections, commitments, follow-ups, attendance, roles,
        off-the-record marks, identifier events, texts); their remaining activity rows belong to the community's one former member
        from now on. The salted hash of the account is remembered, so that a restored backup can be made to forget again.
        """
        ...

    def who_was_forgotten(self, people: Collection[Person]) -> set[Person]: ...


class Responses(Protocol):
    """Responses and the tombstones of messages that must not come back."""

    def of_messages(self, keys: Collection[MessageKey]) -> list[Response]: ...
    def add(self, responses: Iterable[Response]) -> list[int | None]:
        """The id that each was given, in order; None for those whose (message, question) is known, which are left alone."""
        ...

    def save(self, responses: Iterable[Response]) -> None: ...
    def remove(self, ids: Collection[int]) -> None: ...
    def of_chat(self, chat: int) -> list[Response]:
        """By time, then id."""
        ...

    def of_member(self, member: int) -> list[Response]: ...
    def who_spoke(self, pairs: Collection[tuple[int, int]], before: int) -> set[tuple[int, int]]:
        """Those of the (asked question, member) pairs with a response, not given as a host, whose id is lower than ``before``."""
        ...

    def erase_texts(self, member: int, chat: int | None = None) -> int:
        """Forget the texts of a member (in one chat); how many."""
        ...

    def bury(self, keys: Collection[MessageKey], at: datetime) -> None:
        """Write tombstones: these messages are never read again."""
        ...

    def buried(self, keys: Collection[MessageKey]) -> set[MessageKey]: ...
    def known(self, keys: Collection[MessageKey]) -> tuple[list[Response], set[MessageKey]]:
        """What ``of_messages`` and ``buried`` give, of one moment."""
        ...


class Outbox(Protocol):
    """Messages on their way out."""

    def add(self, rows: Iterable[Outgoing]) -> None:
        """Rows whose key is known are left as they are."""
        ...

    def get(self, key: str) -> Outgoing | None: ...
    def by_keys(self, keys: Collection[str]) -> dict[str, Outgoing]: ...
    def of_posted(self, posted: Posted) -> Outgoing | None:
        """The row whose message this is."""
        ...

    def of(self, chat: int) -> list[Outgoing]: ...
    def under(self, chat: int, key: str) -> list[Outgoing]:
        """The messages of a chat that go out under a key: one, or one for each host (``key@...``). No changes of them."""
        ...

    def replace_pending_edit(self, row: Outgoing) -> None:
        """Add an EDIT row, or take over the message of an EDIT row of the same ``edits`` that nobody has claimed yet."""
        ...

    def claim(self, owner: str, now: datetime, lease: timedelta, limit: int, *, but_not: Collection[str] = ()) -> list[Outgoing]:
        """Lease up to ``limit`` rows, at most one a lane: each the lowest unfinished row of its lane, due, not held, and pending, or
        unclear for long enough (``last_claimed_at`` at least 30 s ago), or leased with its lease run out. The last two come back as
        UNCLEAR, the others as LEASED. Rows for the platforms named in ``but_not`` are left alone.
        """
        ...

    def mark(self, row: Outgoing) -> bool:
        """Write how an attempt ended, if the row's lease (owner and epoch) still stands; False if it does not."""
        ...

    def hold(self, lane: str, until: datetime) -> None:
        """Pacing: nothing leaves in this lane before."""
        ...

    def free_dead(self, owner: str) -> int:
        """On start: rows leased by anybody else become unclear at once, where only one process can be at work. How many."""
        ...

    def next_due(self, now: datetime) -> datetime | None:
        """When the next row may be claimed."""
        ...

    def cancel(self, chat: int, purposes: Collection[str] | None = None) -> None:
        """Cancel pending rows of the chat (of these purposes)."""
        ...

    def cancel_key(self, key: str) -> bool:
        """Cancel one row if it is still pending."""
        ...

    def cancel_of_member(self, member: int, purpose: str) -> None:
        """Cancel pending rows of this purpose that are for one member."""
        ...

    def erase_of_member(self, member: int, purpose: str, but: Collection[str] = ()) -> None:
        """Delete the finished rows of this purpose that are for one member; of those whose key is in ``but``, only the words."""
        ...


class Interactions(Protocol):
    """Interactions already handled: the one event table, for interactions have no other identity."""

    def new(self, ids: Collection[str], at: datetime) -> set[str]:
        """Those not seen before; they are seen from now on."""
        ...


class Facilitation(Protocol):
    """Suggestions and the log of restraint."""

    def restrain(self, lines: Iterable[Restraint]) -> None: ...
    def restraints(self, chat: int) -> list[Restraint]: ...
    def suggest(self, suggestion: Suggestion) -> Suggestion | None:
        """None if the chat has had this key."""
        ...

    def save(self, suggestion: Suggestion) -> None: ...
    def get(self, id: int) -> Suggestion | None: ...
    def of(self, chat: int) -> list[Suggestion]: ...
    def expire(self, now: datetime) -> list[Suggestion]:
        """Those offered whose time has run out, marked so."""
        ...


class Facts(Protocol):
    """Small things the bot itself must remember, by name (for example that a notice was given)."""

    def get(self, name: str) -> str | None: ...
    def put(self, name: str, value: str) -> None: ...


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def chats(self) -> Chats: ...
    @property
    def editions(self) -> Editions: ...
    @property
    def steps(self) -> Steps: ...
    @property
    def questions(self) -> Questions: ...
    @property
    def members(self) -> Members: ...
    @property
    def responses(self) -> Responses: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def interactions(self) -> Interactions: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def identifiers(self) -> Identifiers: ...
    @property
    def follow_ups(self) -> FollowUps: ...
    @property
    def facilitation(self) -> Facilitation: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def retention(self) -> Retention: ...


class Store(Protocol):
    """Where units of work come from. ``write`` and ``read`` run on the database thread; await them from the event loop."""

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run in one transaction: committed if it returns, rolled back if it raises.

        Work that the database undoes through no fault of its own (a deadlock with another process) is run again: it must have no
        effect but on its unit of work. Raises DatabaseUnreachable if the database is not there now.
        """
        ...

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run in a read transaction, which is never committed."""
        ...

    def transaction(self) -> AbstractContextManager[UnitOfWork]:
        """The same for code that is on the database thread already, and for tests: commits at the end, rolls back on an error."""
        ...

    async def scrub(self) -> bool:
        """See to it that what was erased is in no file of the database any more, its write-ahead log included.

        False if another connection was in the way for longer than a moment: then it must be done again later.
        """
        ...

    async def aclose(self) -> None: ...
