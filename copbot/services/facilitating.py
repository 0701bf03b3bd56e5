"""Facilitation in a running chat: noticing that nobody answers, and saying so little that people have room to.

Every decision leaves a line in the log of restraint, which hosts can read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from copbot.domain import silence
from copbot.domain.chat import Act, AskedQuestion, AskedState, Chat, State
from copbot.domain.community import Community
from copbot.domain.facilitation import Decision, Restraint
from copbot.domain.format import Format, IfQuiet, Log, Mode
from copbot.domain.message import Message, Reply
from copbot.domain.plan import questions_of
from copbot.domain.prompt import Autonomy, Prompt, fill
from copbot.domain.schedule import is_quiet
from copbot.domain.step import Step, StepState
from copbot.domain.weekday_hours import after_weekday_hours
from copbot.ports.library import Edition
from copbot.ports.platform import CommandSpec
from copbot.services import options, outgoing, panel, probes
from copbot.services.call import Call, Command, Press, Who, private
from copbot.services.desk import Desk

HOST_TIP = "host-wait"
OWN_WORDS = "if_quiet"
"""What the log of restraint calls the words that a question brings along itself."""

FOR_GOOD = datetime(9999, 12, 31, tzinfo=UTC)
"""``hushed_until`` of a chat that is hushed to its end."""

LATEST = {Mode.LIVE: timedelta(minutes=5), Mode.ASYNC: timedelta(hours=12)}
"""How late an unasked post may still leave the outbox."""


def steps_for(chat: Chat, asked: AskedQuestion, edition: Edition) -> list[tuple[str, str, datetime]]:
    """What must happen because this question is open now: (key, does, due) of each step; ``about["asked"]`` must be the question's id."""
    steps = [(f"probes:{asked.id}", "probes", asked.asked_at)]
    if _can_see_answers(edition.format):
        own = _if_quiet(edition.format, asked.number)
        wait = silence.patience(edition.format.mode, own.after if own else None)
        steps.append((f"quiet_host:{asked.id}", "quiet_host", _later(chat, asked, wait.hosts, edition)))
        if not any(phase.does == "nudge" for phase in edition.format.each_round):  # such a format brings its own, at its own time
            steps.append((f"quiet:{asked.id}", "quiet", _later(chat, asked, wait.everyone, edition)))
    return [step for step in steps if asked.closes_at is None or step[2] < asked.closes_at]


def _can_see_answers(format: Format) -> bool:
    """In private rooms only the format itself speaks (rule 12), and without activity there is nothing to go by."""
    return format.log is Log.ACTIVITY and not format.room and format.mode is not Mode.PAIR


def _if_quiet(format: Format, number: int) -> IfQuiet | None:
    phases = (*format.during, *format.each_round)
    return next((phase.if_quiet for phase in phases if phase.if_quiet and (not phase.which or number in phase.which)), None)


def _later(chat: Chat, asked: AskedQuestion, wait: timedelta, edition: Edition) -> datetime:
    if edition.format.mode is Mode.LIVE:
        return asked.asked_at + wait
    return after_weekday_hours(asked.asked_at, wait, chat.zone, edition.question_set.skip_dates)


@dataclass(frozen=True, slots=True)
class _Quiet:
    """A question without an answer, and what bears on whether to speak."""

    asked: AskedQuestion
    edition: Edition
    community: Community
    situation: silence.Situation


def tip_hosts(desk: Desk, chat: Chat, step: Step) -> None:
    """Tell the hosts backstage that nobody has answered yet. In a live chat also in quiet hours: they are there."""
    quiet = _look_at(desk, chat, step)
    tip = quiet and quiet.edition.prompts.get(HOST_TIP)
    if quiet is None or not tip or tip.id in quiet.community.prompts_off:
        return
    rule = silence.may_speak(quiet.situation)
    if rule == silence.BREATHING_SPACE or (rule == silence.QUIET_HOURS and quiet.edition.format.mode is not Mode.LIVE):
        _note(desk, quiet.asked, Decision.SUPPRESSED, rule=rule)
        return
    outgoing.tell_backstage(desk, chat, step.key, Message(_host_tip(desk, quiet, tip)), purpose="host_tip")
    _note(desk, quiet.asked, Decision.SUGGESTED, prompt=tip.id)


def _host_tip(desk: Desk, quiet: _Quiet, tip: Prompt) -> str:
    """The tip counts minutes since a numbered question; where people answer in their own time there is nothing to count."""
    if not quiet.asked.number or quiet.edition.format.mode is not Mode.LIVE:
        return quiet.edition.say("facilitate-host-wait", label=quiet.asked.label)
    minutes = round((desk.now - quiet.asked.asked_at) / timedelta(minutes=1))
    return fill(tip.text, n=quiet.asked.number, minutes=minutes)


def speak_if_quiet(desk: Desk, chat: Chat, step: Step) -> None:
    """Invite an answer in the thread, once, unless somebody answered meanwhile or a rule of silence forbids it."""
    quiet = _look_at(desk, chat, step)
    if quiet is None or _has_said_goodbye(desk, chat):
        return
    rule = silence.may_speak(quiet.situation)
    if rule is None:
        _invite(desk, chat, quiet)
        return
    _note(desk, quiet.asked, Decision.SUPPRESSED, rule=rule)
    until = silence.breathing_until(quiet.situation)
    if rule == silence.BREATHING_SPACE and until is not None:
        _look_again(desk, step, until)


def _look_at(desk: Desk, chat: Chat, step: Step) -> _Quiet | None:
    """The step's question, if it is open in an open chat and has no answer: else the signal is gone."""
    asked = desk.uow.questions.get(int(step.about["asked"]))
    if asked is None or asked.state is not AskedState.OPEN or chat.state is not State.OPEN:
        return None
    counters = desk.uow.questions.counters([asked.id])[asked.id]
    if counters.messages:
        return None
    edition, community = desk.edition(chat), desk.community(chat)
    format = edition.format
    allowed = silence.allowance(community.level, format.mode, format.budget)
    lines = desk.uow.facilitation.restraints(chat.id)
    spoken = sum(line.decision is Decision.SENT and line.at > desk.now - allowed.window for line in lines)
    hours = is_quiet(desk.now, community.quiet_hours, community.zone) or is_quiet(desk.now, format.quiet_hours, chat.zone)
    return _Quiet(asked, edition, community, silence.Situation(desk.now, chat, counters, allowed, spoken, hours))


def _has_said_goodbye(desk: Desk, chat: Chat) -> bool:
    """Whether the closing words have been said: nobody is invited to begin after them."""
    return any(step.does == "close" and step.state is StepState.DONE for step in desk.uow.steps.of(chat.id))


def _look_again(desk: Desk, step: Step, due: datetime) -> None:
    """A step of its own: the one in hand is done."""
    times = int(step.about.get("waited", "0")) + 1
    about = {"asked": step.about["asked"], "waited": str(times)}
    desk.uow.steps.add([Step(0, step.chat, f"quiet:{about['asked']}:{times}", "quiet", due, about=about)])


def _invite(desk: Desk, chat: Chat, quiet: _Quiet) -> None:
    words = _own_words(quiet) or _choose(desk, chat, quiet)
    if words is None:
        _note(desk, quiet.asked, Decision.SUPPRESSED)
        return
    prompt, text = words
    not_after = desk.now + LATEST[quiet.edition.format.mode]
    outgoing.post_in_thread(desk, chat, quiet.asked, f"quiet:{quiet.asked.tag}", Message(text), purpose="unasked", not_after=not_after)
    counters = quiet.situation.counters
    desk.uow.questions.save_counters([counters._replace(unasked_posts=counters.unasked_posts + 1, last_unasked_at=desk.now)])
    desk.uow.chats.save(replace(chat, last_unasked_at=desk.now))
    desk.uow.facts.put(_used_key(chat, prompt), desk.now.isoformat())
    _note(desk, quiet.asked, Decision.SENT, prompt=prompt)


def _own_words(quiet: _Quiet) -> tuple[str, str] | None:
    questions = questions_of(quiet.edition.format, quiet.edition.question_set)
    own = next((question.if_quiet for question in questions if question.number == quiet.asked.number), None)
    return (OWN_WORDS, own) if own else None


def _choose(desk: Desk, chat: Chat, quiet: _Quiet) -> tuple[str, str] | None:
    """What fits and was not used in this chat; the one this community has not read for longest; then by id (2-domain 3.3)."""
    used = {line.prompt for line in desk.uow.facilitation.restraints(chat.id) if line.decision is Decision.SENT}
    own = _if_quiet(quiet.edition.format, quiet.asked.number)
    fitting = [
        prompt
        for prompt in quiet.edition.prompts.values()
        if _fits(prompt, quiet.edition.format.mode, own) and prompt.id not in used and prompt.id not in quiet.community.prompts_off
    ]
    chosen = min(fitting, key=lambda prompt: (desk.uow.facts.get(_used_key(chat, prompt.id)) or "", prompt.id), default=None)
    return (chosen.id, chosen.text) if chosen else None


def _fits(prompt: Prompt, mode: Mode, own: IfQuiet | None) -> bool:
    """Placeholders rule a prompt out: whatever would fill them names people or needs a host's eye."""
    if own and own.use and prompt.id not in own.use:
        return False
    right = silence.NO_ANSWER_YET in prompt.signals and prompt.autonomy is Autonomy.AUTO and prompt.audience == "thread"
    return right and prompt.stage == "during" and prompt.mode in {"", mode} and re.search(r"\{\w+\}", prompt.text) is None


def _used_key(chat: Chat, prompt: str) -> str:
    return f"prompt used:{chat.community}:{prompt}"


def _note(desk: Desk, asked: AskedQuestion, decision: Decision, *, rule: int | None = None, prompt: str = "") -> None:
    desk.uow.facilitation.restrain([Restraint(asked.chat, asked.id, desk.now, silence.NO_ANSWER_YET, decision, rule, prompt)])


def hush(desk: Desk, call: Call) -> Reply:
    """``hush``: nothing unasked for the rest of the chat; ``hush 10``: for ten minutes; ``hush off``: as before."""
    assert call.chat is not None
    words = call.text.strip().lower()
    if words in {"off", "end", "stop"}:
        return _set_hush(desk, call.chat, call, None)
    found = re.fullmatch(r"(?:(\d{1,4})\s*(?:m|min|mins|minutes?)?)?", words)
    if found is None:
        return private(desk.say("facilitate-hush-unclear"))
    return _set_hush(desk, call.chat, call, desk.now + timedelta(minutes=int(found[1])) if found[1] else FOR_GOOD)


def press_hush(desk: Desk, call: Call) -> Reply:
    """The panel's button: hush the chat, or end the hush."""
    assert call.chat is not None
    hushed = call.chat.hushed_until is not None and call.chat.hushed_until > desk.now
    return _set_hush(desk, call.chat, call, None if hushed else FOR_GOOD)


def _set_hush(desk: Desk, chat: Chat, call: Call, until: datetime | None) -> Reply:
    changed = replace(chat, hushed_until=until)
    desk.uow.chats.save(changed)
    desk.uow.chats.did(Act(chat.id, call.by.id, "unhushed" if until is None else "hushed", "the bot", desk.now))
    panel.refresh(desk, changed)
    shown = until if until and until != FOR_GOOD else None
    return private(desk.say("facilitate-hushed", on=until is not None, until=shown, zone=chat.time_zone))


def restraint(desk: Desk, call: Call) -> Reply:
    """The log of restraint in words: what the bot noticed and what it did, or why it stayed quiet."""
    assert call.chat is not None
    labels = {asked.id: asked.label for asked in desk.uow.questions.of([call.chat.id])}
    lines = [
        {"at": line.at, "label": labels.get(line.asked or 0, ""), "decision": line.decision.value, "rule": line.rule}
        for line in desk.uow.facilitation.restraints(call.chat.id)
    ]
    return private(desk.say("facilitate-restraint", lines=lines, zone=call.chat.time_zone))


PERFORM: Mapping[str, Callable[[Desk, Chat, Step], None]] = {"quiet_host": tip_hosts, "quiet": speak_if_quiet, "probes": probes.offer}

COMMANDS: tuple[Command, ...] = (
    Command(
        CommandSpec(
            "hush",
            "nothing unasked from me, for the rest of the chat or some minutes",
            "hush [minutes|off]",
            (options.CHAT,),
            "minutes, or off",
        ),
        hush,
        Who.HOST,
        needs_chat=True,
    ),
    Command(
        CommandSpec("restraint", "see what I noticed and why I stayed quiet", "restraint", (options.CHAT,)),
        restraint,
        Who.HOST,
        needs_chat=True,
    ),
)

PRESSES: Mapping[str, Press] = {"hush": Press(press_hush, Who.HOST)}
