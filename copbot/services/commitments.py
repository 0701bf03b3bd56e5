"""What members said they would try, and what came of it: private, and every outcome is a good answer."""

from collections.abc import Mapping
from dataclasses import replace

from copbot.domain import follow_up_plan
from copbot.domain.follow_up import Commitment, Outcome
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message, Private, Reply
from copbot.ports.platform import CommandSpec
from copbot.services import follow_up_flow, options
from copbot.services.call import Call, Command, Press, private
from copbot.services.desk import Desk

LONGEST = 500
"""Characters of a commitment: one sentence, with room to spare."""


def try_it(desk: Desk, call: Call) -> Reply:
    """``try TEXT``: remember what the member will try; without a text, a form."""
    text = call.text.strip()
    if not text:
        return ask(desk, call)
    chat = _chat(desk, call)
    wrong = _wrong(desk, call, text)
    if chat is None or wrong:
        return private(wrong or desk.say("commitment-no-chat"))
    return _remember(desk, call, chat, text)


def ask(desk: Desk, call: Call) -> Reply:
    """Open the form."""
    chat = _chat(desk, call)
    if chat is None:
        return private(desk.say("commitment-no-chat"))
    field = Field("text", "One small thing I'll try", FieldKind.PARAGRAPH, hint=desk.say("commitment-hint"))
    return Form("commitment", "I'll try something", (field,), str(chat), "Remember it")


def submitted(desk: Desk, call: Call) -> Reply:
    """Remember what was written in the form."""
    text, chat = call.options.get("text", "").strip(), _chat(desk, call)
    if chat is None:
        return private(desk.say("commitment-no-chat"))
    wrong = desk.say("reflect-empty") if not text else _wrong(desk, call, text)
    return FormErrors({"text": wrong}) if wrong else _remember(desk, call, chat, text)


def _chat(desk: Desk, call: Call) -> int | None:
    """The chat meant, or else the last one that the member took part in."""
    if call.chat is not None:
        return call.chat.id
    responses = desk.uow.responses.of_member(call.by.id)
    return max(responses, key=lambda response: (response.at, response.id)).chat if responses else None


def _wrong(desk: Desk, call: Call, text: str) -> str:
    if len(text) > LONGEST:
        return desk.say("commitment-long", most=LONGEST, now=len(text))
    kinds = follow_up_flow.may_identify(desk, call.by, text)
    return desk.say("follow-up-identifier", kinds=kinds) if kinds else ""


def _remember(desk: Desk, call: Call, chat: int, text: str) -> Reply:
    desk.uow.follow_ups.commit(Commitment(0, call.by.id, chat, text, desk.now))
    asked_later = call.by.id in desk.uow.follow_ups.subscribers([call.by.id])
    button = () if asked_later else (Button("Yes, ask me later", "reflect-on", str(chat), Look.PRIMARY),)
    return Private(Message(desk.say("commitment-kept", asked_later=asked_later), button))


def tell_outcome(desk: Desk, call: Call) -> Reply:
    """One press says what came of it. "Not yet" brings one more question, once: what got in the way."""
    follow_up, named = follow_up_flow.in_hand(desk, call), call.parts[-1]
    if follow_up is None or follow_up_flow.prompt_in_hand(follow_up) != follow_up_plan.TRIED or named not in set(Outcome):
        return private(desk.say("follow-up-past"))
    outcome = Outcome(named)
    commitment = follow_up_plan.open_commitment(desk.uow.follow_ups.commitments(call.by.id), follow_up.chat)
    if commitment is not None:
        desk.uow.follow_ups.save_commitment(replace(commitment, outcome=outcome, outcome_at=desk.now))
    follow_up_flow.advance(desk, follow_up_flow.with_blocked(desk, follow_up) if outcome is Outcome.NOT_YET else follow_up)
    return private(desk.say("commitment-outcome", outcome=outcome.value))


COMMANDS: tuple[Command, ...] = (
    Command(
        CommandSpec(
            "try", "note, for yourself, one thing you'll try", "try TEXT", (options.CHAT,), free="what you'll try", opens_form=True
        ),
        try_it,
    ),
)

PRESSES: Mapping[str, Press] = {"commit": Press(ask, opens_form=True), "commitment-outcome": Press(tell_outcome)}

FORMS: Mapping[str, Press] = {"commitment": Press(submitted)}
