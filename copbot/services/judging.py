"""What of each message is kept, and as which rows: rules over what was loaded, no statement executed."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from copbot.domain import cues
from copbot.domain.addressing import addressed
from copbot.domain.chat import HEARING, AskedQuestion, Chat, Role
from copbot.domain.consent import Consent, OffTheRecord, Scope
from copbot.domain.format import Log
from copbot.domain.keeping_rules import Keep, Standing, choice, how_much, noticed_before, off_the_record
from copbot.domain.member import Member
from copbot.domain.place import Person
from copbot.domain.response import Kind, MessageKey, Response
from copbot.services.scene import Scene, Spot
from copbot.services.sifting import Post


@dataclass(frozen=True, slots=True)
class Company:
    """The people around a batch: members by community and person, what they chose, who is off the record, who said what."""

    members: Mapping[tuple[str, Person], Member]
    choices: Mapping[int, Mapping[str, Consent]]
    marks: Mapping[tuple[int, int], Sequence[OffTheRecord]]
    """Of each chat and member that have any."""
    opted_out: Set[int]
    """The members who asked that nothing be kept about them."""
    authors: Mapping[MessageKey, Person]
    unnoticed: Set[int]
    """The members who have not had the privacy notice."""

    def member(self, chat: Chat, person: Person) -> Member | None:
        """The person as a member of the chat's community; None if they are not known there."""
        return self.members.get((chat.community, person))

    def is_private(self, chat: int, member: int, moment: datetime) -> bool:
        """Whether nothing the member says in the chat at that moment may be kept, because they said so."""
        return member in self.opted_out or self.is_off_the_record(chat, member, moment)

    def is_off_the_record(self, chat: int, member: int, moment: datetime) -> bool:
        """Whether the member was off the record in the chat at that moment."""
        marks = self.marks.get((chat, member))
        return marks is not None and off_the_record(marks, chat, member, moment)


class Judged(NamedTuple):
    """A message, where it belongs, whose it is (None: somebody forgotten) and how much of it is kept."""

    post: Post
    spot: Spot
    author: Member | None
    keep: Keep
    is_private: bool
    """Whether it is nobody's business: its author is off the record, opted out, or forgotten."""


NOBODYS = Standing(off_the_record=True)
"""Of what somebody says who asked to be forgotten."""

PARTICIPANT = Role.PARTICIPANT.value


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the messages of one batch. ``logs`` are the formats' by chat; ``flagged`` messages may identify somebody."""

    scene: Scene
    company: Company
    logs: Mapping[int, Log]
    flagged: Set[MessageKey]

    def judge(self, post: Post, spot: Spot) -> Judged:
        """How much of the message is kept."""
        chat, author = spot.chat, self.company.member(spot.chat, post.person)
        standing = self._standing(post, chat, author) if author else NOBODYS
        policy = self.scene.communities[chat.id].privacy.keep_message_text
        is_private = standing.off_the_record or author is None or author.id in self.company.opted_out
        return Judged(post, spot, author, how_much(policy, self.logs[chat.id], post.at, standing), is_private)

    def rows(self, judged: Judged) -> list[Response]:
        """The rows that the message should have, new ones with the id 0. Rows there are already stay, at most losing their text."""
        post, chat, author = judged.post, judged.spot.chat, judged.author
        stored = {row.asked: row for row in known} if (known := self.scene.known.get(post.key)) else {}
        rows: list[Response] = []
        for asked, part in judged.spot.targets:
            row = stored.get(asked.id)
            if judged.keep >= Keep.ACTIVITY and author is not None:
                if row is not None or chat.state in HEARING:
                    rows.append(self._filled(row, judged, asked, part, author))
            elif row is not None:
                rows.append(row._replace(text=None, version=post.version))
        return rows

    def present(self, judged: Iterable[Judged], known: Set[tuple[int, int]]) -> list[Response]:
        """One presence row for each member heard in a chat, unless they have one (``known``: chat and member). It says nothing more."""
        rows: dict[tuple[int, int], Response] = {}
        for each in judged:
            if each.keep is not Keep.PRESENCE or each.author is None:
                continue
            pair = (each.spot.chat.id, each.author.id)
            if pair not in known and pair not in rows:
                role = self.scene.roles.get(pair, Role.PARTICIPANT)
                rows[pair] = Response(id=0, chat=pair[0], member=pair[1], kind=Kind.PRESENT, at=each.post.at, role=role.value)
        return list(rows.values())

    def _standing(self, post: Post, chat: Chat, author: Member) -> Standing:
        company, choices = self.company, self.company.choices.get(author.id)
        flagged = post.key in self.flagged if self.flagged else False
        if post.edited_at is not None and company.is_off_the_record(chat.id, author.id, post.edited_at):
            flagged = True
        return Standing(
            choice(choices, Scope.ACTIVITY) if choices else None,
            choice(choices, Scope.TEXT) if choices else None,
            noticed_before(post.at, author.noticed_at, chat.noticed_at),
            company.is_off_the_record(chat.id, author.id, post.at),
            flagged,
        )

    def _filled(self, row: Response | None, judged: Judged, asked: AskedQuestion, part: str, author: Member) -> Response:
        """The row there is, or a new one, with what the message says now."""
        post, chat = judged.post, judged.spot.chat
        kind, towards = addressed(self._pointed(post, chat, author), self.scene.facilitators[chat.id])
        named = towards if towards is not None and self._may_be_named(towards, post, chat) else None
        band, concrete, question = cues.cues(post.text)
        text = post.text if judged.keep is Keep.TEXT else None
        if row is not None:
            return row._replace(
                kind=kind,
                replies_to=named,
                part=part,
                words_band=band,
                concrete_cue=concrete,
                question_cue=question,
                text=text,
                version=post.version,
            )
        role = self.scene.roles.get((asked.chat, author.id))
        return Response(
            0,
            asked.chat,
            author.id,
            kind,
            post.at,
            asked.id,
            part,
            post.key,
            post.place,
            role.value if role else PARTICIPANT,
            named,
            band,
            concrete,
            question,
            text,
            post.version,
        )

    def _pointed(self, post: Post, chat: Chat, author: Member) -> list[int]:
        """Whom a message points to: the author of the message it replies to, then those it mentions."""
        explicit = [post.replies_to] if post.replies_to else []
        if post.thread is not None and post.thread not in self.scene.threads:
            explicit.append(post.thread)
        if not explicit and not post.mentions:
            return []
        pointed: dict[int, None] = {}
        for message in explicit:
            pointed.update(dict.fromkeys(self._authors(message, chat)))
        for person in post.mentions:
            mentioned = self.company.member(chat, person)
            if mentioned is not None:
                pointed[mentioned.id] = None
        return [member for member in pointed if member != author.id]

    def _authors(self, key: MessageKey, chat: Chat) -> list[int]:
        rows = self.scene.known.get(key)
        if rows:
            return [rows[0].member]
        person = self.company.authors.get(key)
        author = self.company.member(chat, person) if person else None
        return [author.id] if author else []

    def _may_be_named(self, member: int, post: Post, chat: Chat) -> bool:
        """Whether another's row may hold this member's id: what holds for their own rows holds here."""
        if self.company.is_private(chat.id, member, post.at):
            return False
        return member not in self.company.unnoticed or noticed_before(post.at, None, chat.noticed_at)
