"""Forms on Slack: opened, filled in, sent back with what is wrong, whether copbot is quick or slow."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_listener import Listener, in_front, nothing, only, telling, told, until, waiting
from slack_loopback.server import Loopback

from copbot.domain.heard import Heard, Interaction, Submitted
from copbot.domain.message import Button, Field, FieldKind, Form, FormErrors, Message, Option, Private, Reply
from copbot.domain.place import Place
from copbot.errors import Refused

ADA, BEN, SLT = "U0ADA", "U0BEN", "C0SLT"
FORMATS = Field("format", "Format", FieldKind.CHOICE, value="live", options=(Option("live", "Live"), Option("slow", "Slow")))
FORM = Form("draft", "Schedule a chat", (Field("title", "Title"), Field("date", "Date", FieldKind.DATE), FORMATS), value="7")
FILLED = {"title": "x", "date": "2018-01-31", "format": "slow"}
ERRORS = FormErrors({"title": "At least three letters"})
SAVED = Private(Message("**Saved.**", (Button("Next", "next", "7:q2"),)))


@pytest.fixture
async def bot(slack: Loopback) -> AsyncIterator[Listener]:
    """Ears and mouth, connected; late after a twentieth of a second."""
    bot = Listener(slack, acknowledged_in=0.05)
    await bot.start()
    yield bot
    await bot.stop()


@pytest.fixture
async def form(slack: Loopback, bot: Listener) -> None:
    """Ada has a form in front of her."""
    telling(bot, FORM)
    await slack.people.slash(ADA, SLT, "schedule").over.wait()
    await until(lambda: slack.people.front(ADA) is not None)
    bot.then = nothing


async def test_a_command_opens_a_form(slack: Loopback, bot: Listener) -> None:
    assert slack.people.front(BEN) is None


async def test_errors_are_shown_at_their_fields(slack: Loopback, bot: Listener, form: None) -> None:
    telling(bot, ERRORS, SAVED)
    await slack.people.submit(ADA, FILLED).over.wait()
    view = slack.people.front(ADA)
    assert view is not None
    assert (view.errors, view.typed["title"]) == ({"title": "At least three letters"}, "x")
    await slack.people.submit(ADA, FILLED | {"title": "xyz"}).over.wait()
    assert in_front(slack, ADA) == "Saved."


async def test_nothing_to_tell_closes_the_form(slack: Loopback, bot: Listener, form: None) -> None:
    await slack.people.submit(ADA, FILLED).over.wait()
    assert slack.people.front(ADA) is None


async def test_one_form_leads_to_another(slack: Loopback, bot: Listener, form: None) -> None:
    telling(bot, Form("more", "More about it", (Field("about", "About"),)))
    await slack.people.submit(ADA, FILLED).over.wait()
    view = slack.people.front(ADA)
    assert view is not None
    assert list(view.inputs) == ["about"]


async def test_a_button_in_a_form_changes_the_form(slack: Loopback, bot: Listener, form: None) -> None:
    telling(bot, SAVED, Private(Message("On it.")))
    await slack.people.submit(ADA, FILLED).over.wait()
    await slack.people.press_view(ADA, "Next").over.wait()
    await until(lambda: in_front(slack, ADA) == "On it.")
    assert [heard.place for heard in bot.heard if isinstance(heard, Interaction)] == [Place("slack", SLT)] * 3


@pytest.mark.parametrize(
    ("reply", "seen"),
    [(SAVED, "Saved."), (None, "Done. You can close this."), (Form("more", "More", (Field("about", "About"),)), "About")],
    ids=["told", "nothing", "form"],
)
async def test_a_slow_core_keeps_the_form_open(slack: Loopback, bot: Listener, form: None, reply: Reply | None, seen: str) -> None:
    go_on = waiting(bot, reply)
    await slack.people.submit(ADA, FILLED).over.wait()
    assert (in_front(slack, ADA) or "").startswith("One moment")
    go_on.set()
    await until(lambda: in_front(slack, ADA) == seen)


async def test_a_slow_core_that_fails_says_so_in_the_form(slack: Loopback, bot: Listener, form: None) -> None:
    go_on = asyncio.Event()

    async def then(_: Heard) -> None:
        await go_on.wait()
        raise ConnectionError("deaf")

    bot.then = then
    await slack.people.submit(ADA, FILLED).over.wait()
    assert in_front(slack, ADA) == "One moment, please. This takes longer than usual."
    go_on.set()
    await until(lambda: in_front(slack, ADA) == "That did not work. Please try it again in a minute.")


@pytest.mark.parametrize("late", [True, False], ids=["late", "afterwards"])
async def test_late_errors_bring_the_form_back_as_it_was_filled(slack: Loopback, bot: Listener, form: None, late: bool) -> None:
    go_on = waiting(bot) if late else asyncio.Event()
    await slack.people.submit(ADA, FILLED).over.wait()
    await bot.answers.tell(only(bot, Submitted), ERRORS)
    assert "At least three letters" in (in_front(slack, ADA) or "")
    bot.then = nothing
    await slack.people.submit(ADA, {"title": "xyz"}).over.wait()
    [*_, again] = bot.heard
    assert isinstance(again, Submitted)
    assert (again.value, dict(again.fields)) == ("7", FILLED | {"title": "xyz"})
    go_on.set()


async def test_what_comes_after_a_closed_form_is_told_in_the_channel(slack: Loopback, bot: Listener, form: None) -> None:
    await slack.people.submit(ADA, FILLED).over.wait()
    await bot.answers.tell(only(bot, Submitted), SAVED)
    assert told(slack, ADA) == ["Saved."]


async def test_a_form_that_cannot_be_opened_is_offered(slack: Loopback, bot: Listener) -> None:
    telling(bot, FORM)
    slack.people.say(ADA, SLT, "@copbot schedule")
    await bot.settled()
    [notice] = slack.people.notices(ADA)
    assert slack.people.read(notice) == "Schedule a chat: the form is ready."
    heard = len(bot.heard)
    await slack.people.press(ADA, SLT, notice.ts, "Open it").over.wait()
    assert slack.people.front(ADA) is not None
    assert len(bot.heard) == heard


async def test_a_trigger_that_is_too_old_is_refused(slack: Loopback, bot: Listener) -> None:
    await slack.people.slash(ADA, SLT, "schedule").over.wait()
    slack.workspace.time.forward(10)
    with pytest.raises(Refused) as refused:
        await bot.answers.open_form(only(bot), FORM)
    assert refused.value.remedy == "Type it again."


async def test_an_offer_that_is_forgotten_says_so(slack: Loopback, bot: Listener) -> None:
    telling(bot, FORM)
    slack.people.say(ADA, SLT, "@copbot schedule")
    await bot.settled()
    await bot.stop()
    fresh = Listener(slack)
    await fresh.start()
    [notice] = slack.people.notices(ADA)
    await slack.people.press(ADA, SLT, notice.ts, "Open it").over.wait()
    await fresh.stop()
    assert told(slack, ADA)[-1] == "This form is not there any more. Type the command again."


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (ERRORS, ["At least three letters"]),
        (SAVED, ["Saved."]),
        (Form("more", "More_about it", (Field("about", "About"),)), ["More_about it: the form is ready."]),
        (None, []),
    ],
    ids=["errors", "told", "form", "nothing"],
)
async def test_who_has_closed_the_form_is_told_all_the_same(
    slack: Loopback, bot: Listener, form: None, reply: Reply | None, said: list[str]
) -> None:
    go_on = waiting(bot, reply)
    await slack.people.submit(ADA, FILLED).over.wait()
    slack.people.close(ADA)
    go_on.set()
    await until(lambda: any(call.method == "views.update" for call in slack.api.calls))
    await until(lambda: told(slack, ADA) == said)
    assert slack.people.front(ADA) is None
