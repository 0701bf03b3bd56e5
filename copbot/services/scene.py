"""Everything that a batch of messages touches, loaded by set, and where each message belongs in it."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from copbot.domain import labels
from copbot.domain.chat import FACILITATORS, HEARING, AskedQuestion, Chat, Counters, Role, State
from copbot.domain.community import Community
from copbot.domain.place import Place
from copbot.domain.response import MessageKey, Response
from copbot.services.desk import Desk
from copbot.services.sifting import Post, Sifted, key_of


class Spot(NamedTuple):
    """Where a message belongs: its chat, and the questions (with the part meant) that it answers, if any.

    ``by_label``: it is in the main channel, where the label decides.
    """

    chat: Chat
    targets: tuple[tuple[AskedQuestion, str], ...] = ()
    by_label: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What a batch touches. ``threads`` has the questions by thread and by root message; ``known`` what is stored of the messages."""

    chats: Mapping[int, Chat]
    communities: Mapping[int, Community]
    asked: Mapping[int, AskedQuestion]
    counters: Mapping[int, Counters]
    threads: Mapping[MessageKey, AskedQuestion]
    known: Mapping[MessageKey, Sequence[Response]]
    buried: Set[MessageKey]
    roles: Mapping[tuple[int, int], Role]
    facilitators: Mapping[int, Set[int]]
    """Of each chat, its hosts and co-hosts."""

    def spot(self, post: Post) -> Spot | None:
        """Where the message belongs; None if no chat is held there that copbot may listen to."""
        asked = self._thread_question(post)
        if asked is not None:
            part = labels.part_in_thread(post.text, asked.number, _parts(asked))
            return self._heard(Spot(self.chats[asked.chat], ((asked, part),)))
        chat = self._chat_of(post)
        if chat is None:
            return None
        if post.thread is not None:
            return self._heard(Spot(chat, self._stored(post)))
        return self._heard(Spot(chat, self._labelled(post, chat), by_label=True))

    def is_held_at(self, place: Place) -> bool:
        """Whether a chat is being held in the channel of this place."""
        return any(chat.place.top == place.top and chat.state in HEARING for chat in self.chats.values())

    def _heard(self, spot: Spot) -> Spot | None:
        return spot if spot.chat.id in self.communities else None

    def _thread_question(self, post: Post) -> AskedQuestion | None:
        """The question of the thread; also of a thread that a member's own stored message started (Slack)."""
        root = post.thread or post.replies_to
        if root is None:
            return None
        asked = self.threads.get(root)
        if asked is not None or post.thread is None:
            return asked
        started = [row.asked for row in self.known.get(root, ()) if row.asked is not None]
        return self.asked.get(started[0]) if started else None

    def _chat_of(self, post: Post) -> Chat | None:
        rows = self.known.get(post.key)
        if rows:
            return self.chats.get(rows[0].chat)
        top = post.place.top
        held = [chat for chat in self.chats.values() if chat.state in HEARING and chat.place.top == top and _began(chat, post)]
        return max(held, key=lambda chat: (chat.state is State.OPEN, chat.starts_at), default=None)

    def _stored(self, post: Post) -> tuple[tuple[AskedQuestion, str], ...]:
        """In a thread that nothing is known of any more, a message stays where it was."""
        rows = self.known.get(post.key, ())
        return tuple((self.asked[row.asked], row.part) for row in rows if row.asked is not None and row.asked in self.asked)

    def _labelled(self, post: Post, chat: Chat) -> tuple[tuple[AskedQuestion, str], ...]:
        numbered = {asked.number: asked for asked in self.asked.values() if asked.chat == chat.id and asked.number}
        named = labels.match(post.text, {number: _parts(asked) for number, asked in numbered.items()})
        return tuple((numbered[number], part) for number, part in named)


def load(desk: Desk, sifted: Sifted) -> Scene:
    """Load what the batch touches, in a number of statements that does not grow with it; lock the chats."""
    keys = _keys(sifted)
    places = {place.top for place in {post.place for post in sifted.posts} | {event.place for event in sifted.removed}}
    locked = {chat.id: chat for chat in desk.uow.chats.lock_touched(places, HEARING, keys)} if places else {}
    known, buried = _known(desk, keys, locked) if locked else ({}, frozenset[MessageKey]())
    answered = {row.chat for rows in known.values() for row in rows}
    chats = {id: chat for id, chat in locked.items() if id in answered or (chat.place.top in places and chat.state in HEARING)}
    ids = chats.keys()
    counted = desk.uow.questions.counted(ids) if ids else []
    roles = desk.uow.chats.roles(ids) if ids else []
    return Scene(
        chats=chats,
        communities={id: found for id, chat in chats.items() if (found := desk.library.community(chat.community)) is not None},
        asked={asked.id: asked for asked, _ in counted},
        counters={counters.asked: counters for _, counters in counted},
        threads=_threads(asked for asked, _ in counted),
        known=known,
        buried=buried,
        roles={(role.chat, role.member): role.role for role in roles},
        facilitators={id: frozenset(role.member for role in roles if role.chat == id and role.role in FACILITATORS) for id in ids},
    )


def _keys(sifted: Sifted) -> set[MessageKey]:
    """The batch's messages and the messages that those reply to."""
    keys = {post.key for post in sifted.posts}
    keys.update(post.thread for post in sifted.posts if post.thread is not None)
    keys.update(post.replies_to for post in sifted.posts if post.replies_to is not None)
    keys.update(key_of(event.place, event.message) for event in sifted.removed)
    return keys


def _known(desk: Desk, keys: Set[MessageKey], chats: Container[int]) -> tuple[dict[MessageKey, list[Response]], Set[MessageKey]]:
    """Their stored responses, as far as they belong to a chat that is locked, and those that are buried: read after the lock."""
    known: defaultdict[MessageKey, list[Response]] = defaultdict(list)
    stored, buried = desk.uow.responses.known(keys)
    for row in stored:
        if row.message is not None and row.chat in chats:
            known[row.message].append(row)
    return dict(known), buried


def _threads(asked: Iterable[AskedQuestion]) -> dict[MessageKey, AskedQuestion]:
    """Slack names a thread by its root message, others by an id of its own."""
    threads: dict[MessageKey, AskedQuestion] = {}
    for each in asked:
        if each.root is not None:
            threads[key_of(each.root.place, each.root.message)] = each
            if each.root.place.thread is not None:
                threads[key_of(each.root.place, each.root.place.thread)] = each
    return threads


def _parts(asked: AskedQuestion) -> str:
    return "b" if asked.has_part_b else ""


def _began(chat: Chat, post: Post) -> bool:
    """Talk from before the chat, that history may bring, is none of its."""
    return (chat.opened_at or chat.starts_at) <= post.at
