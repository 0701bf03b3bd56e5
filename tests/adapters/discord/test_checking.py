"""What would go wrong in a channel; who people are."""

import pytest
from discord_bots import ADA, CHANNEL, FORUM, HOSTS, SLT, bot_on
from discord_loopback.model import REQUIRE_TAG, Overwrite
from discord_loopback.permissions import BITS, bits
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_ROLE, BOT_USER, GUILD, OWNER
from hypothesis import given
from hypothesis import strategies as st

from copbot.domain.place import Person, Place, Profile
from copbot.errors import Gone, NotAuthenticated, TryLater
from copbot.ports.platform import Finding
from copbot_discord.invite import PERMISSIONS
from copbot_discord.permissions import EVERYTHING, in_channel, in_server
from copbot_discord.platform import profile_of
from copbot_discord.wording import NO_CONTENT, NO_MEMBERS

IN_FORUM = Place("discord", FORUM)
ROLES = [{"id": GUILD, "permissions": str(bits("VIEW_CHANNEL"))}, {"id": "5", "permissions": str(bits("ADMINISTRATOR"))}]
SERVER = {"id": GUILD, "owner_id": OWNER, "roles": ROLES}


def deny(discord: Loopback, channel: str, *names: str) -> None:
    discord.world.channel(channel).overwrites.append(Overwrite(BOT_USER, member=True, deny=bits(*names)))


class TestChecking:
    @pytest.mark.parametrize("channel", [SLT, FORUM, HOSTS])
    async def test_a_channel_where_all_is_well(self, discord: Loopback, channel: str) -> None:
        assert await bot_on(discord).check(Place("discord", channel)) == []

    async def test_a_thread_is_as_well_as_its_channel(self, discord: Loopback) -> None:
        assert await bot_on(discord).check(Place("discord", SLT, "1")) == []

    async def test_somebodys_private_messages(self, discord: Loopback) -> None:
        bot = bot_on(discord)
        assert await bot.check(await bot.direct.place(Person("discord", ADA))) == []

    @pytest.mark.parametrize("name", sorted(PERMISSIONS.keys() - {"VIEW_CHANNEL", "CREATE_EVENTS"}))
    async def test_each_permission_is_named_with_its_reason_and_where_to_grant_it(self, discord: Loopback, name: str) -> None:
        deny(discord, SLT, name)
        permission = PERMISSIONS[name]
        assert await bot_on(discord).check(CHANNEL) == [
            Finding(
                f"copbot lacks the permission {permission.name} in #slt: to {permission.reason}",
                f"In #slt: Channel settings > Permissions > add copbot, and allow {permission.name}.",
            )
        ]

    async def test_a_channel_that_copbot_does_not_see(self, discord: Loopback) -> None:
        deny(discord, SLT, "VIEW_CHANNEL")
        [found] = await bot_on(discord).check(CHANNEL)
        assert found.what == "copbot cannot see that channel"
        assert "View Channels" in found.remedy

    async def test_events_are_a_matter_of_the_server(self, discord: Loopback) -> None:
        discord.world.roles[BOT_ROLE].permissions &= ~bits("CREATE_EVENTS")
        [found] = await bot_on(discord).check(CHANNEL)
        assert found.remedy == "In Server settings > Roles > copbot, allow Create Events."

    async def test_a_forum_needs_no_threads_from_messages(self, discord: Loopback) -> None:
        deny(discord, FORUM, "CREATE_PUBLIC_THREADS")
        assert await bot_on(discord).check(IN_FORUM) == []

    async def test_a_forum_whose_tags_are_for_moderators(self, discord: Loopback) -> None:
        discord.world.channel(FORUM).flags = REQUIRE_TAG
        [found] = await bot_on(discord).check(IN_FORUM)
        assert "wants a tag" in found.what

    async def test_missing_intents(self, discord: Loopback) -> None:
        discord.world.granted.clear()
        assert await bot_on(discord).check(CHANNEL) == [NO_CONTENT, NO_MEMBERS]

    async def test_a_channel_of_another_kind(self, discord: Loopback) -> None:
        discord.world.add_channel("700000000000000009", "stage", 13)
        [found] = await bot_on(discord).check(Place("discord", "700000000000000009"))
        assert found == Finding("#stage is neither a text channel nor a forum", "Name another channel in the community file.")

    async def test_a_server_that_copbot_has_left(self, discord: Loopback) -> None:
        discord.rest.faults.deny("get_guild_member", "404 10007 Unknown Member")
        [found] = await bot_on(discord).check(CHANNEL)
        assert found.what == "copbot is not in that server"

    async def test_a_wrong_token_is_no_finding(self, discord: Loopback) -> None:
        with pytest.raises(NotAuthenticated):
            await bot_on(discord, token="a.wrong.token").check(CHANNEL)

    async def test_nor_is_a_discord_that_is_away(self, discord: Loopback) -> None:
        with pytest.raises(TryLater):
            await bot_on(discord, api_url="http://127.0.0.1:9").check(CHANNEL)


class TestPermissions:
    """https://docs.discord.com/developers/topics/permissions#permission-overwrites"""

    @given(st.lists(st.tuples(st.sampled_from([GUILD, "6", "7", BOT_USER]), st.integers(0, 63), st.integers(0, 63)), max_size=4))
    def test_overwrites_are_taken_in_discords_order(self, overwrites: list[tuple[str, int, int]]) -> None:
        by_id = {id: {"id": id, "allow": str(allow), "deny": str(deny)} for id, allow, deny in overwrites}
        here = in_channel(0b101010, SERVER, {"permission_overwrites": list(by_id.values())}, BOT_USER, ["6", "7"])
        for bit in range(6):
            verdicts = [self._verdict(by_id, ids, 1 << bit) for ids in ([BOT_USER], ["6", "7"], [GUILD])]
            assert bool(here & 1 << bit) == next((verdict for verdict in verdicts if verdict is not None), bool(0b101010 & 1 << bit))

    def _verdict(self, by_id: dict[str, dict[str, str]], ids: list[str], bit: int) -> bool | None:
        """What one step of overwrites says; allowing goes before denying."""
        if any(int(by_id[id]["allow"]) & bit for id in ids if id in by_id):
            return True
        return False if any(int(by_id[id]["deny"]) & bit for id in ids if id in by_id) else None

    def test_owners_and_administrators_may_everything(self) -> None:
        assert in_server(SERVER, OWNER, []) == in_server(SERVER, ADA, ["5"]) == EVERYTHING
        nothing = {"permission_overwrites": [{"id": GUILD, "allow": "0", "deny": str(EVERYTHING)}]}
        assert in_channel(EVERYTHING, SERVER, nothing, ADA, ["5"]) == EVERYTHING

    def test_other_peoples_roles_count_for_nothing(self) -> None:
        assert in_server(SERVER, ADA, []) == 1 << BITS["VIEW_CHANNEL"]


class TestProfiles:
    async def test_people_are_called_as_they_wish(self, discord: Loopback) -> None:
        assert (await bot_on(discord).profile(Person("discord", ADA))).name == "Ada"
        with pytest.raises(Gone):
            await bot_on(discord).profile(Person("discord", "404"))

    def test_out_of_discords_words(self) -> None:
        ada = Person("discord", ADA)
        assert profile_of(ada, {"username": "ada", "global_name": None, "bot": True}) == Profile(ada, "ada", is_bot=True)
        assert profile_of(ada, {}) == Profile(ada, ADA)
