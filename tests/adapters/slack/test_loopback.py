"""The loopback Slack behaves as Slack does, in the eyes of Slack's own libraries."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_loopback.faults import Kind
from slack_loopback.server import APP_TOKEN, BOT_TOKEN, Loopback
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

ADA, BEN, SLT, HOSTS, ELSEWHERE = "U0ADA", "U0BEN", "C0SLT", "G0HOSTS", "C0ELSEWHERE"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Ready?*"}}
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "7"}
ACTIONS = {"type": "actions", "elements": [BUTTON]}
TITLE = {
    "type": "input",
    "block_id": "title",
    "label": {"type": "plain_text", "text": "Title"},
    "element": {"type": "plain_text_input", "action_id": "t"},
}
FORM = {
    "type": "modal",
    "callback_id": "draft",
    "title": {"type": "plain_text", "text": "Schedule"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [TITLE],
}


@pytest.fixture
def client(slack: Loopback) -> AsyncWebClient:
    """Slack's own client, which sends nothing twice."""
    return AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, retry_handlers=[])


class TestMessages:
    async def test_threads_are_read_apart_from_their_channel(self, slack: Loopback, client: AsyncWebClient) -> None:
        root = (await client.chat_postMessage(channel=SLT, text="Q1"))["ts"]
        slack.people.say(ADA, SLT, "in the thread", root)
        shared = slack.people.say(BEN, SLT, "for all", root, broadcast=True)
        history = (await client.conversations_history(channel=SLT))["messages"]
        replies = (await client.conversations_replies(channel=SLT, ts=root))["messages"]
        assert [one["ts"] for one in history] == [shared, root]
        assert [one["text"] for one in replies] == ["Q1", "in the thread", "for all"]
        assert history[1]["reply_count"] == 2

    async def test_metadata_comes_back_to_those_who_ask(self, client: AsyncWebClient) -> None:
        key = {"event_type": "copbot_post", "event_payload": {"key": "7"}}
        await client.chat_postMessage(channel=SLT, text="Q1", metadata=key)
        assert "metadata" not in (await client.conversations_history(channel=SLT))["messages"][0]
        [message] = (await client.conversations_history(channel=SLT, include_all_metadata=True))["messages"]
        assert message["metadata"] == key

    async def test_pages_follow_each_other(self, slack: Loopback, client: AsyncWebClient) -> None:
        said = [slack.people.say(ADA, SLT, f"line {number}") for number in range(5)]
        first = await client.conversations_history(channel=SLT, limit=2, oldest=said[0])
        second = await client.conversations_history(channel=SLT, limit=2, oldest=said[0], cursor=first["response_metadata"]["next_cursor"])
        assert [one["ts"] for one in first["messages"]] == [said[2], said[1]]
        assert [one["ts"] for one in second["messages"]] == [said[4], said[3]]
        assert (first["has_more"], second["has_more"]) == (True, False)

    async def test_a_deleted_root_leaves_a_tombstone(self, slack: Loopback, client: AsyncWebClient) -> None:
        root = (await client.chat_postMessage(channel=SLT, text="Q1"))["ts"]
        slack.people.say(ADA, SLT, "A1", root)
        await client.chat_delete(channel=SLT, ts=root)
        replies = (await client.conversations_replies(channel=SLT, ts=root))["messages"]
        assert [one.get("subtype") for one in replies] == ["tombstone", None]

    async def test_files_go_in_three_steps(self, slack: Loopback, client: AsyncWebClient) -> None:
        await client.files_upload_v2(channel=SLT, filename="chat.ics", content="BEGIN:VCALENDAR")
        [message] = slack.people.shown(SLT)
        assert [(file.name, file.content) for file in message.files] == [("chat.ics", b"BEGIN:VCALENDAR")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "args", "error"),
        [
            ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
            ("chat.postMessage", {"channel": ELSEWHERE, "text": "x"}, "not_in_channel"),
            ("chat.postMessage", {"channel": SLT, "text": "x" * 4001}, "msg_too_long"),
            ("chat.postMessage", {"channel": SLT, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
            ("chat.update", {"channel": SLT, "ts": "1.000001", "text": "x"}, "message_not_found"),
            ("chat.delete", {"channel": SLT, "ts": "1.000001"}, "message_not_found"),
            ("conversations.replies", {"channel": SLT, "ts": "1.000001"}, "thread_not_found"),
            ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
            ("views.open", {"trigger_id": "1.T.x", "view": FORM}, "exchanged_trigger_id"),
        ],
    )
    async def test_in_slacks_own_words(self, client: AsyncWebClient, method: str, args: dict[str, Any], error: str) -> None:
        assert await refused(client, method, args) == error

    async def test_tokens_scopes_and_archives(self, slack: Loopback, client: AsyncWebClient) -> None:
        post = ("chat.postMessage", {"channel": SLT, "text": "x"})
        slack.workspace.channels[SLT].archived = True
        assert await refused(client, *post) == "is_archived"
        slack.workspace.scopes -= {"chat:write"}
        assert await refused(client, *post) == "missing_scope"
        slack.api.revoked.add(BOT_TOKEN)
        assert await refused(client, *post) == "token_revoked"
        assert await refused(AsyncWebClient(token="xoxb-other", base_url=slack.api_url), *post) == "invalid_auth"

    async def test_only_own_messages_change(self, slack: Loopback, client: AsyncWebClient) -> None:
        ts = slack.people.say(ADA, SLT, "mine")
        assert await refused(client, "chat.update", {"channel": SLT, "ts": ts, "text": "x"}) == "cant_update_message"
        for error in ("", "already_reacted"):
            assert await refused(client, "reactions.add", {"channel": SLT, "timestamp": ts, "name": "+1"}) == error
        for error in ("", "already_pinned"):
            assert await refused(client, "pins.add", {"channel": SLT, "timestamp": ts}) == error


async def refused(client: AsyncWebClient, method: str, args: dict[str, Any]) -> str:
    """The error that a call was answered with, or nothing."""
    try:
        await client.api_call(method, json=args)
    except SlackApiError as error:
        return str(error.response["error"])
    return ""


class TestFaults:
    async def test_a_lost_answer_was_done(self, slack: Loopback, client: AsyncWebClient) -> None:
        slack.api.faults.once("chat.postMessage", Kind.LOST, after=1)
        await client.chat_postMessage(channel=SLT, text="first")
        with pytest.raises(ClientError):
            await client.chat_postMessage(channel=SLT, text="second")
        assert [one.text for one in slack.people.shown(SLT)] == ["first", "second"]

    async def test_slacks_client_left_alone_posts_twice(self, slack: Loopback) -> None:
        slack.api.faults.once("chat.postMessage", Kind.LOST)
        await AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url).chat_postMessage(channel=SLT, text="once")
        assert [one.text for one in slack.people.shown(SLT)] == ["once", "once"]

    @pytest.mark.parametrize(("kind", "status"), [(Kind.LATER, 429), (Kind.INTERNAL, 200), (Kind.INTERNAL_DONE, 200), (Kind.BROKEN, 503)])
    async def test_answers_that_say_so(self, slack: Loopback, client: AsyncWebClient, kind: Kind, status: int) -> None:
        slack.api.faults.once("chat.postMessage", kind)
        with pytest.raises(SlackApiError) as raised:
            await client.chat_postMessage(channel=SLT, text="x")
        assert raised.value.response.status_code == status
        assert len(slack.people.shown(SLT)) == (1 if kind is Kind.INTERNAL_DONE else 0)

    async def test_a_request_can_be_kept_waiting(self, slack: Loopback, client: AsyncWebClient) -> None:
        hold = slack.api.faults.hold("chat.postMessage", done=True)
        posting = asyncio.create_task(client.chat_postMessage(channel=SLT, text="slow"))
        await hold.reached.wait()
        assert len(slack.people.shown(SLT)) == 1
        assert not posting.done()
        hold.release.set()
        assert (await posting)["ok"]


class Bot:
    """A bot as slack_bolt's readme makes one, that remembers what it is given."""

    def __init__(self, slack: Loopback) -> None:
        self.client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, retry_handlers=[])
        self.app = AsyncApp(client=self.client, ignoring_self_events_enabled=False, process_before_response=True)
        self.socket = AsyncSocketModeHandler(self.app, APP_TOKEN, web_client=AsyncWebClient(base_url=slack.api_url), ping_interval=0.5)
        self.events: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.refusing = 0
        self.app.event("message")(self._heard)
        self.app.event("reaction_added")(self._heard)
        self.app.event("app_mention")(self._heard)
        self.app.event("member_joined_channel")(self._heard)
        self.app.event("app_home_opened")(self._heard)
        self.app.command("/cop")(self._commanded)
        self.app.action("go")(self._pressed)
        self.app.view("draft")(self._submitted)

    async def _heard(self, event: dict[str, Any]) -> None:
        if self.refusing:
            self.refusing -= 1
            raise ConnectionError("deaf")
        self.events.append(event)

    async def _commanded(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    async def _pressed(self, ack: Any, respond: Any, body: dict[str, Any]) -> None:
        await ack()
        await respond(text=f"pressed {body['actions'][0]['value']}", replace_original=False)

    async def _submitted(self, ack: Any, view: dict[str, Any]) -> None:
        if len(view["state"]["values"]["title"]["t"]["value"]) < 3:
            await ack(response_action="errors", errors={"title": "At least three letters"})
        else:
            await ack()


@pytest.fixture
async def bot(slack: Loopback) -> AsyncIterator[Bot]:
    """A bot in Socket Mode, connected."""
    bot = Bot(slack)
    await bot.socket.connect_async()  # type: ignore[no-untyped-call]
    await slack.deliveries.until(lambda: bool(slack.links.links))
    yield bot
    await bot.socket.close_async()  # type: ignore[no-untyped-call]


async def quiet(slack: Loopback) -> None:
    """Everything is acknowledged or lost."""
    await slack.deliveries.until(lambda: not slack.deliveries.flying and not slack.deliveries.waiting)


class TestSocketMode:
    async def test_what_happens_is_reported(self, slack: Loopback, bot: Bot) -> None:
        ts = slack.people.say(ADA, SLT, "a < b, as @Ben says: @copbot help")
        slack.people.edit(ADA, SLT, ts, "a > b")
        slack.people.react(BEN, SLT, ts, "+1")
        slack.people.delete(ADA, SLT, ts)
        slack.people.join(ADA, ELSEWHERE)
        slack.people.open_home(ADA)
        await bot.client.chat_postMessage(channel=SLT, text="mine")
        await quiet(slack)
        assert bot.events[0]["text"] == "a &lt; b, as <@U0BEN> says: <@U0COPBOT> help"
        assert {(one["type"], one.get("subtype")) for one in bot.events} == {
            ("message", None),
            ("app_mention", None),
            ("message", "message_changed"),
            ("reaction_added", None),
            ("message", "message_deleted"),
            ("app_home_opened", None),
        }
        assert bot.events[-1]["bot_id"]

    async def test_a_command_a_form_and_a_press(self, slack: Loopback, bot: Bot) -> None:
        await slack.people.slash(ADA, SLT, "schedule").over.wait()
        await slack.people.submit(ADA, {"title": "x"}).over.wait()
        front = slack.people.front(ADA)
        assert front is not None
        assert (front.typed, front.errors) == ({"title": "x"}, {"title": "At least three letters"})
        await slack.people.submit(ADA, {"title": "xyz"}).over.wait()
        assert slack.people.front(ADA) is None
        ts = (await bot.client.chat_postMessage(channel=SLT, text="Ready?", blocks=[SECTION, ACTIONS]))["ts"]
        await slack.people.press(BEN, SLT, ts, "Go").over.wait()
        assert [slack.people.read(one) for one in slack.people.notices(BEN)] == ["pressed 7"]

    async def test_what_is_not_acknowledged_comes_again(self, slack: Loopback, bot: Bot) -> None:
        bot.refusing = 1
        slack.deliveries.retries = (0.0,)
        slack.people.say(ADA, SLT, "Is anybody there?")
        await slack.deliveries.until(lambda: bot.refusing == 0)
        slack.links.expire()
        await quiet(slack)
        [delivery] = slack.deliveries.done
        assert (delivery.attempts, [one["text"] for one in bot.events]) == (2, ["Is anybody there?"])

    @pytest.mark.parametrize("how", ["cut", "refresh"])
    async def test_connections_end_and_come_back(self, slack: Loopback, bot: Bot, how: str) -> None:
        if how == "cut":
            slack.links.cut()
        else:
            await slack.links.refresh()
        slack.people.say(ADA, SLT, "meanwhile")
        await slack.deliveries.until(lambda: slack.links.opened == 2)
        slack.deliveries.hurry()
        await quiet(slack)
        assert [one["text"] for one in bot.events] == ["meanwhile"]

    async def test_events_are_doubled_and_reordered_on_request(self, slack: Loopback, bot: Bot) -> None:
        slack.deliveries.hold()
        for text in ("one", "two"):
            slack.people.say(ADA, SLT, text)
        slack.deliveries.double(1)
        slack.deliveries.release(lambda held: held[::-1])
        await quiet(slack)
        assert sorted(one["text"] for one in bot.events) == ["one", "two", "two"]
        assert bot.events[0]["text"] == "two"

    async def test_triggers_expire(self, slack: Loopback, client: AsyncWebClient) -> None:
        trigger = slack.workspace.trigger(ADA)
        slack.workspace.time.forward(4)
        assert await refused(client, "views.open", {"trigger_id": trigger, "view": FORM}) == "expired_trigger_id"


class TestWhatRunsOut:
    async def test_a_response_url_works_five_times_for_half_an_hour(self, slack: Loopback, client: AsyncWebClient) -> None:
        async def respond(url: str) -> int:
            async with ClientSession() as session, session.post(url, json={"text": "Just ask."}) as answer:
                return answer.status

        used, old = (slack.workspace.response(ADA, SLT, None) for _ in range(2))
        assert [await respond(used) for _ in range(6)] == [200, 200, 200, 200, 200, 404]
        slack.workspace.time.forward(1801)
        assert await respond(old) == 404
        assert [slack.people.read(one) for one in slack.people.notices(ADA)] == ["Just ask."] * 5

    async def test_calls_are_counted_by_channel(self, slack: Loopback, client: AsyncWebClient) -> None:
        slack.api.faults.limit("chat.postMessage", 1, 10, each_channel=True)
        for channel, error in ((SLT, ""), (SLT, "ratelimited"), (HOSTS, "")):
            assert await refused(client, "chat.postMessage", {"channel": channel, "text": "x"}) == error
        slack.workspace.time.forward(10)
        assert await refused(client, "chat.postMessage", {"channel": SLT, "text": "x"}) == ""

    async def test_silent_connections_bring_nothing(self, slack: Loopback, bot: Bot) -> None:
        slack.links.silent, slack.deliveries.retries = True, (60.0,)
        slack.people.say(ADA, SLT, "Is anybody there?")
        await slack.deliveries.until(lambda: bool(slack.deliveries.flying))
        slack.links.expire()
        await slack.deliveries.until(lambda: bool(slack.deliveries.waiting))
        slack.links.silent = False
        slack.deliveries.hurry()
        await quiet(slack)
        assert [one["text"] for one in bot.events] == ["Is anybody there?"]
