"""What each step of a plan does. A step does no I/O: it changes rows and puts messages on their way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from copbot.domain import replanning
from copbot.domain.chat import AskedState, Chat, Role, State
from copbot.domain.format import Mode, Phase
from copbot.domain.lateness import QUESTIONS, last_moment
from copbot.domain.markup import escape
from copbot.domain.message import Button, Message
from copbot.domain.plan import questions_of
from copbot.domain.prompt import Autonomy, fill, topic
from copbot.domain.question import Question
from copbot.domain.schedule import is_quiet
from copbot.domain.step import Step
from copbot.ports.library import Edition
from copbot.services import asking, attending, facilitating, following_up, outgoing, panel
from copbot.services.desk import Desk

Perform = Callable[[Desk, Chat, Step], None]


def latest(desk: Desk, chat: Chat, step: Step) -> datetime | None:
    """Until when the step may still be done, or None if however late."""
    format = desk.edition(chat).format
    ends = desk.uow.steps.next_of(chat.id, replanning.ENDS_A_SLOT, step.due_at) if step.does in QUESTIONS else None
    mode = Mode.ASYNC if format.each_round else format.mode
    return last_moment(step, mode=mode, starts_at=chat.starts_at, slot_ends=ends or step.due_at)


def planned_question(desk: Desk, chat: Chat, step: Step) -> Question | None:
    """The question that an ``ask`` or ``part_b`` step puts."""
    edition = desk.edition(chat)
    asked = questions_of(edition.format, edition.question_set)
    return next((question for question in asked if question.number == step.number), None)


def words(desk: Desk, chat: Chat, phase: Phase | None, **more: object) -> str:
    """The words of a phase: its own post or prompt, then what it says also, placeholders filled."""
    edition = desk.edition(chat)
    if phase is None:
        return ""
    texts = [phase.post] if phase.post else []
    texts += [edition.prompts[id].text for id in ([phase.prompt] if phase.prompt and not phase.post else []) + list(phase.also)]
    return "\n\n".join(fill(text, **{**_standard(desk, chat, edition, phase), **more}) for text in texts)


def _standard(desk: Desk, chat: Chat, edition: Edition, phase: Phase) -> dict[str, object]:
    paper = edition.question_set.paper
    link = (paper.link or (f"https://doi.org/{paper.doi}" if paper.doi else "")) if paper else ""
    open_for = next((one.stays_open for one in edition.format.after if one.stays_open), timedelta(hours=24))
    return {
        "topic": topic(chat.title),
        "time": f"{chat.starts_at.astimezone(chat.zone):%H:%M}",
        "minutes": int(phase.lasts.total_seconds() // 60) if phase.lasts else 0,
        "open_for": f"{int(open_for.total_seconds() // 3600)} hours",
        "n": len(edition.question_set.questions),
        "paper_link": link,
        "themes": "…",
        "guest": _guest(desk, chat) or "our guest",
    }


def _guest(desk: Desk, chat: Chat) -> str:
    ids = [role.member for role in desk.uow.chats.roles([chat.id]) if role.role is Role.GUEST]
    return ", ".join(escape(member.name) for member in desk.uow.members.many(ids).values())


def _phase(desk: Desk, chat: Chat, step: Step) -> Phase | None:
    format = desk.edition(chat).format
    return next((phase for phase in (*format.before, *format.during, *format.each_round, *format.after) if phase.id == step.phase), None)


def _announce(desk: Desk, chat: Chat, step: Step) -> None:
    edition = desk.edition(chat)
    text = edition.say("announcement", chat=chat, question_set=edition.question_set, hosts=outgoing.hosts_of(desk, chat))
    outgoing.post(desk, chat, step.key, Message(text, attending.buttons(chat)), purpose="announcement", not_after=chat.starts_at)


def _reading(desk: Desk, chat: Chat, step: Step) -> None:
    edition = desk.edition(chat)
    text = edition.say("reading", chat=chat, question_set=edition.question_set)
    outgoing.post(desk, chat, step.key, Message(text), purpose="reading", not_after=chat.starts_at)


def _remind(desk: Desk, chat: Chat, step: Step) -> None:
    text = desk.edition(chat).say("reminder", chat=chat, words=words(desk, chat, _phase(desk, chat, step)))
    until = latest(desk, chat, step)
    outgoing.post(desk, chat, step.key, Message(text, attending.buttons(chat)), purpose="reminder", not_after=until)


def _host_checklist(desk: Desk, chat: Chat, step: Step) -> None:
    edition = desk.edition(chat)
    text = edition.say("host-checklist", chat=chat, question_set=edition.question_set, people=desk.community(chat).people)
    outgoing.tell_backstage(desk, chat, step.key, Message(text), purpose="checklist")


def _panel(desk: Desk, chat: Chat, step: Step) -> None:
    panel.show(desk, chat, anew=step.key.partition("@")[2])


def _welcome(desk: Desk, chat: Chat, step: Step) -> None:
    edition = desk.edition(chat)
    community = desk.community(chat)
    text = edition.say(
        "welcome",
        chat=chat,
        words=words(desk, chat, _phase(desk, chat, step)),
        keep_text=community.privacy.keep_message_text,
        log=edition.format.log,
        kept_for=community.privacy.text_kept_for.days,
        hosts=outgoing.hosts_of(desk, chat),
    )
    buttons = (_listening(chat), Button("What is kept about me", "privacy", str(chat.id)))
    outgoing.post(desk, chat, step.key, Message(text, buttons), purpose="welcome")


def _introduce(desk: Desk, chat: Chat, step: Step) -> None:
    text = words(desk, chat, _phase(desk, chat, step))
    outgoing.post(desk, chat, step.key, Message(text, (_listening(chat),)), purpose="introductions", not_after=latest(desk, chat, step))


def _listening(chat: Chat) -> Button:
    return Button("I'm listening", "listening", str(chat.id))


def _say(desk: Desk, chat: Chat, step: Step) -> None:
    """Say the words of a phase; words that state what people think are only ever offered to the hosts."""
    phase = _phase(desk, chat, step)
    text = words(desk, chat, phase)
    prompt = desk.edition(chat).prompts.get(phase.prompt) if phase else None
    if prompt is not None and prompt.autonomy is Autonomy.SUGGEST:
        offered = desk.edition(chat).say("words-for-hosts", chat=chat, words=text, number=step.number)
        outgoing.tell_backstage(desk, chat, step.key, Message(offered), purpose="suggestion")
    else:
        outgoing.post(desk, chat, step.key, Message(text), purpose=step.phase)


def _ask(desk: Desk, chat: Chat, step: Step) -> None:
    question = planned_question(desk, chat, step)
    if question is not None:
        asking.ask(desk, chat, question, not_after=latest(desk, chat, step))


def _ask_round(desk: Desk, chat: Chat, step: Step) -> None:
    phase = _phase(desk, chat, step)
    edition = desk.edition(chat)
    closing = edition.question_set.closing
    text = "\n\n".join(part for part in (words(desk, chat, phase), closing) if part)
    commit = Button("I'll try something", "commit", str(chat.id))
    asking.ask(desk, chat, Question(0, text), name="Take-away", key="take-away", buttons=(commit,))


def _part_b(desk: Desk, chat: Chat, step: Step) -> None:
    question = planned_question(desk, chat, step)
    if question is not None:
        asking.ask_part_b(desk, chat, question, not_after=latest(desk, chat, step))


def _warn(desk: Desk, chat: Chat, step: Step) -> None:
    asked = panel.current(desk.uow.questions.of([chat.id]))
    ends = replanning.end_of_questions(desk.uow.steps.of(chat.id))
    if asked is None or ends is None or asked.number == 0:
        return
    minutes = max(round((ends - desk.now).total_seconds() / 60), 1)
    text = desk.edition(chat).say("time-warning", minutes=minutes, label=asked.label)
    outgoing.post_in_thread(desk, chat, asked, step.key, Message(text), purpose="warning", not_after=latest(desk, chat, step))


def _close(desk: Desk, chat: Chat, step: Step) -> None:
    edition = desk.edition(chat)
    said = words(desk, chat, _phase(desk, chat, step))
    text = edition.say("closing", chat=chat, words=said, hosts=outgoing.hosts_of(desk, chat))
    if not any(one.does == "round" for one in edition.format.during) and edition.question_set.closing:
        text = f"{text}\n\n{edition.question_set.closing}"
    buttons = (Button("I'm still listening", "listening", str(chat.id)), Button("Reflect later, privately", "reflect-on", str(chat.id)))
    outgoing.post(desk, chat, step.key, Message(text, buttons), purpose="closing")


def _end(desk: Desk, chat: Chat, step: Step) -> None:
    """The hour is over; threads stay open for late answers."""
    ended = replace(chat, state=State.CLOSING, closed_at=desk.now)
    desk.uow.chats.save(ended)
    for asked in desk.uow.questions.of([chat.id]):
        if asked.state is AskedState.OPEN:
            desk.uow.questions.save(replace(asked, closes_at=desk.now))
    panel.refresh(desk, ended)


def _settle(desk: Desk, chat: Chat, step: Step) -> None:
    """Late answers are in: nothing said from now on belongs to the chat."""
    settled = replace(chat, state=State.CLOSED)
    desk.uow.chats.save(settled)
    for asked in desk.uow.questions.of([chat.id]):
        desk.uow.questions.save(replace(asked, state=AskedState.CLOSED))
    panel.refresh(desk, settled)


def _draft_transcript(desk: Desk, chat: Chat, step: Step) -> None:
    text = desk.edition(chat).say("draft-transcript", chat=chat)
    message = Message(text, (Button("Transcript", "transcript", f"{chat.id}:{chat.change}"),))
    outgoing.tell_backstage(desk, chat, step.key, message, purpose="transcript")


def _nudge_summary(desk: Desk, chat: Chat, step: Step) -> None:
    outgoing.tell_backstage(desk, chat, step.key, Message(desk.edition(chat).say("nudge-summary", chat=chat)), purpose="summary")


def _draft_weave(desk: Desk, chat: Chat, step: Step) -> None:
    text = desk.edition(chat).say("draft-weave", chat=chat, number=step.number)
    outgoing.tell_backstage(desk, chat, step.key, Message(text), purpose="weave")


def _nudge(desk: Desk, chat: Chat, step: Step) -> None:
    """The midweek prompts of a series: only if few have spoken, or if nobody builds on anybody; never in quiet hours."""
    phase = _phase(desk, chat, step)
    asked = next((one for one in desk.uow.questions.of([chat.id]) if one.number == step.number), None)
    if phase is None or asked is None or asked.root is None:
        return
    counters = desk.uow.questions.counters([asked.id])[asked.id]
    wanted = {
        "fewer_than_3_voices": counters.voices < 3,
        "parallel_answers": counters.messages >= 5 and counters.voices >= 4 and counters.peer == 0,
    }
    if not wanted.get(phase.only_if, True) or is_quiet(desk.now, desk.community(chat).quiet_hours, chat.zone):
        return
    outgoing.post_in_thread(desk, chat, asked, step.key, Message(words(desk, chat, phase, count=counters.voices)), purpose="nudge")


PERFORM: Mapping[str, Perform] = {
    "announce": _announce,
    "reading": _reading,
    "remind": _remind,
    "host_checklist": _host_checklist,
    "panel": _panel,
    "welcome": _welcome,
    "welcome_series": _welcome,
    "introduce": _introduce,
    "say": _say,
    "ask": _ask,
    "ask_round": _ask_round,
    "part_b": _part_b,
    "warn": _warn,
    "close": _close,
    "end": _end,
    "settle": _settle,
    "draft_transcript": _draft_transcript,
    "nudge_summary": _nudge_summary,
    "draft_weave": _draft_weave,
    "nudge": _nudge,
    **facilitating.PERFORM,
    **following_up.PERFORM,
}
"""What a step does -> how."""
