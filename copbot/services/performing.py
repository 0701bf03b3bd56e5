"""What a chat's plan does when the time comes. A step does no I/O: it changes rows and puts messages on their way."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from copbot.domain import replanning
from copbot.domain.chat import Chat, State
from copbot.domain.lateness import QUESTIONS
from copbot.domain.message import Button, Message
from copbot.domain.step import Step, StepState
from copbot.services import outgoing, panel, steps
from copbot.services.desk import Desk

AT_ONCE = 100
"""So many steps in one transaction: what the first of them put on its way leaves while the next are done."""

LATE = timedelta(minutes=1)
"""A question that is later than this is one that hosts are told of: people asked themselves where it was."""

ASKING = ("ask", "ask_round")
"""The panel follows when the question has left, or could not (see ``posting.finished``): it never gets in a question's way."""


def perform_due(desk: Desk, limit: int = AT_ONCE) -> int:
    """Do what has been due longest, chat by chat in sorted order, each chat's row locked. How many steps ended; there may be more."""
    ids = chats_due(desk, limit)
    chats = desk.uow.chats.lock(ids) if ids else []
    by_chat = _still_due(desk, {chat.id for chat in chats})
    for chat in chats:
        _perform_chat(desk, chat, by_chat.get(chat.id, []))
    return sum(len(due) for due in by_chat.values())


def chats_due(desk: Desk, limit: int = AT_ONCE) -> list[int]:
    """The chats that have something to do now, those of the steps that have been due longest."""
    return desk.uow.steps.chats_due(desk.now, limit)


def perform_next_of(desk: Desk, chat: int) -> bool:
    """Do only the first due step of a chat; whether there was one."""
    locked = desk.uow.chats.lock([chat])
    due = _still_due(desk, {chat}).get(chat, []) if locked else []
    if due:
        perform(desk, locked[0], due[0])
    return bool(due)


def give_up_next_of(desk: Desk, chat: int, *, tell: bool = True) -> None:
    """The first due step of a chat cannot be done for a fault of copbot's own: it ends, and the hosts are told."""
    locked = desk.uow.chats.lock([chat])
    for step in _still_due(desk, {chat}).get(chat, [])[:1] if locked else []:
        desk.uow.steps.save([replace(step, state=StepState.EXPIRED, done_at=desk.now)])
        if tell:
            _tell_expired(desk, locked[0], step)


def perform_due_of(desk: Desk, chat: int) -> None:
    """Do what is due in one chat whose row the caller has locked: what a host just brought forward."""
    fresh = desk.uow.chats.get(chat)
    if fresh is not None:
        _perform_chat(desk, fresh, [step for step in replanning.due(desk.uow.steps.of(chat)) if step.due_at <= desk.now])


def _still_due(desk: Desk, chats: Collection[int]) -> dict[int, list[Step]]:
    """What is due in chats whose rows are locked now: read after locking, for another process may have done it meanwhile."""
    by_chat: dict[int, list[Step]] = {}
    for step in desk.uow.steps.due(desk.now, chats) if chats else []:
        by_chat.setdefault(step.chat, []).append(step)
    return by_chat


def _perform_chat(desk: Desk, chat: Chat, due: list[Step]) -> None:
    missed = _missed_questions(desk, chat, due)
    if len(missed) > 1:
        _ask_host_which(desk, chat, missed)
        due = [step for step in due if step not in missed]
    for number, step in enumerate(due):
        fresh = desk.uow.chats.get(chat.id) if number else chat
        if fresh is not None and fresh.paused_at is None:
            perform(desk, fresh, step)


def perform(desk: Desk, chat: Chat, step: Step) -> None:
    """Do one step, or let it expire and tell the hosts if it comes too late to make sense."""
    until = steps.latest(desk, chat, step)
    if until is not None and desk.now > until:
        desk.uow.steps.save([replace(step, state=StepState.EXPIRED, done_at=desk.now)])
        _tell_expired(desk, chat, step)
        return
    desk.uow.steps.save([replace(step, state=StepState.DONE, done_at=desk.now)])
    if step.does in QUESTIONS and desk.now > step.due_at + LATE:
        _tell_late(desk, chat, step)
    if step.does in replanning.OF_THE_HOUR or step.does == "welcome_series":
        chat = _moves_on(desk, chat, step)
    steps.PERFORM[step.does](desk, chat, step)


def _moves_on(desk: Desk, chat: Chat, step: Step) -> Chat:
    """The chat is open from its first step on; every step makes buttons of before outdated."""
    begins = chat.state is State.PLANNED
    moved = replace(chat, change=chat.change + 1)
    if begins:
        moved = replace(moved, state=State.OPEN, opened_at=desk.now)
    desk.uow.chats.save(moved)
    if begins:
        panel.show(desk, moved)
    elif step.does not in ASKING:
        panel.refresh(desk, moved)
    return moved


def _missed_questions(desk: Desk, chat: Chat, due: list[Step]) -> list[Step]:
    """More than one question due at once means that the bot was away; the hosts then say which to ask."""
    asks = [step for step in due if step.does == "ask"]
    if len(asks) < 2 or asks[-1].due_at == asks[0].due_at:
        return []
    desk.uow.steps.save(replace(step, state=StepState.EXPIRED, done_at=desk.now) for step in asks)
    return asks


def _ask_host_which(desk: Desk, chat: Chat, missed: list[Step]) -> None:
    questions = [question for step in missed if (question := steps.planned_question(desk, chat, step))]
    buttons = tuple(Button(f"Ask Q{one.number} now", "ask-missed", f"{chat.id}:{chat.change}:{one.number}") for one in questions)
    text = desk.say("missed-questions", questions=questions, chat=chat)
    outgoing.tell_backstage(desk, chat, f"missed:{missed[0].key}", Message(text, buttons), purpose="missed")


def _tell_late(desk: Desk, chat: Chat, step: Step) -> None:
    what = "the take-away round" if step.does == "ask_round" else f"Q{step.number}{'b' if step.does == 'part_b' else ''}"
    text = desk.say("came-late", chat=chat, what=what, due_at=step.due_at)
    outgoing.tell_backstage(desk, chat, f"late:{step.key}", Message(text), purpose="late")


def _tell_expired(desk: Desk, chat: Chat, step: Step) -> None:
    question = steps.planned_question(desk, chat, step)
    words = ""
    if question is not None:
        words = question.part_b.text if step.does == "part_b" and question.part_b else question.text
    text = desk.say("step-expired", chat=chat, what=step.key, due_at=step.due_at, words=words)
    outgoing.tell_backstage(desk, chat, f"expired:{step.key}", Message(text), purpose="expired")
