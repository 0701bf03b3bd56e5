"""The host panel: one backstage message per chat, edited in place, with a button for everything a host may want next."""

from collections.abc import Iterator

from copbot.domain import replanning
from copbot.domain.chat import AskedQuestion, AskedState, Chat, State
from copbot.domain.message import Button, Look, Message
from copbot.domain.step import Step, StepState
from copbot.services import outgoing
from copbot.services.agenda import agenda
from copbot.services.desk import Desk

KEY = "panel"
SHOWN = 14
"""Steps to come that the panel lists: a whole hour, or the next weeks of a series."""

WHEN_IT_LEAVES = Message("…")
"""Stands in the row of a change: the panel is written when that leaves (see ``posting.words``), so that it always shows what is."""


def show(desk: Desk, chat: Chat, *, anew: str = "") -> None:
    """Open the panel backstage, or bring it up to date if it is open. ``anew``: a new one, for the date that a chat was moved to."""
    refresh(desk, chat)
    outgoing.tell_backstage(desk, chat, f"{KEY}@{anew}" if anew else KEY, panel(desk, chat), purpose=KEY)


def refresh(desk: Desk, chat: Chat) -> None:
    """Bring the panel up to date if it is open; it opens by itself ten minutes before the chat."""
    outgoing.change(desk, chat, KEY, WHEN_IT_LEAVES)


def panel(desk: Desk, chat: Chat) -> Message:
    """What hosts see of the chat now."""
    steps = desk.uow.steps.of(chat.id)
    asked = desk.uow.questions.of([chat.id])
    now_open = current(asked)
    text = desk.edition(chat).say(
        "panel",
        chat=chat,
        current=now_open,
        agenda=agenda(_ahead(steps), desk.edition(chat))[:SHOWN],
        coming_count=len(desk.uow.chats.attendance(chat.id)),
        note=_host_note(desk, chat, now_open),
    )
    return Message(
        text,
        tuple(
            _buttons(
                chat,
                steps,
                hushed=chat.hushed_until is not None and chat.hushed_until > desk.now,
                series=bool(desk.edition(chat).format.each_round),
            )
        ),
    )


def current(asked: list[AskedQuestion]) -> AskedQuestion | None:
    """The question that is being talked about: the newest one that is out or on its way."""
    return next((question for question in reversed(asked) if question.state is not AskedState.CLOSED), None)


def _host_note(desk: Desk, chat: Chat, asked: AskedQuestion | None) -> str | None:
    """What the author of the question set left for hosts only."""
    questions = desk.edition(chat).question_set.questions
    return next((question.host_note for question in questions if asked is not None and question.number == asked.number), None)


def _ahead(steps: list[Step]) -> list[Step]:
    return [step for step in steps if step.state is StepState.DUE and step.does in replanning.OF_THE_HOUR]


def _buttons(chat: Chat, steps: list[Step], *, hushed: bool, series: bool) -> Iterator[Button]:
    """``chat.change`` goes along, so that a press on an outdated panel can be told from a fresh one."""
    expects = f"{chat.id}:{chat.change}"
    match chat.state:
        case State.PLANNED:
            yield Button("Start now", "start", expects, Look.PRIMARY)
            yield Button("See the plan", "preview", expects)
            yield Button("Move it", "reschedule", expects)
            yield Button("Cancel the chat", "cancel", expects, Look.DANGER)
        case State.OPEN if chat.paused_at:
            yield Button("Resume", "resume", expects, Look.PRIMARY)
            yield Button("Close", "close", expects, Look.DANGER)
        case State.OPEN:
            yield from _open_buttons(steps, expects, hushed=hushed, series=series)
        case State.CLOSING:
            yield Button("Transcript", "transcript", expects)
        case _:
            return


def _open_buttons(steps: list[Step], expects: str, *, hushed: bool, series: bool) -> Iterator[Button]:
    coming = replanning.next_question(steps)
    following = replanning.next_of_the_hour(steps)
    if coming is not None:
        yield Button(f"Next: Q{coming.number}", "next", expects, Look.PRIMARY)
        yield Button(f"Skip Q{coming.number}", "skip", expects)
    elif following is not None:
        yield Button(f"Next: {'take-away' if following.does == 'ask_round' else 'close'}", "next", expects, Look.PRIMARY)
    if not series:
        yield Button("5 minutes more", "extend", f"{expects}:5")
    yield Button("Ask something", "ask", expects)
    yield Button("Pause", "pause", expects)
    yield Button("Unhush" if hushed else "Hush", "hush", expects)
    yield Button("Close", "close", expects, Look.DANGER)
