"""Ids among many workspaces: ``T0ABC.C0123`` is the channel C0123 of the workspace T0ABC, and ``T0ABC.U0123`` somebody there.

The core takes ids as they are. On the way to it they are made ``Full``, on the way to Slack ``Bare``. The ids of messages and threads stay:
they mean something in their channel only. What the bot says names people and channels in links, and sometimes in words (``@T0ABC.U0123``).
"""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, NamedTuple, TypeVar

from copbot.domain.heard import Commanded, Edited, Heard, Interaction, Said, Submitted
from copbot.domain.message import Choices, Field, FieldKind, Form, FormErrors, Message, Nothing, Option, Private, Reply
from copbot.domain.place import Person, Place, Posted, Profile
from copbot.errors import Refused
from copbot_slack.names import SLACK

DOT = "."
CHANNEL = "channel:"
"""In front of the name of a field in which a channel is picked: what comes back does not say what kind of field it was."""

_ACCOUNT = re.compile(r"(?<![\w@])@(?=[UW](?=[A-Z]*\d)[A-Z0-9]{3,}\b)")
"""The ``@`` in front of an account, as ``hearing.plain`` writes it."""

_PICKED = re.compile(rf"person:{SLACK}:\w+(?:, person:{SLACK}:\w+)*")
AnyHeard = TypeVar("AnyHeard", bound=Heard)
AnyInteraction = TypeVar("AnyInteraction", bound=Interaction)


def team_of(address: Person | Place) -> str:
    """The workspace of a full id; empty for one that does not name any."""
    team, dot, _ = (address.id if isinstance(address, Person) else address.channel).partition(DOT)
    return team if dot else ""


class Full(NamedTuple):
    """Makes the ids of one workspace full."""

    team: str

    def person(self, person: Person) -> Person:
        """An account of this workspace, or one that it sees."""
        return person._replace(id=f"{self.team}{DOT}{person.id}")

    def place(self, place: Place) -> Place:
        """A channel, a thread or private messages in this workspace."""
        return place._replace(channel=f"{self.team}{DOT}{place.channel}")

    def posted(self, posted: Posted) -> Posted:
        """A message in this workspace."""
        return replace(posted, place=self.place(posted.place))

    def profile(self, profile: Profile) -> Profile:
        """What this workspace says of somebody."""
        return replace(profile, person=self.person(profile.person))

    def heard(self, heard: AnyHeard) -> AnyHeard:
        """What happened here."""
        names = heard._fields if isinstance(heard, Said) else [one.name for one in fields(heard)]
        changed = {name: self._value(getattr(heard, name)) for name in names}
        return type(heard)(**{**changed, **self._words(heard)})

    def refused(self, error: Refused) -> Refused:
        """The same error, with links that lead here."""
        link = f"place:{SLACK}:"
        reason, remedy = (text.replace(link, f"{link}{self.team}{DOT}") for text in (error.reason, error.remedy))
        return type(error)(error.platform, reason, remedy)

    def _value(self, value: Any) -> Any:  # noqa: ANN401 - whatever stands in an event
        match value:
            case Person():
                return self.person(value)
            case Place():
                return self.place(value)
            case (Person(), *_):
                return tuple(map(self.person, value))
            case Mapping():
                return dict(self._field(name, typed) for name, typed in value.items())
            case _:
                return value

    def _words(self, heard: Heard) -> Mapping[str, str]:
        """Accounts in words: of what people said only those that they mention."""
        match heard:
            case Commanded(text=text):
                return {"text": _ACCOUNT.sub(f"@{self.team}{DOT}", text)}
            case Said(text=text, mentions=mentions) | Edited(text=text, mentions=mentions) if mentions:
                accounts = "|".join(re.escape(person.id) for person in mentions)
                return {"text": re.sub(rf"@(?=(?:{accounts})\b)", f"@{self.team}{DOT}", text)}
            case _:
                return {}

    def _field(self, name: str, value: str) -> tuple[str, str]:
        if name.startswith(CHANNEL):
            return name.removeprefix(CHANNEL), f"{self.team}{DOT}{value}" if value else ""
        return name, value.replace(f":{SLACK}:", f":{SLACK}:{self.team}{DOT}") if _PICKED.fullmatch(value) else value


class Bare(NamedTuple):
    """Makes the ids of one workspace as Slack has them there. Those of other workspaces stay full, and are nothing that Slack knows."""

    team: str

    def person(self, person: Person) -> Person:
        """Somebody of this workspace."""
        return person._replace(id=self._id(person.id))

    def place(self, place: Place) -> Place:
        """Somewhere in this workspace."""
        return place._replace(channel=self._id(place.channel))

    def posted(self, posted: Posted) -> Posted:
        """A message in this workspace."""
        return replace(posted, place=self.place(posted.place))

    def interaction(self, interaction: AnyInteraction) -> AnyInteraction:
        """What somebody did here, by what it is known again: who, where, and its own id."""
        return replace(interaction, person=self.person(interaction.person), place=self.place(interaction.place))

    def message(self, message: Message) -> Message:
        """What the bot says; what a button carries is the core's own."""
        buttons = tuple(replace(button, label=self._text(button.label)) for button in message.buttons)
        return replace(message, text=self._text(message.text), buttons=buttons)

    def form(self, form: Form) -> Form:
        """A form, with its fields of channels under names by which they are known again."""
        return replace(form, fields=tuple(map(self._field, form.fields)), spare=tuple(map(self._field, form.spare)))

    def reply(self, interaction: Interaction, reply: Reply) -> Reply:
        """What somebody is told in return for the (full) interaction."""
        match reply:
            case Private(message):
                return replace(reply, message=self.message(message))
            case Form():
                return self.form(reply)
            case FormErrors(errors):
                return FormErrors({self._named(interaction, name): self._text(wrong) for name, wrong in errors.items()})
            case Choices() | Nothing():
                return reply

    def _field(self, field: Field) -> Field:
        known = replace(field, label=self._text(field.label), hint=self._text(field.hint), people=tuple(map(self.person, field.people)))
        match field.kind:
            case FieldKind.CHOICE:
                return known
            case FieldKind.CHANNEL:
                options = tuple(Option(self._id(option.value), self._text(option.label)) for option in field.options)
                return replace(known, name=f"{CHANNEL}{field.name}", value=self._id(field.value), options=options)
            case _:
                return replace(known, value=self._text(field.value))

    def _named(self, interaction: Interaction, name: str) -> str:
        chosen = interaction.fields.get(name, "") if isinstance(interaction, Submitted) else ""
        return f"{CHANNEL}{name}" if chosen.startswith(f"{self.team}{DOT}") else name

    def _id(self, id: str) -> str:
        return id.removeprefix(f"{self.team}{DOT}")

    def _text(self, text: str) -> str:
        return re.sub(rf"\b{re.escape(self.team)}\.(?=[A-Z][A-Z0-9]+\b)", "", text)
