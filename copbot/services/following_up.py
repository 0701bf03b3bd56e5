"""What a member does about their own reflections: asking for them, answering, putting off, stopping, reading, deleting."""

from collections.abc import Mapping

from copbot.domain.consent import OFF, ON, Consent, Scope
from copbot.domain.follow_up import FollowUp, Reflection, ReflectPreference
from copbot.domain.follow_up_plan import MODELS
from copbot.domain.markup import escape, shorten
from copbot.domain.member import Member
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message, Private, Reply
from copbot.ports.platform import CommandSpec, OptionSpec
from copbot.services import commitments, follow_up_flow, writing_back
from copbot.services.call import Call, Command, Press, private
from copbot.services.desk import Desk
from copbot.services.nearest import nearest

LABEL = 45
"""Characters of a question that fit above a form's field on every platform: Discord's limit for labels is 45."""


def reflect(desk: Desk, call: Call) -> Reply:
    """``reflect on|off|status``, with ``model=gibbs`` if the member wants another model than the question sets use."""
    words = call.text.strip().lower()
    model = call.options.get("model", "").strip().lower()
    if model and model not in MODELS and model != "default":
        return private(
            desk.say("reflect-model-unknown", model=escape(shorten(model, 30)), near=nearest(model, MODELS), models=sorted(MODELS))
        )
    if words == "off":
        return stop(desk, call)
    if words == "on" or (model and not words):
        if model:
            desk.uow.follow_ups.prefer(ReflectPreference(call.by.id, None if model == "default" else model, desk.now))
        return start(desk, call)
    return _status(desk, call)


def start(desk: Desk, call: Call) -> Reply:
    """Reflections from now on. Starting again also ends the silence after two that were left unanswered."""
    desk.uow.consents.add([Consent(call.by.id, Scope.FOLLOW_UP, ON, desk.now, via="reflect")])
    return private(desk.say("reflect-on", model=_model(desk, call.by), activity_off=_activity_is_off(desk, call.by)))


def stop(desk: Desk, call: Call) -> Reply:
    """No private messages any more. What the member wrote stays theirs to read or delete."""
    desk.uow.consents.add([Consent(call.by.id, Scope.FOLLOW_UP, OFF, desk.now, via="reflect")])
    follow_up_flow.stop(desk, call.by)
    return private(desk.say("reflect-off"))


def _status(desk: Desk, call: Call) -> Reply:
    choice = desk.uow.consents.current([call.by.id]).get(call.by.id, {}).get(Scope.FOLLOW_UP)
    on = choice is not None and choice.state == ON
    waiting = [each for state in follow_up_flow.UNFINISHED for each in desk.uow.follow_ups.in_state(call.by.id, state)]
    text = desk.say(
        "reflect-status",
        on=on,
        since=choice.at if choice else None,
        model=_model(desk, call.by),
        coming=min((each.due_at for each in waiting), default=None),
        zone=call.by.time_zone or call.community.time_zone,
    )
    other = Button("Stop", "reflect-stop") if on else Button("Switch on", "reflect-on", look=Look.PRIMARY)
    return Private(Message(text, (other,)))


def _model(desk: Desk, member: Member) -> str:
    """The member's own choice, or "" if each question set decides."""
    preference = desk.uow.follow_ups.preference(member.id)
    return (preference.model if preference else None) or ""


def _activity_is_off(desk: Desk, member: Member) -> bool:
    choice = desk.uow.consents.current([member.id]).get(member.id, {}).get(Scope.ACTIVITY)
    return choice is not None and choice.state == OFF


def answer(desk: Desk, call: Call) -> Reply:
    """Open the form for the question in hand."""
    follow_up = follow_up_flow.in_hand(desk, call)
    if follow_up is None:
        return private(desk.say("follow-up-past"))
    label = desk.say("reflect-field", number=follow_up.position + 1, count=len(follow_up.prompts))
    field = Field("text", shorten(label, LABEL), FieldKind.PARAGRAPH, hint=_question(desk, follow_up))
    return Form("reflection", "Your reflection", (field,), follow_up_flow.value_of(follow_up), "Keep it")


def answered(desk: Desk, call: Call) -> Reply:
    """Keep what was written in the form."""
    follow_up, text = follow_up_flow.in_hand(desk, call), call.options.get("text", "").strip()
    if follow_up is None:
        return private(desk.say("follow-up-past"))
    if not text:
        return FormErrors({"text": desk.say("reflect-empty")})
    kinds = follow_up_flow.may_identify(desk, call.by, text)
    if kinds:
        return FormErrors({"text": desk.say("follow-up-identifier", kinds=kinds)})
    follow_up_flow.keep(desk, follow_up, text)
    return private(desk.say("reflect-kept"))


def skip(desk: Desk, call: Call) -> Reply:
    """Leave out this question, not the others."""
    follow_up = follow_up_flow.in_hand(desk, call)
    if follow_up is None:
        return private(desk.say("follow-up-past"))
    follow_up_flow.advance(desk, follow_up)
    return private(desk.say("reflect-skipped", more=follow_up.position + 1 < len(follow_up.prompts)))


def later(desk: Desk, call: Call) -> Reply:
    """Not this week."""
    follow_up = follow_up_flow.in_hand(desk, call)
    due = follow_up_flow.postpone(desk, follow_up) if follow_up else None
    if due is None:
        return private(desk.say("follow-up-past"))
    return private(desk.say("reflect-later", due=due, zone=call.by.time_zone or call.community.time_zone))


def reflections(desk: Desk, call: Call) -> Reply:
    """Everything the member wrote for themselves, oldest first."""
    written = desk.uow.follow_ups.reflections(call.by.id)
    tried = desk.uow.follow_ups.commitments(call.by.id)
    text = desk.say(
        "reflect-list",
        reflections=[_shown(desk, each) for each in written if each.text],
        commitments=[{"at": each.at, "text": escape(each.text), "outcome": each.outcome.value if each.outcome else ""} for each in tried],
        zone=call.by.time_zone or call.community.time_zone,
    )
    return Private(Message(text, (Button("Delete all", "reflections-delete", look=Look.DANGER),) if written or tried else ()))


def _shown(desk: Desk, reflection: Reflection) -> dict[str, object]:
    chat = desk.uow.chats.get(reflection.chat)
    prompt = desk.edition(chat).prompts.get(reflection.prompt) if chat else None
    return {
        "at": reflection.at,
        "chat": chat.title if chat else "",
        "question": prompt.text.format_map(_Gaps()) if prompt else "",
        "text": escape(reflection.text),
    }


class _Gaps(dict[str, str]):
    """What a question said in the place of a placeholder is not kept; an ellipsis stands for it."""

    def __missing__(self, key: str) -> str:
        return "…"


def _question(desk: Desk, follow_up: FollowUp) -> str:
    chat = desk.uow.chats.get(follow_up.chat)
    prompt = desk.edition(chat).prompts.get(follow_up_flow.prompt_in_hand(follow_up)) if chat else None
    return prompt.text.format_map(_Gaps()) if prompt else ""


def ask_to_delete(desk: Desk, call: Call) -> Reply:
    """Make sure before anything is deleted."""
    return Private(Message(desk.say("reflect-delete-sure"), (Button("Delete them for good", "reflections-delete-sure", look=Look.DANGER),)))


def delete(desk: Desk, call: Call) -> Reply:
    """Delete the member's reflections and commitments, and the messages that may quote them."""
    follow_up_flow.erase_mail(desk, call.by)
    desk.uow.follow_ups.delete_reflections(call.by.id)
    desk.uow.follow_ups.delete_commitments(call.by.id)
    return private(desk.say("reflect-deleted"))


COMMANDS: tuple[Command, ...] = (
    Command(
        CommandSpec(
            "reflect",
            "private questions to think back with, after each chat",
            "reflect on|off|status [model=gibbs]",
            (OptionSpec("model", "the model of reflection", choices=("default", *sorted(MODELS))),),
            "on, off or status",
        ),
        reflect,
    ),
    *commitments.COMMANDS,
    Command(CommandSpec("reflections", "read or delete what you wrote for yourself", "reflections"), reflections),
)

PRESSES: Mapping[str, Press] = {
    "reflect-on": Press(start),
    "reflect-stop": Press(stop),
    "reflect-answer": Press(answer, opens_form=True),
    "reflect-skip": Press(skip),
    "reflect-later": Press(later),
    "reflections": Press(reflections),
    "reflections-delete": Press(ask_to_delete),
    "reflections-delete-sure": Press(delete),
    **commitments.PRESSES,
}

FORMS: Mapping[str, Press] = {"reflection": Press(answered), **commitments.FORMS}

PERFORM = follow_up_flow.PERFORM
heard_privately = writing_back.heard_privately
send_due = follow_up_flow.send_due
"""What the ticker calls: sends the follow-ups whose time has come."""
