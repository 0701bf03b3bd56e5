"""Putting a question to people: its thread, what opens with it, and what its posting changes."""

from dataclasses import replace
from datetime import datetime, timedelta

from copbot.domain.chat import AskedQuestion, AskedState, Chat, State
from copbot.domain.markup import place_link, shorten
from copbot.domain.message import Button, Message
from copbot.domain.question import Question
from copbot.domain.step import Outgoing, Step
from copbot.services import facilitating, outgoing, panel
from copbot.services.desk import Desk

TITLE = 90


def ask(
    desk: Desk,
    chat: Chat,
    question: Question,
    *,
    name: str = "",
    key: str = "",
    title: str = "",
    not_after: datetime | None = None,
    buttons: tuple[Button, ...] = (),
) -> AskedQuestion:
    """Put a question to people in a thread of its own. ``name`` stands in for the number of an unplanned one,
    ``title`` for its text where that is escaped Markdown; ``key`` makes one that is asked once in a chat known as such.
    """
    asked = desk.uow.questions.add(
        AskedQuestion(
            id=0,
            chat=chat.id,
            number=0 if name else question.number,
            text=question.text,
            state=AskedState.WAITING,
            asked_at=desk.now,
            has_part_b=question.part_b is not None,
            name=name,
        )
    )
    edition = desk.edition(chat)
    text = edition.say("question", label=asked.label, text=question.text, minutes=question.minutes, live=not edition.format.each_round)
    heading = shorten(f"{asked.label} {title or question.text}", TITLE)
    outgoing.open_thread(desk, chat, asked, f"ask:{key or asked.tag}", heading, Message(text, buttons), not_after=not_after)
    return asked


def opened(desk: Desk, chat: Chat, row: Outgoing) -> None:
    """The thread of a question is there: from now on people can answer in it."""
    everything = desk.uow.questions.of([chat.id])
    asked = next((question for question in everything if question.id == row.asked), None)
    if asked is None or row.posted is None or asked.root is not None:
        return
    asked = replace(asked, state=AskedState.OPEN, root=row.posted, asked_at=row.sent_at or desk.now)
    desk.uow.questions.save(asked)
    for earlier in everything:
        if earlier.id < asked.id and earlier.state is AskedState.OPEN:
            _hand_over(desk, chat, earlier, asked)
    desk.uow.steps.add(
        Step(0, chat.id, key, does, due, about={"asked": str(asked.id)})
        for key, does, due in facilitating.steps_for(chat, asked, desk.edition(chat))
    )


def _hand_over(desk: Desk, chat: Chat, earlier: AskedQuestion, asked: AskedQuestion) -> None:
    """Close a question's own time and say, in its thread, where people have gone on to. Late answers stay welcome."""
    desk.uow.questions.save(replace(earlier, state=AskedState.CLOSED, closes_at=desk.now))
    if chat.state is not State.OPEN or asked.root is None:
        return
    link = place_link(asked.root.place, asked.label, asked.root.message)
    before = earlier.label if earlier.number else f"the {earlier.label.lower()}"
    text = desk.edition(chat).say("next-question", earlier=before, link=link, label=asked.label)
    outgoing.post_in_thread(desk, chat, earlier, f"link:{earlier.tag}:{asked.tag}", Message(text), purpose="link", not_after=_soon(desk))


def ask_part_b(desk: Desk, chat: Chat, question: Question, *, not_after: datetime | None) -> None:
    """The planned second half, in the thread of the first."""
    asked = next((one for one in desk.uow.questions.of([chat.id]) if one.number == question.number), None)
    if asked is None or question.part_b is None:
        return
    desk.uow.questions.save(replace(asked, part_b_at=desk.now))
    text = desk.edition(chat).say("part-b", label=f"{asked.label}b", text=question.part_b.text)
    outgoing.post_in_thread(desk, chat, asked, f"part_b:{asked.tag}", Message(text), purpose="part_b", not_after=not_after)
    panel.refresh(desk, chat)


def _soon(desk: Desk) -> datetime:
    return desk.now + timedelta(minutes=5)
