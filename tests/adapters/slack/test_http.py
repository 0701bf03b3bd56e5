"""HTTP mode: nothing is read before its signature is Slack's, nothing is acknowledged before it is committed."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import uvicorn
from slack_listener import Listener, nothing, until
from slack_loopback.server import SECRET, Loopback
from structlog.testing import capture_logs

from copbot.domain.heard import Commanded, Heard, Interaction, Said
from copbot.domain.message import Field, Form, FormErrors, Message, Private, Reply
from copbot_slack.http import LARGEST, PATH

ADA, SLT = "U0ADA", "C0SLT"
JSON, FORM_DATA = "application/json", "application/x-www-form-urlencoded"
EVENT = json.dumps(
    {
        "type": "event_callback",
        "event": {
            "type": "message",
            "channel": SLT,
            "user": ADA,
            "text": "Hello",
            "ts": "1517427000.000100",
            "event_ts": "1517427000.000100",
        },
    }
)


@pytest.fixture
async def bot(slack: Loopback) -> AsyncIterator[Listener]:
    """Ears behind a web server, which Slack posts to; not listening yet."""
    bot = Listener(slack, mode="http")
    assert bot.endpoint is not None
    server = uvicorn.Server(uvicorn.Config(bot.endpoint.app, port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    slack.post_to(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{PATH}")
    yield bot
    await bot.stop()
    server.should_exit = True
    await serving


@pytest.fixture
async def run(bot: Listener) -> asyncio.Task[None]:
    """Their run."""
    await bot.start()
    return bot.run


async def test_what_people_say_is_heard(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    slack.people.say(ADA, SLT, "Hello")
    await bot.settled()
    assert [heard.text for heard in bot.heard if isinstance(heard, Said)] == ["Hello"]
    assert [delivery.attempts for delivery in slack.deliveries.done] == [1]


async def test_what_is_refused_comes_again_and_the_history_is_to_be_read(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    async def refuse(_: Heard) -> None:
        bot.then = nothing
        raise ConnectionError("deaf")

    bot.then = refuse
    slack.people.say(ADA, SLT, "Is anybody there?")
    await run
    assert [type(heard) for heard in bot.heard] == [Said, Said]


async def test_an_outage_is_logged_once_and_how_much_was_refused_when_it_is_over(slack: Loopback, bot: Listener) -> None:
    async def refuse(_: Heard) -> None:
        raise ConnectionError("deaf")

    with capture_logs() as logs:
        await bot.start()
        bot.then = refuse
        statuses = [(await slack.callbacks.post(EVENT, JSON))[0] for _ in range(3)]
        bot.then = nothing
        statuses.append((await slack.callbacks.post(EVENT, JSON))[0])
    assert statuses == [500, 500, 500, 200]
    assert [(one["log_level"], one["action"], one.get("refused")) for one in logs] == [
        ("warning", "not_acknowledged", None),
        ("info", "acknowledged_again", 3),
    ]


async def test_commands_and_forms_go_the_same_way(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    replies: list[Reply] = [
        Form("draft", "Schedule", (Field("title", "Title"),)),
        FormErrors({"title": "Longer"}),
        Private(Message("Saved.")),
    ]

    async def then(heard: Heard) -> None:
        assert isinstance(heard, Interaction)
        await bot.answers.tell(heard, replies.pop(0))

    bot.then = then
    await slack.people.slash(ADA, SLT, "schedule").over.wait()
    await slack.deliveries.until(lambda: bool(slack.people.front(ADA)))
    await slack.people.submit(ADA, {"title": "x"}).over.wait()
    view = slack.people.front(ADA)
    assert view is not None
    assert view.errors == {"title": "Longer"}
    await slack.people.submit(ADA, {"title": "xyz"}).over.wait()
    assert slack.people.read(view) == "Saved."
    assert isinstance(bot.heard[0], Commanded)


@pytest.mark.parametrize(
    ("body", "kind"), [(EVENT, JSON), ("payload=%7B%7D", FORM_DATA), ("not json", JSON)], ids=["event", "press", "neither"]
)
@pytest.mark.parametrize(("secret", "age"), [("somebody-elses", 0.0), (SECRET, 301.0), (SECRET, -400.0)], ids=["forged", "old", "early"])
async def test_only_slacks_own_and_fresh_requests_are_read(
    slack: Loopback, bot: Listener, run: asyncio.Task[None], body: str, kind: str, secret: str, age: float
) -> None:
    status, text, _ = await slack.callbacks.post(body, kind, secret=secret, age=age)
    assert (status, text, bot.heard) == (401, "", [])


async def test_what_is_too_large_to_be_slacks_is_not_read_to_its_end(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    status, _, _ = await slack.callbacks.post(EVENT + " " * LARGEST, JSON)
    assert (status, bot.heard) == (413, [])


async def test_nothing_is_taken_while_copbot_does_not_listen(slack: Loopback, bot: Listener) -> None:
    for _ in range(2):
        status, _, _ = await slack.callbacks.post(EVENT, JSON)
        assert (status, bot.heard) == (503, [])
        await bot.start()
        status, _, _ = await slack.callbacks.post(EVENT, JSON)
        assert (status, len(bot.heard)) == (200, 1)
        await bot.stop()
        bot.heard.clear()


async def test_slack_is_told_that_the_address_is_right(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    status, text, _ = await slack.callbacks.post(json.dumps({"type": "url_verification", "challenge": "3eZ", "token": "x"}), JSON)
    assert (status, json.loads(text)) == (200, {"challenge": "3eZ"})


async def test_events_held_back_by_slack_are_made_good(slack: Loopback, bot: Listener, run: asyncio.Task[None]) -> None:
    status, _, _ = await slack.callbacks.post(json.dumps({"type": "app_rate_limited", "minute_rate_limited": 1}), JSON)
    assert status == 200
    slack.people.say(ADA, SLT, "after it")
    await run
    assert len(bot.heard) == 1
