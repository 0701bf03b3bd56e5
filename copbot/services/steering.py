"""What every act of a host has in common: is the chat in the right state, is the button still fresh, who did what when."""

from dataclasses import replace
from datetime import datetime, timedelta

from copbot.domain import replanning
from copbot.domain.chat import Act, AskedState, Chat, State
from copbot.domain.step import Step, StepState
from copbot.errors import WrongState
from copbot.services import panel
from copbot.services.agenda import Line, agenda
from copbot.services.call import Call, the_chat
from copbot.services.desk import Desk

SHOWN = 8
"""How many of the steps to come a reply lists; ``/cop preview`` shows all."""


def in_state(desk: Desk, call: Call, state: State) -> Chat:
    """The chat, if it is in that state. Raises WrongState; a press that has been overtaken is told who did what when."""
    chat = the_chat(call)
    if is_stale(call, chat):
        raise WrongState(overtaken(desk, chat))
    if chat.state is not state:
        raise WrongState(f"“{chat.title}” is {chat.state}; that works only while it is {state}.")
    return chat


def running(desk: Desk, call: Call, *, while_paused: bool = False) -> Chat:
    """The open chat. Raises WrongState if it is paused, typed or pressed, unless the act makes sense ``while_paused``."""
    chat = in_state(desk, call, State.OPEN)
    if chat.paused_at is not None and not while_paused:
        act = desk.uow.chats.last_act(chat.id)
        member = desk.uow.members.get(act.member) if act else None
        by = f" by {member.name}" if member else ""
        raise WrongState(f"The chat is paused since {chat.paused_at.astimezone(chat.zone):%H:%M}{by}; `/cop resume` goes on.")
    return chat


def is_stale(call: Call, chat: Chat) -> bool:
    """Whether a button was pressed that expects an earlier state of the plan (``chat:change`` in its value)."""
    return not call.is_command and len(call.parts) > 1 and call.parts[1].isdecimal() and call.parts[1] != str(chat.change)


def overtaken(desk: Desk, chat: Chat) -> str:
    """Who did what when, in words: "Lucy posted Q3 8 s ago"."""
    act = desk.uow.chats.last_act(chat.id)
    posted = [asked for asked in desk.uow.questions.of([chat.id]) if asked.state is not AskedState.WAITING]
    newest = max(posted, key=lambda asked: asked.asked_at, default=None)
    if newest is not None and (act is None or (newest.asked_at > act.at and act.about != newest.label)):
        return f"{newest.label} was posted by the plan {_ago(desk, newest.asked_at)}. Nothing was done twice; the panel is up to date now."
    if act is None:
        return "The panel has changed since. Please look again."
    member = desk.uow.members.get(act.member)
    who = member.name if member else "Another host"
    return f"{who} {act.verb} {_ago(desk, act.at)}. Nothing was done twice; the panel is up to date now."


def just_did(desk: Desk, call: Call, chat: Chat, within: timedelta) -> Act | None:
    """What another host did within so short a time that this one may not have seen it."""
    act = desk.uow.chats.last_act(chat.id)
    return act if act and act.member != call.by.id and desk.now - act.at <= within else None


def _ago(desk: Desk, then: datetime) -> str:
    seconds = int((desk.now - then).total_seconds())
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"


def did(desk: Desk, chat: Chat, call: Call, verb: str, about: str) -> Chat:
    """Remember who did it, count the change so that older buttons are known to be old, and show it on the panel."""
    changed = replace(chat, change=chat.change + 1)
    desk.uow.chats.save(changed)
    desk.uow.chats.did(Act(chat.id, call.by.id, verb, about, desk.now))
    panel.refresh(desk, changed)
    return changed


def hour(desk: Desk, chat: Chat) -> list[Step]:
    """What of the chat itself is still to come."""
    return [step for step in replanning.due(desk.uow.steps.of(chat.id)) if step.does in replanning.OF_THE_HOUR]


def what_follows(desk: Desk, chat: Chat) -> list[Line]:
    """The next steps of the chat in words."""
    return agenda(hour(desk, chat), desk.edition(chat))[:SHOWN]


def skipped(desk: Desk, step: Step) -> Step:
    """The step, left out."""
    return replace(step, state=StepState.SKIPPED, done_at=desk.now)


def is_series(desk: Desk, chat: Chat) -> bool:
    """Whether the chat is a series of rounds on a calendar of their own."""
    return bool(desk.edition(chat).format.each_round)
