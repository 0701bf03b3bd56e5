"""The doctor looks ahead: what would go wrong in the channels of the communities, and in the chats of the next days."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from copbot.content import Content
from copbot.domain.chat import AHEAD, FACILITATORS, Chat
from copbot.domain.place import Place
from copbot.errors import PlatformError
from copbot.operating.diagnosis import Diagnosis, Verdict, fail, warn, well
from copbot.ports.platform import Platform
from copbot.ports.store import UnitOfWork

AHEAD_OF_NOW = timedelta(days=7)
LONGEST_CHECK = timedelta(seconds=10)
OVERDUE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Coming:
    """A chat of the next days, with what it needs."""

    chat: Chat
    edition: str
    hosts: int
    overdue: datetime | None


async def communities(content: Content, platforms: Mapping[str, Platform]) -> list[Diagnosis]:
    """What is wrong with the channels that the community files name. Communities that are elsewhere altogether are not hosted here."""
    found: list[Diagnosis] = []
    for community in content.communities():
        if platforms and platforms.keys().isdisjoint(setting.platform for setting in community.channels):
            found.append(well(community.id, "not hosted here: its channels are on platforms that are not switched on"))
            continue
        for setting in community.channels:
            for channel in (setting.channel, setting.hosts_channel):
                if channel is not None:
                    found += await place(f"{community.id}: {setting.platform} {channel}", platforms, Place(setting.platform, channel))
    return [*_each_once(found), *_without_channels(content, platforms)]


def _each_once(found: Sequence[Diagnosis]) -> Iterator[Diagnosis]:
    """What is wrong with a whole platform was found in each of its channels: it is said of the first."""
    said: set[tuple[str, str]] = set()
    for one in found:
        if one.verdict is Verdict.WELL or (one.found, one.remedy) not in said:
            said.add((one.found, one.remedy))
            yield one


def _without_channels(content: Content, platforms: Mapping[str, Platform]) -> Iterator[Diagnosis]:
    named = {setting.platform for community in content.communities() for setting in community.channels}
    for name in platforms.keys() - named:
        yield fail(name, "no community has a channel there", f"name one in a community file: platform: {name}, channel: its id")


async def place(what: str, platforms: Mapping[str, Platform], where: Place) -> list[Diagnosis]:
    """What would go wrong if a chat were held there; one line if nothing would."""
    platform = platforms.get(where.platform)
    if platform is None:
        return [
            fail(what, f"{where.platform} is not switched on", "switch it on in copbot's settings, or take the channel out of the file")
        ]
    try:
        async with asyncio.timeout(LONGEST_CHECK.total_seconds()):
            findings = await platform.check(where)
    except TimeoutError:
        return [fail(what, f"{where.platform} did not answer within {LONGEST_CHECK.seconds} s", "see whether the platform is up")]
    except PlatformError as error:
        return [fail(what, error.reason, getattr(error, "remedy", "see whether the platform is up, and try again"))]
    return [fail(what, one.what, one.remedy) for one in findings] or [well(what, "copbot can host there")]


def coming(uow: UnitOfWork, now: datetime) -> Sequence[Coming]:
    """The chats that are going on or begin soon, by their start."""
    chats = [chat for chat in uow.chats.in_states(AHEAD) if chat.starts_at <= now + AHEAD_OF_NOW]
    hosting = [role.chat for role in uow.chats.roles([chat.id for chat in chats]) if role.role in FACILITATORS]
    return [Coming(chat, uow.editions.body(chat.edition), hosting.count(chat.id), _overdue(uow, chat, now)) for chat in chats]


def _overdue(uow: UnitOfWork, chat: Chat, now: datetime) -> datetime | None:
    due = [step.due_at for step in uow.steps.of(chat.id) if step.state == "due" and step.due_at < now - OVERDUE]
    return min(due, default=None) if chat.paused_at is None else None


async def of_chat(one: Coming, content: Content, platforms: Mapping[str, Platform]) -> list[Diagnosis]:
    """What would go wrong in this chat."""
    chat = one.chat
    what = f"chat {chat.id} ({chat.starts_at.astimezone(chat.zone):%a %d %b %H:%M} {chat.time_zone})"
    found = [*_readable(what, one, content), *_people(what, one, content, platforms), *_plan(what, one)]
    found += [each for each in await place(what, platforms, chat.place) if each.remedy]
    return found or [well(what, "nothing is missing")]


def _readable(what: str, one: Coming, content: Content) -> Iterator[Diagnosis]:
    try:
        content.thaw(one.chat.edition, one.edition)
    except ValueError:
        yield fail(
            what, "its question set as it was scheduled cannot be read", "cancel it and schedule it again: /cop cancel, /cop schedule"
        )
    if content.question_set(one.chat.question_set) is None:
        again = "it keeps the version it was scheduled with; put the file back if it is to be scheduled again"
        yield warn(what, f"there is no question set {one.chat.question_set} any more", again)


def _people(what: str, one: Coming, content: Content, platforms: Mapping[str, Platform]) -> Iterator[Diagnosis]:
    community = content.community(one.chat.community)
    if community is None:
        yield fail(what, f"there is no community {one.chat.community} any more", "put its file back into config/communities")
        return
    if one.hosts == 0:
        yield warn(what, "nobody hosts it", "/cop cohost, by one of the community's admins")
    platform = platforms.get(one.chat.place.platform)
    if community.backstage(one.chat.place) is None and platform is not None and platform.direct is None:
        yield fail(what, "its hosts cannot be told anything", "name a private hosts_channel in the community file")


def _plan(what: str, one: Coming) -> Iterator[Diagnosis]:
    if one.chat.paused_at is not None:
        yield warn(what, f"paused since {one.chat.paused_at:%Y-%m-%d %H:%M} UTC: nothing of it is posted", "/cop resume, or /cop close")
    if one.overdue is not None:
        yield fail(what, f"nothing was done of what was due at {one.overdue:%Y-%m-%d %H:%M} UTC", "start copbot: copbot run")
