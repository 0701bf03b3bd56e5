"""What people are told in return: one first answer to each interaction, in time, and what follows within Discord's 15 minutes.

Discord wants the first answer within three seconds and takes no other; a form can only be that one, and never follows a form
(4-platforms.md B2, B4; https://docs.discord.com/developers/interactions/receiving-and-responding). Discord brings no interaction twice.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog

from copbot.domain.heard import Commanded, Completing, Interaction, Submitted
from copbot.domain.markup import escape
from copbot.domain.message import Button, Choices, Form, FormErrors, Look, Message, Nothing, Private, Reply
from copbot.errors import PlatformError, Refused, TryLater
from copbot.kit.markdown import plain
from copbot.ports.platform import Inbox
from copbot_discord.acting import is_whispered
from copbot_discord.components import action_of, ids_in
from copbot_discord.forms import fields_of, refilled
from copbot_discord.names import DISCORD
from copbot_discord.reaching import Reach
from copbot_discord.rendering import parts_of
from copbot_discord.where import Payload
from copbot_discord.wording import CHANGE, FORGOTTEN, TOO_LATE, to_mend

ANSWERED_IN = 2.5
"""Seconds until an interaction has its first answer, whatever copbot is still doing: Discord gives three, and the way there takes some."""

KEPT_FOR = 880.0
"""Seconds for which an interaction can be answered: Discord's 15 minutes, less what the way there takes."""

MOST_KEPT = 5000
OPEN = "copbot-open"
"""The action of the adapter's own button, which opens a form that could not be opened at once."""

OWN = (OPEN, CHANGE)
"""The adapter's own buttons for forms. What is told behind one of them takes the place of the words it stood under."""

FAILED = Message("That did not work. Please try it again in a minute.")
ONLY_FIRST = "Discord opens a form only as the first answer, within three seconds"

log = structlog.get_logger(__name__)
K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True, eq=False)
class _Act:
    """An interaction as Discord sent it. ``answered``: it has its first answer, or nobody knows. ``thinking``: that shows that copbot is
    thinking. ``fillable``: what is told next takes the place of what is shown. ``told``: the core had something to say.

    ``turn`` is held while an answer is on its way, so that the next one knows what became of it.
    """

    payload: Payload
    began: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    answered: bool = False
    thinking: bool = False
    fillable: bool = False
    over: bool = False
    told: bool = False


class Answers:
    """The interactions of the last quarter of an hour, the forms shown in it, and the ways to answer."""

    def __init__(self, reach: Reach, answered_in: float = ANSWERED_IN, kept_for: float = KEPT_FOR) -> None:
        self._reach = reach
        self._answered_in = answered_in
        self._kept_for = kept_for
        self._acts: dict[str, _Act] = {}
        self._shown: dict[tuple[str, str], Form] = {}
        self._offered: dict[str, Form] = {}

    async def take(self, interaction: Interaction, payload: Payload, inbox: Inbox) -> None:
        """Hand the interaction over, and see to it that it is answered in time, whatever becomes of it."""
        act = self._begun(interaction, payload)
        late = asyncio.create_task(self._late(interaction, act))
        try:
            await self._hand_over(interaction, act, inbox)
            await self._settle(interaction, act)
            if not act.answered:
                await late
        finally:
            late.cancel()

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Tell the person who acted. Raises PlatformError where Discord leaves no way."""
        act = self._answerable(interaction)
        if act is not None and not isinstance(reply, Nothing):
            act.told = True
        match reply:
            case Private(message):
                await self._tell(interaction, act, message)
            case Form():
                await self._show_form(interaction, act, reply)
            case FormErrors():
                await self._show_errors(interaction, act, reply)
            case Choices() if act is not None and isinstance(interaction, Completing):
                await self._choose(act, reply)

    async def open_form(self, interaction: Interaction, form: Form) -> None:
        """Open a form in front of the person who acted. Raises Refused if that cannot be the first answer any more."""
        act = self._answerable(interaction)
        if act is None or isinstance(interaction, Submitted):
            raise Refused(DISCORD, ONLY_FIRST, TOO_LATE)
        async with act.turn:
            if act.answered:
                raise Refused(DISCORD, ONLY_FIRST, TOO_LATE)
            await self._open(act.payload, interaction.person.id, form)
            act.told = act.answered = True

    async def open_own(self, payload: Payload, person: str, value: str) -> None:
        """The adapter's own button was pressed: open the form that it offers."""
        form = self._offered.get(value)
        if form is None:
            await self._reach.words(payload, Message(FORGOTTEN))
        else:
            await self._open(payload, person, form)

    def _begun(self, interaction: Interaction, payload: Payload) -> _Act:
        _limit(self._acts)
        act = self._acts[interaction.id] = _Act(payload, asyncio.get_running_loop().time())
        return act

    def _answerable(self, interaction: Interaction) -> _Act | None:
        act = self._acts.get(interaction.id)
        return act if act is not None and act.began > asyncio.get_running_loop().time() - self._kept_for else None

    async def _hand_over(self, interaction: Interaction, act: _Act, inbox: Inbox) -> None:
        try:
            await inbox(interaction)
        except Exception as error:  # noqa: BLE001 - whatever the inbox raised: Discord does not bring it again, so the person is told
            log.error("An interaction was not taken", action="interaction_failed", platform=DISCORD, error=type(error).__name__)
            if not act.told and not isinstance(interaction, Completing):
                await self.tell(interaction, Private(FAILED))
        act.over = True

    async def _settle(self, interaction: Interaction, act: _Act) -> None:
        """The core has taken it. If it said nothing: a command may still be answered with a form, until it is late."""
        if act.told:
            return
        if isinstance(interaction, Completing):
            await self._choose(act, Choices())
        elif act.answered or not isinstance(interaction, Commanded):
            await self._first(act, unseen="message" in act.payload)
            await self._retract(act)

    async def _late(self, interaction: Interaction, act: _Act) -> None:
        """In time, whatever copbot is still doing, it shows that it is thinking."""
        await asyncio.sleep(self._answered_in)
        if isinstance(interaction, Completing):
            return
        await self._first(act, unseen=False)
        if act.over:
            await self._retract(act)

    async def _first(self, act: _Act, *, unseen: bool) -> None:
        """A first answer without words, if there is none yet."""
        async with act.turn:
            if act.answered:
                return
            act.answered = True
            act.thinking, act.fillable = not unseen, not unseen or _is_own(act.payload)
            try:
                await self._reach.later(act.payload, unseen=unseen)
            except PlatformError as error:
                log.warning("An interaction was not answered in time", action="answer_late", platform=DISCORD, reason=error.reason)

    async def _retract(self, act: _Act) -> None:
        """Who waits for words in vain is not to go on waiting."""
        async with act.turn:
            if not act.thinking or act.told:
                return
            act.thinking = act.fillable = False
            with suppress(PlatformError):  # then it stands there until Discord takes it away
                await self._reach.retract(act.payload)

    async def _choose(self, act: _Act, choices: Choices) -> None:
        async with act.turn:
            if not act.answered:
                act.answered = True
                await self._reach.choices(act.payload, choices.options)

    async def _show_form(self, interaction: Interaction, act: _Act | None, form: Form) -> None:
        try:
            await self.open_form(interaction, form)
        except Refused:
            button = Button("Open it", OPEN, self._offer(interaction, form), Look.PRIMARY)
            await self._tell(interaction, act, Message(f"{escape(form.title)}: the form is ready.", (button,)))

    async def _show_errors(self, interaction: Interaction, act: _Act | None, errors: FormErrors) -> None:
        data = {} if act is None else act.payload["data"]
        form = self._shown.get((interaction.person.id, data.get("custom_id", "")))
        if form is None:
            await self._tell(interaction, act, Message("\n".join([*errors.errors.values(), FORGOTTEN])))
            return
        again = _with_errors(refilled(form, fields_of(data)), errors)
        await self._tell(interaction, act, to_mend(form, errors, self._offer(interaction, again)))

    async def _open(self, payload: Payload, person: str, form: Form) -> None:
        shown = await self._reach.form(payload, form)
        self._shown.pop((person, shown), None)
        _limit(self._shown)
        self._shown[person, shown] = form

    def _offer(self, interaction: Interaction, form: Form) -> str:
        _limit(self._offered)
        self._offered[interaction.id] = form
        return interaction.id

    async def _tell(self, interaction: Interaction, act: _Act | None, message: Message) -> None:
        if act is None or not await self._told(act, message):
            await self._reach.post(interaction.person, message, f"told:{interaction.id}")

    async def _told(self, act: _Act, message: Message) -> bool:
        """False where Discord certainly has shown nothing of it."""
        first, *rest = parts_of(message)
        async with act.turn:
            try:
                await self._say(act, first)
            except (Refused, TryLater) as error:
                log.info("An answer was not taken", action="answer_refused", platform=DISCORD, reason=error.reason)
                return False
            for part in rest:
                await self._reach.follow(act.payload, part)
        return True

    async def _say(self, act: _Act, message: Message) -> None:
        if not act.answered:
            act.answered = True
            await self._reach.words(act.payload, message, instead=_is_own(act.payload))
        elif act.fillable:
            act.thinking = act.fillable = False
            await self._reach.fill(act.payload, message)
        else:
            await self._reach.follow(act.payload, message)


def _limit(kept: dict[K, V]) -> None:
    """Make room for one more: the oldest goes."""
    if len(kept) >= MOST_KEPT:
        del kept[next(iter(kept))]


def _with_errors(form: Form, errors: FormErrors) -> Form:
    """The form with what is wrong beside its fields."""
    told = errors.errors
    return replace(form, fields=tuple(replace(one, hint=plain(told[one.name])) if one.name in told else one for one in form.fields))


def _is_own(payload: Payload) -> bool:
    """Whether somebody acted under words that only they see, with one of the adapter's own buttons."""
    message = payload.get("message")
    return message is not None and is_whispered(message) and any(action_of(id) in OWN for id in ids_in(message.get("components") or ()))
