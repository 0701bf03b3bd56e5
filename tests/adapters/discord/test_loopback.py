"""The loopback Discord's HTTP API answers as Discord does: what is done, what is refused in which words, and what fails on request."""

import asyncio
from typing import Any

import aiohttp
import pytest
from discord_bots import ADA, BEN, FORUM, HOSTS, SALLY, SLT
from discord_client import NOBODY, Api
from discord_loopback.model import REQUIRE_TAG, Overwrite
from discord_loopback.permissions import bits
from discord_loopback.rest import POST
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_ROLE, BOT_USER, GUILD
from slack_loopback.faults import Kind

NOWHERE = "404000000000000000"
START, END = "2018-01-31T19:00:00+00:00", "2018-01-31T20:30:00+00:00"
EVENT = {
    "name": "Thinking together",
    "privacy_level": 2,
    "entity_type": 3,
    "scheduled_start_time": START,
    "scheduled_end_time": END,
    "entity_metadata": {"location": "#slt"},
}


@pytest.fixture
def api(discord: Loopback) -> Api:
    """A bot of a few lines."""
    return Api(discord)


def deny(discord: Loopback, *permissions: str, channel: str = SLT) -> None:
    """Take permissions from the bot in a channel."""
    discord.world.channels[channel].overwrites.append(Overwrite(BOT_USER, member=True, deny=bits(*permissions)))


class TestMessages:
    async def test_a_nonce_brings_the_same_message_for_a_while(self, discord: Loopback, api: Api) -> None:
        first = await api.post(SLT, "Q1", nonce="7", enforce_nonce=True)
        assert (await api.post(SLT, "Q1, again", nonce="7", enforce_nonce=True))["id"] == first["id"]
        assert first["nonce"] == "7"
        discord.world.time.forward(181)
        assert (await api.post(SLT, "Q1, again", nonce="7", enforce_nonce=True))["id"] != first["id"]

    async def test_without_enforce_nonce_it_stands_twice(self, discord: Loopback, api: Api) -> None:
        for _ in range(2):
            await api.post(SLT, "Q1", nonce="7")
        assert len(discord.people.shown(SLT)) == 2

    async def test_the_nonce_of_a_deleted_message_is_an_unknown_message(self, discord: Loopback, api: Api) -> None:
        first = await api.post(SLT, "Q1", nonce="7", enforce_nonce=True)
        await api("DELETE", f"/channels/{SLT}/messages/{first['id']}")
        again = {"content": "Q1", "nonce": "7", "enforce_nonce": True, "allowed_mentions": NOBODY}
        assert await api.refused("POST", f"/channels/{SLT}/messages", again) == (404, 10008)
        assert discord.people.shown(SLT) == []

    async def test_pages_are_newest_first_from_either_end(self, discord: Loopback, api: Api) -> None:
        said = [discord.people.say(ADA, SLT, f"line {number}") for number in range(5)]
        after = await api("GET", f"/channels/{SLT}/messages", after=said[0], limit="2")
        before = await api("GET", f"/channels/{SLT}/messages", before=said[4], limit="2")
        assert [one["id"] for one in after] == [said[2], said[1]]
        assert [one["id"] for one in before] == [said[3], said[2]]
        assert [one["id"] for one in await api("GET", f"/channels/{SLT}/messages")] == said[::-1]

    async def test_ids_tell_the_time(self, discord: Loopback) -> None:
        first = discord.people.say(ADA, SLT, "now")
        discord.world.time.forward(3600)
        later = discord.people.say(ADA, SLT, "an hour later")
        assert 3600_000 <= (int(later) >> 22) - (int(first) >> 22) < 3700_000

    async def test_an_edit_keeps_what_it_does_not_name(self, discord: Loopback, api: Api) -> None:
        button = {"type": 2, "style": 1, "label": "Next", "custom_id": "next|7"}
        posted = await api.post(SLT, "Ready?", components=[{"type": 1, "components": [button]}])
        await api("PATCH", f"/channels/{SLT}/messages/{posted['id']}", {"content": "Steady?", "allowed_mentions": NOBODY})
        [shown] = discord.people.shown(SLT)
        assert (discord.people.read(shown), discord.people.buttons(shown)) == ("Steady?", ["Next"])
        await api("PATCH", f"/channels/{SLT}/messages/{posted['id']}", {"components": [], "allowed_mentions": NOBODY})
        assert discord.people.buttons(shown) == []

    async def test_only_own_messages_are_edited(self, discord: Loopback, api: Api) -> None:
        theirs = discord.people.say(ADA, SLT, "mine")
        change = ("PATCH", f"/channels/{SLT}/messages/{theirs}", {"content": "x", "allowed_mentions": NOBODY})
        assert await api.refused(*change) == (403, 50005)

    async def test_reactions_may_be_put_twice(self, discord: Loopback, api: Api) -> None:
        theirs = discord.people.say(ADA, SLT, "mine")
        discord.people.react(BEN, SLT, theirs, "👍")
        for _ in range(2):
            await api("PUT", f"/channels/{SLT}/messages/{theirs}/reactions/%F0%9F%91%8D/@me")
        by = await api("GET", f"/channels/{SLT}/messages/{theirs}/reactions/%F0%9F%91%8D", limit="10")
        assert [one["id"] for one in by] == [BOT_USER, BEN]

    async def test_a_pin_is_told_and_read(self, discord: Loopback, api: Api) -> None:
        theirs = discord.people.say(ADA, SLT, "mine")
        for _ in range(2):
            await api("PUT", f"/channels/{SLT}/messages/pins/{theirs}")
        assert [one["message"]["id"] for one in (await api("GET", f"/channels/{SLT}/messages/pins"))["items"]] == [theirs]
        assert [one["type"] for one in await api("GET", f"/channels/{SLT}/messages")] == [6, 0]
        assert [one.id for one in discord.people.shown(SLT)] == [theirs]

    async def test_files_come_beside_the_message(self, discord: Loopback) -> None:
        form = aiohttp.FormData()
        body = '{"content": "Save it", "allowed_mentions": {"parse": []}, "attachments": [{"id": "0", "description": "an invitation"}]}'
        form.add_field("payload_json", body, content_type="application/json")
        form.add_field("files[0]", b"BEGIN:VCALENDAR", filename="chat.ics", content_type="text/calendar")
        headers = {"Authorization": f"Bot {discord.rest.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            answer = await session.post(f"{discord.api_url}/channels/{SLT}/messages", data=form)
            [attached] = (await answer.json())["attachments"]
            read = await (await session.get(attached["url"])).read()
        assert (attached["filename"], attached["description"], read) == ("chat.ics", "an invitation", b"BEGIN:VCALENDAR")

    async def test_without_message_content_others_words_are_hidden(self, discord: Loopback, api: Api) -> None:
        discord.world.granted.discard("MESSAGE_CONTENT")
        for text in ("secret", "@copbot hello"):
            discord.people.say(ADA, SLT, text)
        await api.post(SLT, "mine")
        shown = [one["content"] for one in await api("GET", f"/channels/{SLT}/messages")]
        assert shown == ["mine", f"<@{BOT_USER}> hello", ""]
        assert (await api("GET", "/applications/@me"))["flags"] == 1 << 15


class TestThreads:
    async def test_a_thread_has_its_messages_id_and_there_is_one(self, api: Api) -> None:
        root = await api.post(SLT, "Q1")
        begin = ("POST", f"/channels/{SLT}/messages/{root['id']}/threads", {"name": "Question 1"})
        assert (await api(*begin))["id"] == root["id"]
        assert await api.refused(*begin) == (400, 160004)
        assert (await api("GET", f"/channels/{SLT}/messages/{root['id']}"))["thread"]["name"] == "Question 1"

    async def test_a_forum_takes_posts_only(self, discord: Loopback, api: Api) -> None:
        assert await api.refused("POST", f"/channels/{FORUM}/messages", {"content": "x", "allowed_mentions": NOBODY}) == (400, 50008)
        post = {"name": "Question 1", "message": {"content": "What surprised you?", "allowed_mentions": NOBODY}}
        thread = await api("POST", f"/channels/{FORUM}/threads", post)
        assert thread["id"] == thread["message"]["id"]
        assert [discord.people.read(one) for one in discord.people.shown(thread["id"])] == ["What surprised you?"]

    async def test_tags_may_be_required_and_for_moderators(self, discord: Loopback, api: Api) -> None:
        forum = discord.world.channels[FORUM]
        forum.flags |= REQUIRE_TAG
        forum.tags = [
            {"id": "5", "name": "news", "moderated": True, "emoji_id": None, "emoji_name": None},
            {"id": "6", "name": "question", "moderated": False, "emoji_id": None, "emoji_name": None},
        ]
        deny(discord, "MANAGE_THREADS", channel=FORUM)
        post = {"name": "Q1", "message": {"content": "x", "allowed_mentions": NOBODY}}
        assert await api.refused("POST", f"/channels/{FORUM}/threads", post) == (400, 40067)
        assert await api.refused("POST", f"/channels/{FORUM}/threads", post | {"applied_tags": ["5"]}) == (403, 50013)
        assert (await api("POST", f"/channels/{FORUM}/threads", post | {"applied_tags": ["6"]}))["applied_tags"] == ["6"]

    async def test_an_archived_thread_is_opened_by_sending(self, discord: Loopback, api: Api) -> None:
        thread = discord.people.open_post(ADA, FORUM, "Mine", "my own")
        discord.people.archive(thread)
        [archived] = (await api("GET", f"/channels/{FORUM}/threads/archived/public"))["threads"]
        assert archived["id"] == thread
        assert (await api("GET", f"/guilds/{GUILD}/threads/active"))["threads"] == []
        change = ("PATCH", f"/channels/{thread}/messages/{thread}", {"content": "x", "allowed_mentions": NOBODY})
        assert await api.refused(*change) == (403, 50005)
        posted = await api.post(thread, "a response")
        assert discord.world.channels[thread].archived == 0
        discord.people.archive(thread)
        assert await api.refused("DELETE", f"/channels/{thread}/messages/{posted['id']}") == (400, 50083)

    @pytest.mark.parametrize("closed", [True, False])
    async def test_a_locked_thread_is_for_those_who_manage_threads(self, discord: Loopback, api: Api, closed: bool) -> None:
        thread = discord.people.open_post(ADA, FORUM, "Mine", "my own")
        (discord.people.archive if closed else discord.people.lock)(thread)
        discord.world.channels[thread].locked = True
        say = ("POST", f"/channels/{thread}/messages", {"content": "x", "allowed_mentions": NOBODY})
        assert await api.refused(*say) == (400, 50083 if closed else 160005)
        discord.world.roles[BOT_ROLE].permissions |= bits("MANAGE_THREADS")
        assert await api.refused(*say) == (200, 0)

    async def test_archived_threads_come_in_pages(self, discord: Loopback, api: Api) -> None:
        threads = [discord.people.open_post(ADA, FORUM, f"Post {number}", "x") for number in range(3)]
        for thread in threads:
            discord.world.time.forward(60)
            discord.people.archive(thread)
        first = await api("GET", f"/channels/{FORUM}/threads/archived/public", limit="2")
        before = first["threads"][-1]["thread_metadata"]["archive_timestamp"]
        second = await api("GET", f"/channels/{FORUM}/threads/archived/public", limit="2", before=before)
        assert [one["id"] for one in (*first["threads"], *second["threads"])] == threads[::-1]
        assert (first["has_more"], second["has_more"]) == (True, False)


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "path", "body", "refusal"),
        [
            ("POST", f"/channels/{NOWHERE}/messages", {"content": "x"}, (404, 10003)),
            ("GET", f"/channels/{SLT}/messages/{NOWHERE}", None, (404, 10008)),
            ("DELETE", f"/channels/{SLT}/messages/{NOWHERE}", None, (404, 10008)),
            ("GET", f"/users/{NOWHERE}", None, (404, 10013)),
            ("POST", "/users/@me/channels", {"recipient_id": NOWHERE}, (400, 50033)),
            ("GET", f"/guilds/{NOWHERE}", None, (404, 10004)),
            ("GET", f"/guilds/{GUILD}/members/{NOWHERE}", None, (404, 10013)),
            ("GET", f"/guilds/{GUILD}/scheduled-events/{NOWHERE}", None, (404, 10070)),
            ("POST", f"/webhooks/{BOT_USER}/none", {"content": "x"}, (401, 50027)),
            ("POST", f"/interactions/{NOWHERE}/none/callback", {"type": 5, "data": {"flags": 64}}, (404, 10062)),
            ("GET", f"/channels/{FORUM}/messages", None, (400, 50024)),
        ],
    )
    async def test_in_discords_own_codes(self, api: Api, method: str, path: str, body: Any, refusal: tuple[int, int]) -> None:
        mentions = {"allowed_mentions": NOBODY} if body and "content" in body else {}
        assert await api.refused(method, path, body and body | mentions) == refusal

    @pytest.mark.parametrize(
        ("permission", "method", "path", "body", "code"),
        [
            ("VIEW_CHANNEL", "POST", "/messages", {"content": "x", "allowed_mentions": NOBODY}, 50001),
            ("SEND_MESSAGES", "POST", "/messages", {"content": "x", "allowed_mentions": NOBODY}, 50013),
            ("ADD_REACTIONS", "PUT", "/messages/{message}/reactions/%F0%9F%91%8D/@me", None, 50013),
            ("PIN_MESSAGES", "PUT", "/messages/pins/{message}", None, 50013),
            ("MANAGE_MESSAGES", "DELETE", "/messages/{message}", None, 50013),
            ("CREATE_PUBLIC_THREADS", "POST", "/messages/{message}/threads", {"name": "x"}, 50013),
        ],
    )
    async def test_for_want_of_a_permission(
        self, discord: Loopback, api: Api, permission: str, method: str, path: str, body: Any, code: int
    ) -> None:
        message = discord.people.say(ADA, SLT, "mine")
        deny(discord, permission)
        assert await api.refused(method, f"/channels/{SLT}{path.format(message=message)}", body) == (403, code)

    async def test_history_without_permission_is_empty(self, discord: Loopback, api: Api) -> None:
        discord.people.say(ADA, SLT, "mine")
        deny(discord, "READ_MESSAGE_HISTORY")
        assert await api("GET", f"/channels/{SLT}/messages") == []

    async def test_overwrites_count_by_role_and_member(self, discord: Loopback, api: Api) -> None:
        channel = discord.world.channels[SLT]
        send = bits("SEND_MESSAGES")
        channel.overwrites = [Overwrite(GUILD, member=False, deny=send)]
        assert await api.refused("POST", f"/channels/{SLT}/messages", {"content": "x", "allowed_mentions": NOBODY}) == (403, 50013)
        channel.overwrites.append(Overwrite(BOT_ROLE, member=False, allow=send))
        await api.post(SLT, "by role")
        assert not discord.world.may(ADA, channel, "SEND_MESSAGES")
        assert discord.world.may(SALLY, discord.world.channels[HOSTS], "VIEW_CHANNEL")
        assert not discord.world.may(ADA, discord.world.channels[HOSTS], "VIEW_CHANNEL")

    async def test_who_takes_no_messages(self, discord: Loopback, api: Api) -> None:
        discord.world.users[BEN].shut = True
        direct = await api("POST", "/users/@me/channels", {"recipient_id": BEN})
        assert direct == await api("POST", "/users/@me/channels", {"recipient_id": BEN})
        assert await api.refused("POST", f"/channels/{direct['id']}/messages", {"content": "x", "allowed_mentions": NOBODY}) == (403, 50007)

    async def test_a_revoked_token(self, discord: Loopback, api: Api) -> None:
        discord.revoke()
        assert await api.refused("GET", "/users/@me") == (401, 0)


class TestEvents:
    async def test_an_event_is_made_moved_and_taken_away(self, discord: Loopback, api: Api) -> None:
        made = await api("POST", f"/guilds/{GUILD}/scheduled-events", EVENT)
        await api("PATCH", f"/guilds/{GUILD}/scheduled-events/{made['id']}", {"name": "Thinking apart"})
        [listed] = await api("GET", f"/guilds/{GUILD}/scheduled-events")
        assert (listed["name"], listed["scheduled_end_time"]) == ("Thinking apart", END)
        await api("DELETE", f"/guilds/{GUILD}/scheduled-events/{made['id']}")
        assert discord.world.scheduled == {}

    async def test_the_permission_is_the_guilds(self, discord: Loopback, api: Api) -> None:
        discord.world.roles[BOT_ROLE].permissions &= ~bits("CREATE_EVENTS")
        assert await api.refused("POST", f"/guilds/{GUILD}/scheduled-events", EVENT) == (403, 50013)


class TestFaults:
    async def test_a_lost_answer_was_done(self, discord: Loopback, api: Api) -> None:
        discord.rest.faults.once(POST, Kind.LOST, after=1)
        await api.post(SLT, "first")
        with pytest.raises(aiohttp.ClientError):
            await api.post(SLT, "second")
        assert [one.content for one in discord.people.shown(SLT)] == ["first", "second"]

    @pytest.mark.parametrize(
        ("kind", "status"),
        [(Kind.LATER, 429), (Kind.INTERNAL, 500), (Kind.INTERNAL_DONE, 500), (Kind.BROKEN, 503), (Kind.BROKEN_DONE, 504)],
    )
    async def test_answers_that_say_so(self, discord: Loopback, api: Api, kind: Kind, status: int) -> None:
        discord.rest.faults.once(POST, kind)
        body = {"content": "x", "allowed_mentions": NOBODY}
        assert (await api.ask("POST", f"/channels/{SLT}/messages", body))[0] == status
        assert len(discord.people.shown(SLT)) == (1 if kind in {Kind.INTERNAL_DONE, Kind.BROKEN_DONE} else 0)

    async def test_calls_are_counted_by_channel_and_overall(self, discord: Loopback, api: Api) -> None:
        discord.rest.limit("get_channel", 1, 10.0)
        assert await api.refused("GET", f"/channels/{SLT}") == (200, 0)
        status, body = await api.ask("GET", f"/channels/{SLT}")
        assert (status, body["global"], 9 < body["retry_after"] <= 10) == (429, False, True)
        assert await api.refused("GET", f"/channels/{FORUM}") == (200, 0)
        discord.world.time.forward(10)
        assert await api.refused("GET", f"/channels/{SLT}") == (200, 0)

    async def test_a_request_can_be_kept_waiting(self, discord: Loopback, api: Api) -> None:
        hold = discord.rest.faults.hold(POST, done=True)
        posting = asyncio.create_task(api.post(SLT, "slow"))
        await hold.reached.wait()
        assert len(discord.people.shown(SLT)) == 1
        assert not posting.done()
        hold.release.set()
        assert (await posting)["content"] == "slow"

    async def test_an_operation_can_be_denied(self, discord: Loopback, api: Api) -> None:
        discord.rest.faults.deny("get_channel", "403 20028 Somebody says no")
        assert await api.refused("GET", f"/channels/{SLT}") == (403, 20028)
        discord.rest.faults.allow("get_channel")
        assert await api.refused("GET", f"/channels/{SLT}") == (200, 0)
