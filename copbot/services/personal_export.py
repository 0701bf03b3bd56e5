"""Everything copbot keeps about one member, as JSON that the member can read and take away."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from copbot.domain.chat import Chat, State
from copbot.domain.member import Member
from copbot.services.desk import Desk


def everything_about(desk: Desk, member: Member) -> bytes:
    """UTF-8 JSON. Instants are UTC; other members appear only as the pseudonym of whom a response was to."""
    chats = {chat.id: chat for chat in desk.uow.chats.in_states(list(State), member.community)}
    uow = desk.uow
    kept: dict[str, Any] = {
        "made_at": desk.now,
        "you": _without(_named(member), "id"),
        "switches": [_without(_named(made), "id", "member") for made in uow.consents.current([member.id]).get(member.id, {}).values()],
        "responses": _responses(desk, member, chats),
        "reflections": _own(uow.follow_ups.reflections(member.id)),
        "commitments": _own(uow.follow_ups.commitments(member.id)),
        "follow_ups": _own(uow.follow_ups.of_member(member.id)),
        "reflection_preference": _own(filter(None, [uow.follow_ups.preference(member.id)])),
        "attendance": _own(each for chat in chats for each in uow.chats.attendance(chat) if each.member == member.id),
        "roles": _own(role for role in uow.chats.roles(list(chats)) if role.member == member.id),
        "off_the_record": _own(mark for mark in uow.consents.off_the_record(list(chats)) if mark.member == member.id),
        "identifier_notes": _own(event for chat in chats for event in uow.identifiers.of_member_in_chat(member.id, chat)),
        "chats": {str(chat.id): chat.title for chat in chats.values()},
    }
    return json.dumps(kept, indent=2, ensure_ascii=False, default=_plain).encode()


def _responses(desk: Desk, member: Member, chats: dict[int, Chat]) -> list[dict[str, Any]]:
    rows = desk.uow.responses.of_member(member.id)
    others = desk.uow.members.many({row.replies_to for row in rows if row.replies_to is not None})
    asked = {each.id: each.label for each in desk.uow.questions.of([row.chat for row in rows if row.chat in chats])}
    return [
        _without(_named(row), "id", "member")
        | {
            "asked": asked.get(row.asked) if row.asked is not None else None,
            "replies_to": others[row.replies_to].pseudonym if row.replies_to in others else None,
        }
        for row in rows
    ]


def _own(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [_without(_named(row), "id", "member") for row in rows]


def _named(row: object) -> dict[str, Any]:
    """The row with the names of its fields, and of those of people and places in it, which JSON would not tell from lists."""
    return {name: _fields(value) if hasattr(value, "_asdict") else value for name, value in _fields(row).items()}


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass or a named tuple
    return value._asdict() if hasattr(value, "_asdict") else asdict(value)


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
