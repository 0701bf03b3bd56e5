"""What of each message is kept, and as which rows: rules over what was loaded, no statement executed."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from copbot.domain import cues
from copbot.domain.addressing import addressed
from copbot.domain.chat import HEARING, AskedQuestion, Chat, Role
from copbot.domain.consent import Consent, OffTheRecord, Scope
from copbot.domain.format import Log
from copbot.domain.keeping_rules import Keep, Standing, choice, how_much, is_opted_out, noticed_before, off_the_record
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
    marks: Sequence[OffTheRecord]
    authors: Mapping[MessageKey, Person]

    def member(self, chat: Chat, person: Person) -> Member | None:
        """The person as a member of the chat's community; None if they are not known there."""
        return self.members.get((chat.community, person))

    def opted_out(self, member: int) -> bool:
        """Whether the member asked that nothing be kept about them."""
        return is_opted_out(self.choices.get(member, {}))


@dataclass(frozen=True, slots=True)
class Judged:
    """A message, where it belongs, whose it is (None: somebody forgotten) and how much of it is kept."""

    post: Post
    spot: Spot
    author: Member | None
    keep: Keep


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
        standing = self._standing(post, chat, author) if author else Standing(off_the_record=True)
        policy = self.scene.communities[chat.id].privacy.keep_message_text
        return Judged(post, spot, author, how_much(policy, self.logs[chat.id], post.at, standing))

    def rows(self, judged: Judged) -> list[Response]:
        """The rows that the message should have, new ones with the id 0. Rows there are already stay, at most losing their text."""
        post, chat, author = judged.post, judged.spot.chat, judged.author
        stored = {row.asked: row for row in self.scene.known.get(post.key, ())}
        rows: list[Response] = []
        for asked, part in judged.spot.targets:
            row = stored.get(asked.id)
            if judged.keep >= Keep.ACTIVITY and author is not None:
                if row is not None or chat.state in HEARING:
                    rows.append(self._filled(row or self._new(post, asked, author), judged, part, author))
            elif row is not None:
                rows.append(replace(row, text=None, version=post.version))
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
        choices = self.company.choices.get(author.id, {})
        return Standing(
            activity=choice(choices, Scope.ACTIVITY),
            text=choice(choices, Scope.TEXT),
            noticed=noticed_before(post.at, author.noticed_at, chat.noticed_at),
            off_the_record=off_the_record(self.company.marks, chat.id, author.id, post.at),
            flagged=post.key in self.flagged or self._edited_off_the_record(post, chat, author),
        )

    def _edited_off_the_record(self, post: Post, chat: Chat, author: Member) -> bool:
        return post.edited_at is not None and off_the_record(self.company.marks, chat.id, author.id, post.edited_at)

    def _new(self, post: Post, asked: AskedQuestion, author: Member) -> Response:
        role = self.scene.roles.get((asked.chat, author.id), Role.PARTICIPANT)
        return Response(
            id=0,
            chat=asked.chat,
            member=author.id,
            kind=Kind.ANSWER,
            at=post.at,
            asked=asked.id,
            message=post.key,
            place=post.place,
            role=role.value,
        )

    def _filled(self, row: Response, judged: Judged, part: str, author: Member) -> Response:
        post = judged.post
        kind, towards = addressed(self._pointed(post, judged.spot.chat, author), self.scene.facilitators(judged.spot.chat.id))
        return replace(
            row,
            kind=kind,
            replies_to=towards if towards is not None and self._may_be_named(towards, post, judged.spot.chat) else None,
            part=part,
            words_band=cues.words_band(post.text),
            concrete_cue=cues.concrete_cue(post.text),
            question_cue=cues.question_cue(post.text),
            text=post.text if judged.keep is Keep.TEXT else None,
            version=post.version,
        )

    def _pointed(self, post: Post, chat: Chat, author: Member) -> list[int]:
        """Whom a message points to: the author of the message it replies to, then those it mentions."""
        explicit = [post.replies_to] if post.replies_to else []
        if post.place.thread is not None and post.beside(post.place.thread) not in self.scene.threads:
            explicit.append(post.place.thread)
        pointed: dict[int, None] = {}
        for message in explicit:
            pointed.update(dict.fromkeys(self._authors(post.beside(message), chat)))
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
        if self.company.opted_out(member) or off_the_record(self.company.marks, chat.id, member, post.at):
            return False
        unseen = [known for known in self.company.members.values() if known.id == member and known.noticed_at is None]
        return not unseen or noticed_before(post.at, None, chat.noticed_at)
