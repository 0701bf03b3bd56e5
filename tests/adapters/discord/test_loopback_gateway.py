"""The loopback Discord's gateway, and its interactions, in the eyes of discord.py as it is."""

from typing import Any

import aiohttp
import discord as library
import pytest
from discord_bots import ADA, BEN, FORUM, HOSTS, SLT
from discord_client import NOBODY, Api, listening
from discord_loopback.commanding import CannotType
from discord_loopback.filling import CannotSubmit, shown_values
from discord_loopback.model import Interaction
from discord_loopback.server import TOKEN, Loopback
from discord_loopback.world import APPLICATION, BOT_USER

HELP = {"type": 1, "name": "help", "description": "Help", "options": [{"type": 3, "name": "words", "description": "What about"}]}
CHAT = {"type": 3, "name": "chat", "description": "Which chat", "autocomplete": True}
NEXT = {"type": 1, "name": "next", "description": "The next question", "options": [CHAT]}
COP = {"type": 1, "name": "cop", "description": "copbot", "options": [HELP, NEXT]}
PIN = {"type": 3, "name": "Keep this"}
TITLE = {"type": 18, "label": "Title", "component": {"type": 4, "style": 1, "custom_id": "title", "value": "Thinking"}}
LIVE = [{"label": "Live", "value": "live", "default": True}, {"label": "Slow", "value": "slow"}]
FORMAT = {"type": 18, "label": "Format", "component": {"type": 3, "custom_id": "format", "options": LIVE}}
WITH = {"type": 18, "label": "With", "component": {"type": 5, "custom_id": "with", "required": False, "max_values": 3}}
MODAL = {"title": "Schedule a chat", "custom_id": "draft|7", "components": [TITLE, FORMAT, WITH]}
BUTTONS = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Next", "custom_id": "next|7"}]}]
PROPERTIES = {"os": "linux", "browser": "bot", "device": "bot"}
WORDS = {"content": "Just ask.", "flags": 64, "allowed_mentions": NOBODY}


class TestSessions:
    async def test_what_happens_is_reported_in_order(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        async with listening(discord, monkeypatch) as client:
            said = discord.people.say(ADA, SLT, "as @Ben says in #slt")
            discord.people.edit(ADA, SLT, said, "never mind")
            for on in (True, False):
                discord.people.react(BEN, SLT, said, "👍", on=on)
            discord.people.open_thread(BEN, SLT, said, "More of it")
            discord.people.delete(ADA, SLT, said)
            discord.people.leave(BEN)
            discord.people.join(BEN)
            await discord.gateway.flush()
            assert client.names() == [
                *("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE"),
                *("THREAD_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE", "MESSAGE_DELETE", "GUILD_MEMBER_REMOVE", "GUILD_MEMBER_ADD"),
            ]
            created = next(data for name, data in client.events if name == "MESSAGE_CREATE")
            assert created["content"] == f"as <@{BEN}> says in <#{SLT}>"

    async def test_only_what_was_asked_for_is_reported(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        intents = library.Intents(guilds=True, guild_messages=True)
        async with listening(discord, monkeypatch, intents) as client:
            said = discord.people.say(ADA, SLT, "secret")
            discord.people.say(ADA, SLT, "@copbot hello")
            discord.people.react(BEN, SLT, said, "👍")
            discord.people.leave(BEN)
            await discord.gateway.flush()
            assert client.names() == ["MESSAGE_CREATE", "MESSAGE_CREATE"]
            assert [data["content"] for name, data in client.events if name == "MESSAGE_CREATE"] == ["", f"<@{BOT_USER}> hello"]

    async def test_what_the_bot_may_not_see_is_not_reported(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        discord.world.channels[HOSTS].overwrites = discord.world.channels[HOSTS].overwrites[:1]
        discord.world.channels[HOSTS].overwrites[0].deny = 1 << 10
        async with listening(discord, monkeypatch) as client:
            discord.world.users[ADA].roles.append("800000000000000003")
            assert all(one["id"] != HOSTS for name, data in client.events if name == "GUILD_CREATE" for one in data["channels"])

    async def test_a_broken_connection_is_resumed_with_what_was_missed(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        async with listening(discord, monkeypatch) as client:
            discord.gateway.cut()
            for text in ("one", "two"):
                discord.people.say(ADA, SLT, text)
            await discord.until(lambda: discord.gateway.resumed == 1)
            await discord.gateway.flush()
            assert [data["content"] for name, data in client.events if name == "MESSAGE_CREATE"] == ["one", "two"]
            assert discord.gateway.identified == 1

    async def test_a_session_moves_when_discord_asks(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        async with listening(discord, monkeypatch) as client:
            await discord.gateway.reconnect()
            discord.people.say(ADA, SLT, "meanwhile")
            await discord.until(lambda: discord.gateway.resumed == 1)
            await discord.gateway.flush()
            assert client.names() == ["MESSAGE_CREATE"]

    async def test_heartbeats_without_an_answer_end_a_connection(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
        discord.gateway.heartbeat, discord.gateway.deaf = 0.1, True
        async with listening(discord, monkeypatch, heartbeat_timeout=0.3):
            await discord.until(lambda: discord.gateway.resumed >= 1)
        assert 4000 in discord.gateway.closed

    @pytest.mark.parametrize(("lacking", "code"), [("MESSAGE_CONTENT", 4014), ("GUILD_MEMBERS", 4014), ("", 4004)])
    async def test_who_is_sent_away(self, discord: Loopback, monkeypatch: pytest.MonkeyPatch, lacking: str, code: int) -> None:
        discord.world.granted.discard(lacking)
        discord.gateway.token = discord.gateway.token if lacking else "another"
        async with listening(discord, monkeypatch):
            await discord.until(lambda: code in discord.gateway.closed)
        assert discord.gateway.identified == 0

    @pytest.mark.parametrize(("code", "goes_on"), [(1000, False), (4000, True)])
    async def test_goodbye_ends_a_session(self, discord: Loopback, code: int, goes_on: bool) -> None:
        async with aiohttp.ClientSession() as session:
            first = await session.ws_connect(discord.gateway_url)
            await first.receive_json()
            await first.send_json({"op": 2, "d": {"token": TOKEN, "intents": 513, "properties": PROPERTIES}})
            ready = (await first.receive_json())["d"]
            await first.close(code=code)
            second = await session.ws_connect(ready["resume_gateway_url"])
            await second.receive_json()
            await second.send_json({"op": 6, "d": {"token": TOKEN, "session_id": ready["session_id"], "seq": 1}})
            assert [(await second.receive_json())["op"], discord.gateway.resumed] == ([0, 1] if goes_on else [9, 0])


class Reacting:
    """A bot that answers interactions over HTTP with what a test gives it."""

    def __init__(self, discord: Loopback) -> None:
        self.api = Api(discord)
        self.discord = discord
        self.payloads: list[dict[str, Any]] = []
        discord.world.events = lambda name, body, channel: self.payloads.append(body) if name == "INTERACTION_CREATE" else None

    async def register(self) -> None:
        """As a bot does when it starts."""
        await self.api("PUT", f"/applications/{APPLICATION}/commands", [COP, PIN])

    async def answer(self, act: Interaction, type: int, data: Any = None) -> tuple[int, int]:
        """The first answer; gives its status and Discord's code."""
        body = {"type": type} | ({"data": data} if data is not None else {})
        return await self.api.refused("POST", f"/interactions/{act.id}/{act.token}/callback", body)

    async def follow(self, act: Interaction, method: str, message: str = "", data: Any = None) -> tuple[int, int]:
        """What comes after it."""
        path = f"/webhooks/{APPLICATION}/{act.token}" + (f"/messages/{message}" if message else "")
        return await self.api.refused(method, path, data)

    def told(self, person: str) -> list[str]:
        """What this person alone reads."""
        return [self.discord.people.read(one) for one in self.discord.people.notices(person)]


@pytest.fixture
async def bot(discord: Loopback) -> Reacting:
    """With its commands registered."""
    bot = Reacting(discord)
    await bot.register()
    return bot


class TestInteractions:
    async def test_one_answer_in_time(self, discord: Loopback, bot: Reacting) -> None:
        act = discord.people.slash(ADA, SLT, "help me please")
        [option] = bot.payloads[0]["data"]["options"]
        assert (option["name"], [(one["name"], one["value"]) for one in option["options"]]) == ("help", [("words", "me please")])
        assert await bot.answer(act, 4, WORDS) == (204, 0)
        assert await bot.answer(act, 4, WORDS) == (400, 40060)
        late = discord.people.slash(ADA, SLT, "help")
        discord.world.time.forward(3.1)
        assert await bot.answer(late, 4, WORDS) == (404, 10062)
        assert (bot.told(ADA), bot.told(BEN), discord.world.unanswered()) == (["Just ask."], [], [late])

    async def test_thinking_is_filled_by_what_comes_first(self, discord: Loopback, bot: Reacting) -> None:
        for how in ("PATCH", "POST"):
            act = discord.people.slash(ADA, SLT, "help")
            await bot.answer(act, 5, {"flags": 64})
            assert len(discord.people.thinking(ADA)) == 1
            await bot.follow(
                act,
                how,
                "@original" if how == "PATCH" else "",
                WORDS if how == "POST" else {"content": "Just ask.", "allowed_mentions": NOBODY},
            )
            assert discord.people.thinking(ADA) == []
        assert bot.told(ADA) == ["Just ask.", "Just ask."]

    async def test_more_words_for_a_quarter_of_an_hour(self, discord: Loopback, bot: Reacting) -> None:
        act = discord.people.slash(ADA, SLT, "help")
        assert await bot.follow(act, "POST", data=WORDS) == (404, 10015)
        await bot.answer(act, 5, {"flags": 64})
        await bot.follow(act, "DELETE", "@original")
        assert (discord.people.thinking(ADA), bot.told(ADA)) == ([], [])
        await bot.follow(act, "POST", data=WORDS)
        discord.world.time.forward(901)
        assert await bot.follow(act, "POST", data=WORDS) == (401, 50027)
        assert bot.told(ADA) == ["Just ask."]

    async def test_choices_while_somebody_types(self, discord: Loopback, bot: Reacting) -> None:
        act = discord.people.complete(ADA, SLT, "next", "chat", "thi")
        [focused] = bot.payloads[0]["data"]["options"][0]["options"]
        assert (focused["value"], focused["focused"]) == ("thi", True)
        assert await bot.answer(act, 4, WORDS) == (400, 50035)
        assert await bot.answer(act, 8, {"choices": [{"name": "Thinking together", "value": "7"}]}) == (204, 0)
        assert act.choices == [{"name": "Thinking together", "value": "7"}]

    async def test_a_menus_entry_shows_the_message(self, discord: Loopback, bot: Reacting) -> None:
        discord.world.granted.clear()
        said = discord.people.say(BEN, SLT, "worth keeping")
        discord.people.shortcut(ADA, SLT, said, "Keep this")
        data = bot.payloads[0]["data"]
        assert data["resolved"]["messages"][data["target_id"]]["content"] == "worth keeping"
        with pytest.raises(CannotType):
            discord.people.shortcut(ADA, SLT, said, "Report")

    async def test_a_form_goes_round(self, discord: Loopback, bot: Reacting) -> None:
        await bot.answer(discord.people.slash(ADA, SLT, "help"), 9, MODAL)
        front = discord.people.front(ADA)
        assert front is not None
        assert shown_values(front) == {"title": "Thinking", "format": "live", "with": ""}
        with pytest.raises(CannotSubmit):
            discord.people.submit(ADA, {"format": "weekly"})
        act = discord.people.submit(ADA, {"title": "Listening", "format": "slow", "with": BEN})
        components = {one["component"]["custom_id"]: one["component"] for one in bot.payloads[-1]["data"]["components"]}
        assert (components["title"]["value"], components["format"]["values"], components["with"]["values"]) == (
            "Listening",
            ["slow"],
            [BEN],
        )
        assert BEN in bot.payloads[-1]["data"]["resolved"]["members"]
        assert await bot.answer(act, 9, MODAL) == (400, 50035)
        assert await bot.answer(act, 4, WORDS) == (204, 0)
        assert discord.people.front(ADA) is None

    async def test_a_press_changes_the_message_it_stands_under(self, discord: Loopback, bot: Reacting) -> None:
        posted = await bot.api.post(SLT, "Ready?", components=BUTTONS)
        act = discord.people.press(BEN, SLT, posted["id"], "Next")
        assert bot.payloads[0]["message"]["id"] == posted["id"]
        await bot.answer(act, 7, {"content": "Steady", "components": [], "allowed_mentions": NOBODY})
        assert [discord.people.read(one) for one in discord.people.shown(SLT)] == ["Steady"]

    async def test_what_one_alone_is_shown_is_changed_behind_its_button(self, discord: Loopback, bot: Reacting) -> None:
        await bot.answer(discord.people.slash(ADA, SLT, "help"), 4, {**WORDS, "components": BUTTONS})
        [notice] = discord.people.notices(ADA)
        act = discord.people.press(ADA, SLT, notice.id, "Next")
        assert bot.payloads[-1]["message"]["flags"] & 64
        await bot.answer(act, 6)
        await bot.follow(act, "PATCH", "@original", {"content": "Done.", "components": [], "allowed_mentions": NOBODY})
        assert bot.told(ADA) == ["Done."]

    async def test_commands_keep_their_ids_and_vanish_with_their_names(self, discord: Loopback, bot: Reacting) -> None:
        before = {one["name"]: one["id"] for one in discord.world.commands}
        await bot.api("PUT", f"/applications/{APPLICATION}/commands", [COP])
        assert [(one["name"], one["id"]) for one in discord.world.commands] == [("cop", before["cop"])]

    async def test_in_a_forum_people_act_in_its_posts(self, discord: Loopback, bot: Reacting) -> None:
        thread = discord.people.open_post(ADA, FORUM, "Mine", "my own")
        discord.people.slash(ADA, thread, "help")
        assert (bot.payloads[0]["channel_id"], bot.payloads[0]["channel"]["parent_id"]) == (thread, FORUM)
