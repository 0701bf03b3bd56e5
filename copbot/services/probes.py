"""Probes: further questions of a question, offered to hosts backstage with Post, Edit and Skip. Nothing is posted unless a host says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from copbot.domain.chat import Act, AskedQuestion, Chat
from copbot.domain.facilitation import Suggestion, SuggestionState
from copbot.domain.format import Mode
from copbot.domain.markup import escape
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Look, Message, Nothing, Reply
from copbot.domain.plan import questions_of
from copbot.domain.step import Step
from copbot.services import outgoing
from copbot.services.call import Call, Press, Who, private
from copbot.services.desk import Desk

ON_ONE_SHEET = 3
"""Probes in one message: with three buttons each, nine; the fewest buttons a platform allows under a message are ten."""

STAYS = timedelta(hours=24)
"""How long suggestions stand where people talk in their own time; in a live chat, until the next question opens."""


def offer(desk: Desk, chat: Chat, step: Step) -> None:
    """Offer the probes of the question that has just opened. In a live chat those of earlier questions end here."""
    asked = desk.uow.questions.get(int(step.about["asked"]))
    if asked is None:
        return
    edition = desk.edition(chat)
    live = edition.format.mode is Mode.LIVE
    if live:
        _end_earlier(desk, chat, asked)
    questions = questions_of(edition.format, edition.question_set)
    texts = next((question.probes for question in questions if question.number == asked.number), ())
    expires = (asked.closes_at or chat.ends_at) if live else desk.now + STAYS
    for number, text in enumerate(texts, 1):
        desk.uow.facilitation.suggest(Suggestion(0, chat.id, asked.id, f"probe:{asked.id}:{number}", text, desk.now, expires))
    for key, message in _sheets(desk, chat, asked):
        outgoing.tell_backstage(desk, chat, key, message, purpose="suggestion")


def look(desk: Desk) -> None:
    """End suggestions whose time has run out, and show it backstage. For the ticker, whenever it looks what is due."""
    ended = desk.uow.facilitation.expire(desk.now)
    for chat_id, asked_id in sorted({(suggestion.chat, suggestion.asked) for suggestion in ended}):
        chat, asked = desk.uow.chats.get(chat_id), desk.uow.questions.get(asked_id)
        if chat is not None and asked is not None:
            _refresh(desk, chat, asked)


def post(desk: Desk, call: Call) -> Reply:
    """Post a probe as it is, in its question's thread."""
    suggestion = _of(desk, call)
    if suggestion is None or not _stands(desk, suggestion):
        return _too_late(desk, suggestion)
    return _post(desk, call, suggestion, suggestion.text, SuggestionState.POSTED)


def edit(desk: Desk, call: Call) -> Reply:
    """Open a form with the probe's words."""
    suggestion = _of(desk, call)
    if suggestion is None or not _stands(desk, suggestion):
        return _too_late(desk, suggestion)
    words = Field("text", "What to post", FieldKind.PARAGRAPH, suggestion.text)
    return Form("probe-edited", "Edit and post", (words,), f"{suggestion.chat}:{suggestion.id}", "Post")


def edited(desk: Desk, call: Call) -> Reply:
    """Post a probe in the host's words."""
    suggestion, text = _of(desk, call), call.options.get("text", "").strip()
    if suggestion is None or not _stands(desk, suggestion):
        return _too_late(desk, suggestion)
    if not text:
        return FormErrors({"text": desk.say("facilitate-probe-empty")})
    return _post(desk, call, suggestion, text, SuggestionState.EDITED)


def skip(desk: Desk, call: Call) -> Reply:
    """Leave a probe out."""
    suggestion = _of(desk, call)
    if suggestion is None or not _stands(desk, suggestion):
        return _too_late(desk, suggestion)
    _decide(desk, call, suggestion, SuggestionState.SKIPPED)
    return Nothing()


def _post(desk: Desk, call: Call, suggestion: Suggestion, text: str, state: SuggestionState) -> Reply:
    asked, chat = desk.uow.questions.get(suggestion.asked), call.chat
    if asked is None or chat is None:
        return _too_late(desk, suggestion)
    words = escape(text) if state is SuggestionState.EDITED else text
    outgoing.post_in_thread(desk, chat, asked, f"probe:{suggestion.id}", Message(words), purpose="probe")
    desk.uow.chats.did(Act(chat.id, call.by.id, "posted", f"a further question to {asked.label}", desk.now))
    _decide(desk, call, replace(suggestion, text=text), state)
    return Nothing()


def _decide(desk: Desk, call: Call, suggestion: Suggestion, state: SuggestionState) -> None:
    desk.uow.facilitation.save(replace(suggestion, state=state, by=call.by.id, decided_at=desk.now))
    asked = desk.uow.questions.get(suggestion.asked)
    if asked is not None and call.chat is not None:
        _refresh(desk, call.chat, asked)


def _of(desk: Desk, call: Call) -> Suggestion | None:
    """The suggestion that a button or form is about, if it belongs to the chat that the host's rights were checked for."""
    id = call.parts[1] if len(call.parts) > 1 else ""
    suggestion = desk.uow.facilitation.get(int(id)) if id.isdecimal() else None
    return suggestion if suggestion and call.chat and suggestion.chat == call.chat.id else None


def _stands(desk: Desk, suggestion: Suggestion) -> bool:
    return suggestion.state is SuggestionState.OFFERED and desk.now < suggestion.expires_at


def _too_late(desk: Desk, suggestion: Suggestion | None) -> Reply:
    """Say who decided what, and how long ago."""
    who = desk.uow.members.get(suggestion.by) if suggestion and suggestion.by else None
    decided = suggestion.decided_at if suggestion else None
    return private(
        desk.say(
            "facilitate-probe-decided",
            who=escape(who.name) if who else "",
            state=suggestion.state.value if suggestion and who else "expired",
            seconds=round((desk.now - decided).total_seconds()) if decided else 0,
        )
    )


def _end_earlier(desk: Desk, chat: Chat, asked: AskedQuestion) -> None:
    over = [each for each in desk.uow.facilitation.of(chat.id) if each.asked != asked.id and each.state is SuggestionState.OFFERED]
    for suggestion in over:
        desk.uow.facilitation.save(replace(suggestion, state=SuggestionState.EXPIRED, decided_at=desk.now))
    for id in sorted({suggestion.asked for suggestion in over}):
        earlier = desk.uow.questions.get(id)
        if earlier is not None:
            _refresh(desk, chat, earlier)


def _refresh(desk: Desk, chat: Chat, asked: AskedQuestion) -> None:
    for key, message in _sheets(desk, chat, asked):
        outgoing.change(desk, chat, key, message)


def _sheets(desk: Desk, chat: Chat, asked: AskedQuestion) -> Iterator[tuple[str, Message]]:
    """The backstage messages of a question, by key, as they should look now."""
    suggestions = [each for each in desk.uow.facilitation.of(chat.id) if each.asked == asked.id]
    for first in range(0, len(suggestions), ON_ONE_SHEET):
        sheet = list(enumerate(suggestions, 1))[first : first + ON_ONE_SHEET]
        yield f"probes:{asked.id}:{first // ON_ONE_SHEET + 1}", _sheet(desk, chat, asked, sheet)


def _sheet(desk: Desk, chat: Chat, asked: AskedQuestion, sheet: Sequence[tuple[int, Suggestion]]) -> Message:
    names = desk.uow.members.many([each.by for _, each in sheet if each.by])
    lines = [
        {
            "number": number,
            "text": escape(each.text) if each.state is SuggestionState.EDITED else each.text,
            "state": each.state.value,
            "by": escape(names[each.by].name) if each.by in names else "",
        }
        for number, each in sheet
    ]
    text = desk.edition(chat).say("facilitate-probes", label=asked.label, suggestions=lines)
    return Message(text, tuple(button for number, each in sheet if _stands(desk, each) for button in _buttons(number, each)))


def _buttons(number: int, suggestion: Suggestion) -> Iterator[Button]:
    value = f"{suggestion.chat}:{suggestion.id}"
    yield Button(f"Post {number}", "probe-post", value, Look.PRIMARY)
    yield Button(f"Edit {number}", "probe-edit", value)
    yield Button(f"Skip {number}", "probe-skip", value)


PRESSES: Mapping[str, Press] = {
    "probe-post": Press(post, Who.HOST),
    "probe-edit": Press(edit, Who.HOST, opens_form=True),
    "probe-skip": Press(skip, Who.HOST),
}

FORMS: Mapping[str, Press] = {"probe-edited": Press(edited, Who.HOST)}
