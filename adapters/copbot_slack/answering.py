"""What people are told in return: one acknowledgement for each interaction, in time, and every other way that Slack leaves.

Slack wants to be acknowledged within three seconds, and only a submission's acknowledgement can say something at the form's fields. What
comes later goes by ``response_url`` (five times in 30 minutes), by changing the form, or as a message that only this person sees
(4-platforms.md A1, A6; https://docs.slack.dev/interactivity/handling-user-interaction).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from copbot.domain.heard import Interaction, Pressed, Submitted
from copbot.domain.message import Form, FormErrors, Message, Nothing, Private, Reply
from copbot.errors import Gone, PlatformError, Refused, TryLater, Unclear
from copbot.ports.platform import Inbox
from copbot_slack import wording
from copbot_slack.account import Account
from copbot_slack.forms import Carried, errors_of, told_view, view_of
from copbot_slack.hearing import Payload
from copbot_slack.mending import shown_again
from copbot_slack.names import SLACK
from copbot_slack.reaching import PostPrivately, Reach
from copbot_slack.rich_text import Element
from copbot_slack.web import Web

ACKNOWLEDGED_IN = 2.5
"""Seconds until an interaction is acknowledged, whatever copbot is still doing: Slack gives three, and the way there takes some."""

KEPT_FOR = 1800.0
"""Seconds that Slack takes answers by ``response_url``."""

MOST_KEPT = 5000
OFFERED = "copbot:open"
"""The action of the adapter's own button, which opens a form that could not be opened at once."""

log = structlog.get_logger(__name__)
Say = Callable[[Message], Awaitable[Any]]


@dataclass(slots=True, eq=False)
class _Act:
    """An interaction as Slack sent it. ``view``: what can be changed still; ``answer``: what its acknowledgement is to say."""

    payload: Payload
    began: float
    answer: asyncio.Future[Element] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    view: Payload | None = None
    acknowledged: bool = False
    told: bool = False


class Answers:
    """The interactions of the last half hour, and the ways to answer them. ``post`` is for what must not get lost: files."""

    def __init__(self, web: Web, account: Account, post: PostPrivately, acknowledged_in: float = ACKNOWLEDGED_IN) -> None:
        self._reach = Reach(web, account, post)
        self._acknowledged_in = acknowledged_in
        self._acts: dict[str, _Act] = {}
        self._offered: dict[str, tuple[Form, Carried]] = {}
        self._going: set[asyncio.Task[None]] = set()

    async def acknowledgement(self, interaction: Interaction, payload: Payload, inbox: Inbox) -> Element:
        """Hand the interaction over; what to acknowledge it with once it is taken, told, or late. Raises what ``inbox`` raises in time."""
        act = self._begun(interaction, payload)
        going = asyncio.create_task(self._handed_over(interaction, act, inbox))
        self._going.add(going)
        going.add_done_callback(self._ended)
        either: set[asyncio.Future[Any]] = {going, act.answer}
        await asyncio.wait(either, timeout=self._acknowledged_in, return_when=asyncio.FIRST_COMPLETED)
        act.acknowledged = True
        if act.answer.done():
            return act.answer.result()
        if going.done():
            going.result()
            return {}
        return self._late(interaction, act)

    async def tell(self, interaction: Interaction, reply: Reply) -> None:
        """Tell the person who acted. Raises PlatformError where Slack leaves no way."""
        act = self._acts.get(interaction.id)
        if act is not None and not isinstance(reply, Nothing):
            act.told = True
        match reply:
            case Private(message, _, window):
                await self._tell(interaction, act, message, window)
            case Form():
                await self._show_form(interaction, act, reply)
            case FormErrors():
                await self._show_errors(interaction, act, reply)

    async def open_form(self, interaction: Interaction, form: Form) -> None:
        """Open a form in front of the person who acted. Raises Refused later than three seconds after they did."""
        act = self._acts.get(interaction.id)
        if act is None:
            raise Refused(SLACK, "Slack opens a form only within three seconds", "Type it again.")
        _let_go(act)
        await self._reach.open(act.payload["trigger_id"], view_of(form, Carried(form.value, interaction.place)))

    async def open_offered(self, payload: Payload) -> None:
        """The adapter's own button was pressed: open the form that it offers."""
        offered = self._offered.get(payload["actions"][0].get("value", ""))
        if offered is None:
            await self._reach.respond(payload["response_url"], "", wording.ASK_AGAIN)
        else:
            await self._reach.open(payload["trigger_id"], view_of(*offered))

    async def aclose(self) -> None:
        """Let go of what is not answered yet."""
        going = list(self._going)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)

    def _begun(self, interaction: Interaction, payload: Payload) -> _Act:
        now = asyncio.get_running_loop().time()
        while self._acts and (len(self._acts) >= MOST_KEPT or next(iter(self._acts.values())).began < now - KEPT_FOR):
            oldest = next(iter(self._acts))
            del self._acts[oldest]
            self._offered.pop(oldest, None)
        act = self._acts[interaction.id] = _Act(payload, now)
        if isinstance(interaction, Pressed) and payload["container"]["type"] == "view" and payload["view"]["type"] == "modal":
            act.view = payload["view"]
        return act

    async def _handed_over(self, interaction: Interaction, act: _Act, inbox: Inbox) -> None:
        """Who looks at a form that says "one moment" hears of its end, too."""
        try:
            await inbox(interaction)
        except Exception:  # whatever the inbox raised: who looks at the form hears of it, and it goes on
            await self._end_of_waiting(interaction, act, wording.FAILED)
            raise
        if not act.told:
            await self._end_of_waiting(interaction, act, wording.DONE)

    async def _end_of_waiting(self, interaction: Interaction, act: _Act, message: Message) -> None:
        if isinstance(interaction, Submitted) and act.view is not None:
            with suppress(PlatformError):  # whoever has closed the form meanwhile does not wait
                await self._in_window(act.view["id"], interaction, _title(act), message)

    def _ended(self, going: asyncio.Task[None]) -> None:
        self._going.discard(going)
        if not going.cancelled() and (error := going.exception()) is not None:
            log.error("An interaction could not be taken", action="interaction_refused", platform=SLACK, error=type(error).__name__)

    def _late(self, interaction: Interaction, act: _Act) -> Element:
        if not isinstance(interaction, Submitted):
            return {}
        act.view = act.payload["view"]
        return {"response_action": "update", "view": told_view(wording.ONE_MOMENT, _title(act))}

    async def _show_form(self, interaction: Interaction, act: _Act | None, form: Form) -> None:
        """A mention cannot open a form, nor can what was done a while ago; a button can."""
        carried = Carried(form.value, interaction.place)
        if act is not None and _waits(interaction, act):
            act.answer.set_result({"response_action": "update", "view": view_of(form, carried)})
            return
        _let_go(act)
        try:
            if act is not None and act.view is not None:
                await self._reach.change(act.view["id"], view_of(form, carried))
            else:
                await self.open_form(interaction, form)
        except Refused:
            await self._offer(interaction, act, form, carried)

    async def _offer(self, interaction: Interaction, act: _Act | None, form: Form, carried: Carried) -> None:
        self._offered[interaction.id] = (form, carried)
        if len(self._offered) > MOST_KEPT:
            self._offered.pop(next(iter(self._offered)))
        await self._tell(interaction, act, wording.form_ready(form.title, OFFERED, interaction.id))

    async def _show_errors(self, interaction: Interaction, act: _Act | None, errors: FormErrors) -> None:
        if act is not None and _waits(interaction, act):
            act.answer.set_result(errors_of(errors, act.payload["view"]))
            return
        try:
            await self._show_again(interaction, act, errors)
        except Refused:
            await self._tell(interaction, act, Message("\n".join(errors.errors.values())))

    async def _show_again(self, interaction: Interaction, act: _Act | None, errors: FormErrors) -> None:
        if act is None or not isinstance(interaction, Submitted):
            raise Gone(SLACK, "the form is not there any more", "Open it again.")
        again = shown_again(act.payload["view"], errors)
        if act.view is not None:
            await self._reach.change(act.view["id"], again)
        else:
            await self._reach.open(act.payload["trigger_id"], again)

    async def _tell(self, interaction: Interaction, act: _Act | None, message: Message, window: str = "") -> None:
        """Words first, since they must be there in time; then the files, which take a while."""
        await self._tell_words(interaction, act, wording.without_files(message), window)
        if message.files:
            await self._hand_over(interaction, wording.handing_over(message.files))

    async def _hand_over(self, interaction: Interaction, message: Message) -> None:
        """Posted under a key: where an answer got lost, the same call finds what stands there and does the rest."""
        key = f"files:{interaction.id}"
        try:
            await self._reach.post(interaction.person, message, key)
        except (Unclear, TryLater):
            await self._reach.post(interaction.person, message, key)

    async def _tell_words(self, interaction: Interaction, act: _Act | None, message: Message, window: str) -> None:
        view = await self._reach.told(interaction, message, "" if act is None else _title(act))
        if act is not None and _waits(interaction, act):
            act.answer.set_result({"response_action": "update", "view": view})
            return
        _let_go(act)
        refused: PlatformError | None = None
        for say in self._ways(interaction, act, window):
            try:
                await say(message)
            except (Refused, TryLater) as error:
                refused = error
            else:
                return
        if refused is not None:
            raise refused

    def _ways(self, interaction: Interaction, act: _Act | None, window: str) -> Iterator[Say]:
        """The ways to tell somebody, best first. After one that Slack certainly refused, the next one is tried."""
        if act is not None and act.view is not None:
            yield partial(self._in_window, act.view["id"], interaction, _title(act))
        elif act is not None and (window or _from_home(act)):
            yield partial(self._in_new_window, act.payload["trigger_id"], interaction, window)
        if act is not None and act.view is None and act.payload.get("response_url"):
            yield partial(self._reach.respond, act.payload["response_url"], interaction.place.thread or "")
        if interaction.place.channel != interaction.person.id:
            yield partial(self._reach.whisper, interaction)
        yield lambda message: self._reach.post(interaction.person, message, f"told:{interaction.id}")

    async def _in_window(self, id: str, interaction: Interaction, title: str, message: Message) -> None:
        await self._reach.change(id, await self._reach.told(interaction, message, title))

    async def _in_new_window(self, trigger: str, interaction: Interaction, title: str, message: Message) -> None:
        await self._reach.open(trigger, await self._reach.told(interaction, message, title))


def _waits(interaction: Interaction, act: _Act) -> bool:
    """Whether a form waits for its acknowledgement, which can show something in it."""
    return isinstance(interaction, Submitted) and not act.acknowledged and not act.answer.done()


def _let_go(act: _Act | None) -> None:
    """What is told now was decided after the commit: the acknowledgement need not wait for Slack to show it."""
    if act is not None and not act.answer.done():
        act.answer.set_result({})


def _from_home(act: _Act) -> bool:
    return "container" in act.payload and act.payload["container"]["type"] == "view"


def _title(act: _Act) -> str:
    """What stands above the form that somebody looks at, if they do."""
    return str(act.payload["view"]["title"]["text"]) if "view" in act.payload and act.payload["view"]["type"] == "modal" else ""
