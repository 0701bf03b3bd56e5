"""What Discord's gateway tells, in the shapes of its own documentation, and what copbot hears of it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from copbot.domain.heard import Commanded, Edited, Heard, Joined, Left, Reacted, Removed, Said
from copbot.domain.place import Person, Place
from copbot_discord import hearing
from copbot_discord.hearing import Me
from copbot_discord.names import snowflake_of
from copbot_discord.where import Where

AT = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
LATER = datetime(2018, 1, 31, 19, 31, 0, 250000, tzinfo=UTC)
NOW = datetime(2018, 1, 31, 19, 32, tzinfo=UTC)
ME = Me("1", "2", verbs=frozenset({"next"}))
REDUCED = replace(ME, reads=False)
ID, OTHER = snowflake_of(AT), snowflake_of(LATER)
ADA, BEN = Person("discord", "11"), Person("discord", "12")
CHANNEL, THREAD, LOBBY = Place("discord", "100"), Place("discord", "100", "101"), Place("discord", "200")


@pytest.fixture
def where() -> Where:
    """A text channel with a thread, and a forum with its lobby and a post."""
    where = Where()
    where.lobby("200", "201")
    where.sorted("200")
    channels = [{"id": "100", "type": 0, "name": "slt"}, {"id": "200", "type": 15, "name": "forum"}]
    threads = [(101, "100"), (201, "200"), (202, "200")]
    where.learn_server(
        {"channels": channels, "threads": [{"id": str(id), "type": 11, "parent_id": parent, "name": "q"} for id, parent in threads]}
    )
    return where


def message(**more: Any) -> dict[str, Any]:
    """A MESSAGE_CREATE's data, with more or other keys; None takes one away."""
    data = {
        "id": ID,
        "channel_id": "100",
        "guild_id": "9",
        "type": 0,
        "author": {"id": "11", "username": "ada_l", "global_name": "Ada", "discriminator": "0", "avatar": None},
        "member": {"nick": None, "roles": []},
        "content": "Hello",
        "timestamp": "2018-01-31T19:30:00+00:00",
        "edited_timestamp": None,
        "mentions": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "flags": 0,
    }
    return {key: value for key, value in {**data, **more}.items() if value is not None}


def heard(data: dict[str, Any], where: Where, me: Me = ME, event: str = "MESSAGE_CREATE") -> Heard | None:
    """What is heard of an event."""
    return hearing.heard(event, data, me, where, NOW)


def said(data: dict[str, Any], where: Where, me: Me = ME) -> Said:
    """What somebody said."""
    found = heard(data, where, me)
    assert isinstance(found, Said)
    return found


class TestSaying:
    def test_what_somebody_says(self, where: Where) -> None:
        assert heard(message(), where) == Said(AT, CHANNEL, ADA, ID, "Hello", name="Ada")

    @pytest.mark.parametrize(
        ("channel", "place"), [("101", THREAD), ("201", LOBBY), ("202", Place("discord", "200", "202")), ("100", CHANNEL)]
    )
    def test_where_it_stands(self, where: Where, channel: str, place: Place) -> None:
        assert said(message(channel_id=channel), where).place == place

    def test_private_messages_are_a_channel_of_their_own(self, where: Where) -> None:
        assert said(message(channel_id="300", guild_id=None, member=None), where).place == Place("discord", "300")

    @pytest.mark.parametrize(
        "other",
        [
            {"author": {"id": "1", "bot": True, "username": "copbot"}},
            {"author": {"id": "13", "bot": True, "username": "weather"}},
            {"author": {"id": "14", "username": "weather"}, "webhook_id": "14"},
            {"author": {"id": "15", "system": True, "username": "Discord"}},
            {"type": 7},
            {"type": 18},
            {"type": 20},
            {"type": 21, "content": ""},
            {"content": "", "message_reference": {"type": 1, "message_id": OTHER}},
        ],
    )
    def test_what_no_person_says_in_their_own_words_is_nothing(self, where: Where, other: dict[str, Any]) -> None:
        assert heard(message(**other), where) is None

    def test_a_nickname_comes_first(self, where: Where) -> None:
        assert said(message(member={"nick": "Countess"}), where).name == "Countess"

    def test_without_a_name_to_show_it_is_the_login(self, where: Where) -> None:
        assert said(message(author={"id": "11", "username": "ada_l", "global_name": None}, member=None), where).name == "ada_l"

    def test_a_reply_says_what_it_answers(self, where: Where) -> None:
        data = message(type=19, message_reference={"type": 0, "message_id": OTHER, "channel_id": "100"})
        assert said(data, where).replies_to == OTHER

    def test_a_forward_answers_nothing(self, where: Where) -> None:
        assert said(message(message_reference={"type": 1, "message_id": OTHER}), where).replies_to is None

    def test_files_are_noted(self, where: Where) -> None:
        assert said(message(content="", attachments=[{"id": "5"}]), where).has_files

    def test_stickers_have_names(self, where: Where) -> None:
        assert said(message(content="", sticker_items=[{"id": "5", "name": "wave"}]), where).text == ":wave:"

    def test_mentions_are_people_once_each_and_not_copbot(self, where: Where) -> None:
        found = said(message(content="as <@12> and <@!12> say, <@1>"), where)
        assert (found.mentions, found.text) == ((BEN,), "as @12 and @12 say, @1")


class TestText:
    @pytest.mark.parametrize(
        ("typed", "text"),
        [
            ("see <#100>", "see #slt"),
            ("see <#999>", "see #999"),
            ("<:party:123> <a:wave:124>", ":party: :wave:"),
            ("at <t:1517427000:F>, <t:1517427000>", "at 2018-01-31 19:30 UTC, 2018-01-31 19:30 UTC"),
            ("at <t:999999999999:R>", "at <t:999999999999:R>"),
            ("try </cop schedule:55>", "try /cop schedule"),
            ("<@&77>", "@role"),
            ("a < b, <b> and <https://example.org>", "a < b, <b> and <https://example.org>"),
            ("*bold* \\* &amp;", "*bold* \\* &amp;"),
        ],
    )
    def test_tokens_are_words(self, where: Where, typed: str, text: str) -> None:
        assert hearing.plain(typed, where) == text


class TestSayingItToCopbot:
    @pytest.mark.parametrize("typed", ["<@1> next", "<@!1>: next", "  <@1>,\nnext"])
    def test_it_is_a_command(self, where: Where, typed: str) -> None:
        found = heard(message(channel_id="101", content=typed), where)
        assert found == Commanded(f"mention:101:{ID}", AT, THREAD, ADA, "next", name="Ada")

    def test_a_mention_in_the_middle_is_none(self, where: Where) -> None:
        assert said(message(content="ask <@1> next"), where).text == "ask @1 next"

    def test_somebody_elses_name_is_none(self, where: Where) -> None:
        assert said(message(content="<@11> next"), where).mentions == (ADA,)


class TestReducedMode:
    def test_what_may_not_be_read_is_not_heard_as_empty(self, where: Where) -> None:
        assert heard(message(content=""), where, REDUCED) is None

    def test_an_answer_to_copbot_is_heard(self, where: Where) -> None:
        assert said(message(content="<@1> I would listen first."), where, REDUCED).text == "I would listen first."

    def test_a_verb_is_a_command_still(self, where: Where) -> None:
        assert isinstance(heard(message(content="<@1> next"), where, REDUCED), Commanded)

    def test_an_edit_that_may_not_be_read_is_nothing(self, where: Where) -> None:
        data = message(content="", edited_timestamp="2018-01-31T19:31:00+00:00")
        assert heard(data, where, REDUCED, "MESSAGE_UPDATE") is None


class TestEditing:
    def test_an_edit_has_a_version(self, where: Where) -> None:
        data = message(content="Hello <@12>", edited_timestamp="2018-01-31T19:31:00.250000+00:00")
        version = 1517427060250000
        assert heard(data, where, event="MESSAGE_UPDATE") == Edited(LATER, CHANNEL, ADA, ID, "Hello @12", version, AT, (BEN,), name="Ada")

    @pytest.mark.parametrize(
        "other",
        [
            {"embeds": [{"url": "https://example.org"}]},
            {"edited_timestamp": "2018-01-31T19:31:00+00:00", "author": {"id": "13", "bot": True}},
            {"edited_timestamp": "2018-01-31T19:31:00+00:00", "author": None},
            {"edited_timestamp": "2018-01-31T19:31:00+00:00", "content": "<@1> next"},
        ],
    )
    def test_what_nobody_wrote_is_none(self, where: Where, other: dict[str, Any]) -> None:
        assert heard(message(**other), where, event="MESSAGE_UPDATE") is None


class TestRemoving:
    def test_a_message(self, where: Where) -> None:
        data = {"id": ID, "channel_id": "101", "guild_id": "9"}
        assert heard(data, where, event="MESSAGE_DELETE") == Removed(NOW, THREAD, ID)

    def test_several_at_once(self, where: Where) -> None:
        data = {"ids": [ID, OTHER], "channel_id": "100", "guild_id": "9"}
        assert list(hearing.all_removed(data, where, NOW)) == [Removed(NOW, CHANNEL, ID), Removed(NOW, CHANNEL, OTHER)]


class TestReacting:
    def reaction(self, **more: Any) -> dict[str, Any]:
        """A reaction's data."""
        return {"user_id": "11", "channel_id": "101", "message_id": ID, "guild_id": "9", "emoji": {"id": None, "name": "👍"}, **more}

    def test_on_and_off(self, where: Where) -> None:
        for event, on in (("MESSAGE_REACTION_ADD", True), ("MESSAGE_REACTION_REMOVE", False)):
            assert heard(self.reaction(), where, event=event) == Reacted(NOW, THREAD, ADA, ID, "👍", on)

    @pytest.mark.parametrize(
        ("emoji", "name"), [({"id": "5", "name": "party"}, ":party:"), ({"id": "5", "name": None}, ":emoji:"), ({"name": "🎉"}, "🎉")]
    )
    def test_a_servers_own_emoji_has_a_name(self, where: Where, emoji: dict[str, Any], name: str) -> None:
        found = heard(self.reaction(emoji=emoji), where, event="MESSAGE_REACTION_ADD")
        assert isinstance(found, Reacted)
        assert found.emoji == name

    @pytest.mark.parametrize("by", [{"user_id": "1"}, {"user_id": "13", "member": {"user": {"id": "13", "bot": True}}}])
    def test_bots_are_not_heard(self, where: Where, by: dict[str, Any]) -> None:
        assert heard(self.reaction(**by), where, event="MESSAGE_REACTION_ADD") is None

    @pytest.mark.parametrize("event", ["MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI", "TYPING_START"])
    def test_what_names_nobody_is_nothing(self, where: Where, event: str) -> None:
        assert heard(self.reaction(), where, event=event) is None


class TestComingAndGoing:
    def member(self, **user: Any) -> dict[str, Any]:
        """A member's data."""
        return {"guild_id": "9", "nick": "Countess", "user": {"id": "11", "username": "ada_l", **user}}

    def test_people_come_to_the_channels_in_use(self, where: Where) -> None:
        where.use("9", "100")
        where.use("9", "200")
        where.use("8", "800")
        moves = list(hearing.moved("GUILD_MEMBER_ADD", self.member(), ME, where, NOW))
        assert moves == [Joined(NOW, CHANNEL, ADA, "Countess"), Joined(NOW, LOBBY, ADA, "Countess")]

    def test_people_leave(self, where: Where) -> None:
        where.use("9", "100")
        assert list(hearing.moved("GUILD_MEMBER_REMOVE", self.member(), ME, where, NOW)) == [Left(NOW, CHANNEL, ADA)]

    @pytest.mark.parametrize("user", [{"id": "1"}, {"bot": True}])
    def test_bots_are_nobody(self, where: Where, user: dict[str, Any]) -> None:
        where.use("9", "100")
        assert list(hearing.moved("GUILD_MEMBER_ADD", self.member(**user), ME, where, NOW)) == []


class TestHistory:
    def past(self, **more: Any) -> dict[str, Any]:
        """A message as the history shows it."""
        return message(guild_id=None, member=None, **more)

    def test_what_was_said(self, where: Where) -> None:
        assert hearing.from_history(self.past(), THREAD, ME, where) == Said(AT, THREAD, ADA, ID, "Hello", name="Ada")

    def test_the_last_edit(self, where: Where) -> None:
        found = hearing.from_history(self.past(edited_timestamp="2018-01-31T19:31:00.25+00:00"), THREAD, ME, where)
        assert isinstance(found, Edited)
        assert (found.at, found.said_at) == (LATER, AT)

    @pytest.mark.parametrize("other", [{"content": "<@1> next"}, {"author": {"id": "1", "bot": True}}, {"type": 6}])
    def test_what_is_not_for_the_record(self, where: Where, other: dict[str, Any]) -> None:
        assert hearing.from_history(self.past(**other), THREAD, ME, where) is None

    def test_what_copbot_posted_for_somebody_is_theirs(self, where: Where) -> None:
        button = {"type": 2, "custom_id": "copbot-answer|11|~"}
        posted = self.past(
            author={"id": "1", "bot": True},
            content="**Ada \\*L\\***: I *would* **not**: never, 2 \\* 3",
            components=[{"type": 1, "components": [button]}],
        )
        found = hearing.from_history(posted, THREAD, ME, where)
        assert found == Said(AT, THREAD, ADA, ID, "I *would* **not**: never, 2 * 3")

    def test_nobody_else_can_speak_for_somebody(self, where: Where) -> None:
        forged = self.past(components=[{"type": 1, "components": [{"type": 2, "custom_id": "copbot-answer|12|~"}]}])
        found = hearing.from_history(forged, THREAD, ME, where)
        assert isinstance(found, Said)
        assert found.person == ADA


@pytest.mark.parametrize(
    "data", [{}, {"author": None}, {"author": {"id": "11"}, "type": 0}, {"author": {"id": "11"}, "type": 0, "content": "x"}]
)
def test_what_is_not_as_documented_raises(where: Where, data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        heard(data, where)
