"""Hearing what people say: one batch, loaded by set, judged by pure rules, written by set (3-architecture 7 and 8)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from copbot.domain.chat import HEARING, State
from copbot.domain.consent import OffTheRecord
from copbot.domain.format import Log
from copbot.domain.heard import Happening
from copbot.domain.keeping_rules import Keep, is_opted_out
from copbot.domain.member import Member
from copbot.domain.place import Person
from copbot.domain.response import Kind, MessageKey, Response
from copbot.services import edited_away, identifying, notices, tallying, writing_back
from copbot.services.desk import Desk
from copbot.services.identifying import Check
from copbot.services.judging import Company, Judge, Judged
from copbot.services.members import come_and_go, meet
from copbot.services.scene import Scene, Spot, load
from copbot.services.sifting import Post, Sifted, key_of, sift

Placed = tuple[Post, Spot]


def hear(desk: Desk, batch: Sequence[Happening]) -> None:
    """Take in one batch of what people said, edited and removed, of any places, in one transaction.

    The number of statements does not grow with the messages of a chat. Deliveries may come twice, late and in any order
    of versions. Reactions are not counted yet.
    """
    sifted = sift(batch)
    come_and_go(desk, sifted.moves)
    writing_back.follow(desk, sifted)
    if not sifted.posts and not sifted.removed:
        return
    scene = load(desk, sifted)
    removed = _removed(desk, scene, sifted)
    judge, judged, checks = _judged(desk, scene, sifted)
    _write(desk, judge, judged, removed)
    _warn(desk, checks, judged)


def _removed(desk: Desk, scene: Scene, sifted: Sifted) -> list[Response]:
    """Bury removed messages, where they could ever matter, and give back their rows."""
    keys = {key_of(event.place, event.message): event for event in sifted.removed}
    buried = [key for key, event in keys.items() if key in scene.known or scene.is_held_at(event.place)]
    if buried:
        desk.uow.responses.bury(buried, desk.now)
    return [row for key in buried for row in scene.known.get(key, ())]


def _placed(scene: Scene, posts: Iterable[Post]) -> list[Placed]:
    """The messages that belong to a chat, buried and outdated ones left out."""
    spots = ((post, scene.spot(post)) for post in posts if post.key not in scene.buried)
    return [(post, spot) for post, spot in spots if spot is not None and _version(scene, post) <= post.version]


def _judged(desk: Desk, scene: Scene, sifted: Sifted) -> tuple[Judge, list[Judged], list[Check]]:
    placed = _placed(scene, sifted.posts)
    editions = {id: desk.edition(scene.chats[id]) for id in sorted({spot.chat.id for _, spot in placed})}
    logs = {id: edition.format.log for id, edition in editions.items()}
    logged = [(post, spot) for post, spot in placed if logs[spot.chat.id] is Log.ACTIVITY]
    private = [(post, spot) for post, spot in placed if logs[spot.chat.id] is Log.PRESENCE_ONLY]
    read = [*edited_away.without_outdated(desk, scene, logged), *private]
    checks = identifying.check(desk, scene, [(post, spot.chat) for post, spot in read], editions)
    found = {check.post.key for check in checks}
    accepted = identifying.accepted(desk, checks)
    heard = [
        (post, spot)
        for post, spot in read
        if _is_news(scene, post, accepted) and (_is_kept_note_of(scene, post, spot, logs[spot.chat.id]) or post.key in found)
    ]
    company = _company(desk, scene, heard)
    judge = Judge(scene, company, logs, found - accepted)
    return judge, [judge.judge(post, spot) for post, spot in heard], checks


def _version(scene: Scene, post: Post) -> int:
    rows = scene.known.get(post.key)
    return max(row.version for row in rows) if rows else 0


def _is_news(scene: Scene, post: Post, accepted: Collection[MessageKey]) -> bool:
    """Whether the message is new, newly edited, or one whose words may be kept only since its author said so."""
    rows = scene.known.get(post.key)
    if not rows or post.version > _version(scene, post):
        return True
    return post.key in accepted and any(row.text is None for row in rows)


def _is_kept_note_of(scene: Scene, post: Post, spot: Spot, log: Log) -> bool:
    """Whether the message answers a question, did so before, or shows in an open private chat that its author is there."""
    if spot.targets or scene.known.get(post.key):
        return True
    return log is Log.PRESENCE_ONLY and spot.chat.state is State.OPEN


def _company(desk: Desk, scene: Scene, heard: Sequence[Placed]) -> Company:
    members: dict[tuple[str, Person], Member] = {}
    for community in sorted({spot.chat.community for _, spot in heard}):
        posts = [post for post, spot in heard if spot.chat.community == community]
        names = {post.person: post.name for post in posts}
        met = meet(desk, community, names, also={person for post in posts for person in post.mentions})
        members |= {(community, person): member for person, member in met.items()}
    ids = {member.id for member in members.values()} | {row.member for rows in scene.known.values() for row in rows}
    choices = desk.uow.consents.current(ids) if ids else {}
    return Company(
        members=members,
        choices=choices,
        opted_out={member for member, made in choices.items() if made and is_opted_out(made)},
        marks=_marks(desk, {spot.chat.id for _, spot in heard}),
        authors={post.key: post.person for post, _ in heard},
        unnoticed={member.id for member in members.values() if member.noticed_at is None},
    )


def _marks(desk: Desk, chats: Collection[int]) -> dict[tuple[int, int], list[OffTheRecord]]:
    marks: dict[tuple[int, int], list[OffTheRecord]] = {}
    for mark in desk.uow.consents.off_the_record(chats) if chats else ():
        marks.setdefault((mark.chat, mark.member), []).append(mark)
    return marks


def _warn(desk: Desk, checks: Sequence[Check], judged: Sequence[Judged]) -> None:
    """Tell authors what may identify somebody; those who opted out or are off the record are left alone altogether."""
    if not checks:
        return
    by_key = {each.post.key: each.author for each in judged if each.author is not None and not each.is_private}
    identifying.note(desk, [(check, by_key[check.post.key]) for check in checks if check.post.key in by_key])


def _write(desk: Desk, judge: Judge, judged: Sequence[Judged], removed: Sequence[Response]) -> None:
    scene = judge.scene
    rows = [row for each in judged for row in judge.rows(each)]
    stored = {row.id: row for each in judged for row in scene.known.get(each.post.key, ())}
    left = [row for row in rows if row.id and row != stored[row.id]]
    staying = {row.id for row in rows}
    gone = [*removed, *(row for row in stored.values() if row.id not in staying)]
    if gone:
        desk.uow.responses.remove([row.id for row in gone])
    if left:
        desk.uow.responses.save(left)
    _bury_private(desk, judge, judged)
    new = [row for row in rows if not row.id] + _presence(desk, judge, judged)
    ids = desk.uow.responses.add(new) if new else []
    added = {id: row for id, row in zip(ids, new, strict=True) if id is not None}
    _greet(desk, judge.company, judged)
    changed = {row.asked for row in gone} | {row.asked for row in left if row.kind is not stored[row.id].kind}
    tallying.tally(desk, scene, added, {id for id in changed if id is not None}, _spoke_at(judged))


def _bury_private(desk: Desk, judge: Judge, judged: Sequence[Judged]) -> None:
    """What was said off the record, or by somebody who opted out, is never read again: no later choice, no clock of a platform's that is a
    little off, and no history brings it back.
    """
    keys = [each.post.key for each in judged if each.is_private and each.post.key not in judge.scene.known]
    if keys:
        desk.uow.responses.bury(keys, desk.now)


def _presence(desk: Desk, judge: Judge, judged: Sequence[Judged]) -> list[Response]:
    chats = {each.spot.chat.id for each in judged if each.keep is Keep.PRESENCE}
    known = {(row.chat, row.member) for chat in sorted(chats) for row in desk.uow.responses.of_chat(chat) if row.kind is Kind.PRESENT}
    return judge.present(judged, known)


def _spoke_at(judged: Sequence[Judged]) -> dict[int, datetime]:
    """When somebody last spoke to each question that can still be answered."""
    spoke: dict[int, datetime] = {}
    for each in judged:
        if each.keep is not Keep.NOTHING and each.spot.chat.state in HEARING:
            for asked, _ in each.spot.targets:
                if asked.id not in spoke or spoke[asked.id] < each.post.at:
                    spoke[asked.id] = each.post.at
    return spoke


def _greet(desk: Desk, company: Company, judged: Sequence[Judged]) -> None:
    """At their first post members get the notice. When they first spoke is remembered if anything may be."""
    changed: dict[int, Member] = {}
    new: dict[int, tuple[Member, datetime]] = {}
    for each in judged:
        if each.author is None or each.author.id in company.opted_out:
            continue
        member, at = changed.get(each.author.id, each.author), each.post.at
        if member.noticed_at is None:
            new[member.id] = (member, max(at, new[member.id][1]) if member.id in new else at)
        if each.keep >= Keep.PRESENCE and (member.first_spoke_at is None or at < member.first_spoke_at):
            changed[member.id] = member._replace(first_spoke_at=at)
    if changed:
        desk.uow.members.save_all(changed.values())
    notices.give_notice(desk, new.values())
