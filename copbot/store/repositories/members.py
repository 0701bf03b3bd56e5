"""Members of communities, and forgetting them."""

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from typing_extensions import override

from copbot.domain.member import FORMER_MEMBER, Member
from copbot.domain.place import Person
from copbot.ports.store import Members
from copbot.store import tables
from copbot.store.expressions import among
from copbot.store.mapper import PERSON, Mapper, chunks, replacing, rows_for, skipping, some
from copbot.store.statements import Inserting, Prepared, reader

MEMBER = Mapper(Member, tables.member, {"person": PERSON})
SECRET = "forgotten_secret"  # noqa: S105 - the fact's name, not its value

_member = tables.member.c
_OF_IDS = MEMBER.select.where(_member.id.in_(some()))
# Locked, so that a choice made meanwhile with another replica is either seen from here on or waits (only PostgreSQL has row locks).
_IN_COMMUNITY = MEMBER.select.where(_member.community == sa.bindparam("of_community")).order_by(_member.id).with_for_update(key_share=True)
_OF_PEOPLE = _IN_COMMUNITY.where(among(_member.platform, "platforms"), among(_member.person))
_OF_COMMUNITY = MEMBER.select.where(_member.community == sa.bindparam("of_community"), _member.platform != "").order_by(_member.id)
_FORMER = sa.select(_member.id).where(_member.community == sa.bindparam("of_community"), _member.platform == "")
_FORGOTTEN = sa.select(tables.forgotten.c.hash).where(among(tables.forgotten.c.hash))
_SECRET = sa.select(tables.fact.c.value).where(tables.fact.c.name == SECRET)

_DELETED = tuple(
    table.delete().where(table.c.member.in_(some()))
    for table in (
        tables.reflection,
        tables.commitment,
        tables.follow_up,
        tables.reflect_preference,
        tables.consent,
        tables.off_the_record,
        tables.identifier_event,
        tables.attendance,
        tables.role_in_chat,
    )
)
"""What is theirs, in an order that the references allow."""
_HANDED_OVER = tuple(
    column.table.update().where(column.in_(some())).values({column: sa.bindparam("former")})
    for column in (tables.act.c.member, tables.pin.c.by, tables.suggestion.c.by, tables.chat.c.created_by)
)
"""What the community goes on needing, without them."""
_WIPE_RESPONSES = tables.response.update().where(tables.response.c.member.in_(some())).values(member=sa.bindparam("former"), text=None)
_DROP_EDGES = tables.response.update().where(tables.response.c.replies_to.in_(some())).values(replies_to=None)
_DELETE_MAIL = tables.outbox.delete().where(tables.outbox.c.to_person.is_not(None), tables.outbox.c.member.in_(some()))
_DELETE_MAIL_TO = tables.outbox.delete().where(
    tables.outbox.c.to_platform == sa.bindparam("of_platform"), tables.outbox.c.to_person == sa.bindparam("of_person")
)
_FREE_MAIL = tables.outbox.update().where(tables.outbox.c.member.in_(some())).values(member=None)
_DELETE = tables.member.delete().where(_member.id.in_(some()))
_LEAVERS = sa.select(_member.community, _member.id).where(_member.left_at < sa.bindparam("before"), _member.platform != "")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """That an account was forgotten by a community, without saying whose. To be kept outside of the database's backups."""

    hash: str
    community: str
    at: datetime


FORGOTTEN = Mapper(Forgotten, tables.forgotten)


class SqlMembers(Members):
    """Members of communities. ``secret`` salts the hashes of forgotten accounts; without it one is kept among the facts."""

    def __init__(self, connection: sa.Connection, secret: bytes | None = None) -> None:
        self._connection = connection
        self._secret = secret
        self._add = Inserting(connection, tables.member, MEMBER.names)
        self._add_former = skipping(connection, tables.member)
        self._remember_forgotten = replacing(connection, tables.forgotten, ("hash", "community"), "at")
        self._keep_secret = skipping(connection, tables.fact)
        self._of_people = Prepared(connection, _OF_PEOPLE)
        self._read = reader(connection, MEMBER.columns)
        self._save = Prepared(connection, MEMBER.update, MEMBER.names)
        self._forgotten = Prepared(connection, _FORGOTTEN)

    @override
    def get(self, id: int) -> Member | None:
        return self.many([id]).get(id)

    @override
    def many(self, ids: Collection[int]) -> dict[int, Member]:
        return {member.id: member for member in MEMBER.values(rows_for(self._connection, _OF_IDS, ids))}

    @override
    def of_community(self, community: str) -> list[Member]:
        """See the port. The former member is not one of them."""
        return MEMBER.values(self._connection.execute(_OF_COMMUNITY, {"of_community": community}).all())

    @override
    def by_person(self, community: str, people: Collection[Person]) -> dict[Person, Member]:
        wanted = set(people)
        platforms, ids = {person.platform for person in wanted}, {person.id for person in wanted}
        rows = self._of_people.rows(some=sorted(ids), platforms=sorted(platforms), of_community=community)
        return {member.person: member for member in MEMBER.values(self._read(rows)) if member.person in wanted}

    @override
    def add(self, members: Iterable[Member]) -> list[Member]:
        new = list(members)
        ids = self._add.add(MEMBER.cells(new))
        return [member._replace(id=id) for member, id in zip(new, ids, strict=True) if id is not None]

    @override
    def save(self, member: Member) -> None:
        self.save_all([member])

    @override
    def save_all(self, members: Iterable[Member]) -> None:
        if rows := [MEMBER.changed(member) for member in members]:
            self._save.run_all(rows)

    @override
    def forget(self, member: Member, at: datetime) -> None:
        self._connection.execute(_DELETE_MAIL_TO, {"of_platform": member.person.platform, "of_person": member.person.id})
        self._part_with(member.community, [member.id])
        self._remember(Forgotten(self._hash(member.person), member.community, at))

    def forget_leavers(self, before: datetime) -> int:
        """Forget who left before, by set. No hash is remembered: they may come back as anybody else. How many."""
        leavers: defaultdict[str, list[int]] = defaultdict(list)
        for community, id in self._connection.execute(_LEAVERS, {"before": before}):
            leavers[community].append(id)
        for community, ids in leavers.items():
            for chunk in chunks(ids):
                self._part_with(community, chunk)
        return sum(len(ids) for ids in leavers.values())

    def _part_with(self, community: str, ids: Sequence[int]) -> None:
        theirs = {"some": list(ids)}
        for statement in (*_DELETED, _DELETE_MAIL, _FREE_MAIL, _DROP_EDGES):
            self._connection.execute(statement, theirs)
        former = {**theirs, "former": self.former_member(community)}
        for hand_over in (*_HANDED_OVER, _WIPE_RESPONSES):
            self._connection.execute(hand_over, former)
        self._connection.execute(_DELETE, theirs)

    @override
    def who_was_forgotten(self, people: Collection[Person]) -> set[Person]:
        hashes = {self._hash(person): person for person in people}
        return {hashes[row[0]] for row in self._forgotten.rows(some=sorted(hashes))}

    def forgotten(self) -> list[Forgotten]:
        """All who were forgotten, for safekeeping outside of the database's backups."""
        return FORGOTTEN.values(self._connection.execute(FORGOTTEN.select).all())

    def forget_again(self, forgotten: Iterable[Forgotten]) -> int:
        """Forget those whom this (restored) database does not know to be forgotten, or forgot longer ago; how many members."""
        known = {(one.hash, one.community): one.at for one in self.forgotten()}
        missed = {address: one for one in forgotten if (address := (one.hash, one.community)) not in known or known[address] < one.at}
        members = {(self._hash(member.person), member.community): member for member in self._all()}
        for address, one in missed.items():
            if address in members:
                self.forget(members[address], one.at)
            self._remember(one)
        return len(missed.keys() & members.keys())

    def ensure_secret(self) -> None:
        """See to it that there is a secret from the start, so that every backup holds the one that its hashes need."""
        self._connection.execute(self._keep_secret, {"name": SECRET, "value": secrets.token_hex(32)})

    def _all(self) -> list[Member]:
        return MEMBER.values(self._connection.execute(MEMBER.select.where(_member.platform != "")).all())

    def _remember(self, forgotten: Forgotten) -> None:
        self._connection.execute(self._remember_forgotten, FORGOTTEN.fresh(forgotten))

    def _hash(self, person: Person) -> str:
        if self._secret is None:
            self._secret = bytes.fromhex(self._connection.execute(_SECRET).scalar_one())
        return hmac.new(self._secret, f"{person.platform}\0{person.id}".encode(), hashlib.sha256).hexdigest()

    def former_member(self, community: str) -> int:
        """The id of the one whom rows belong to that are nobody's any more."""
        former = Member(0, community, Person("", f"former:{community}"), FORMER_MEMBER, FORMER_MEMBER)
        self._connection.execute(self._add_former, MEMBER.fresh(former))
        return int(self._connection.execute(_FORMER, {"of_community": community}).scalar_one())
