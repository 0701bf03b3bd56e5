"""What would go wrong in a channel; who people are; where their private messages go."""

import pytest
from slack_bots import bot_on
from slack_loopback.api import CONFIG_TOKEN
from slack_loopback.server import BOT_TOKEN, Loopback

from copbot.domain.message import Button, Message
from copbot.domain.place import Person, Place
from copbot.errors import Gone, NotAuthenticated, Refused
from copbot.ports.platform import Finding
from copbot.services.commands import SPECS
from copbot_slack.checking import of_channel, of_manifest, of_scopes
from copbot_slack.manifest import EVENTS, SCOPES, manifest
from copbot_slack.platform import profile_of

SLT, ELSEWHERE, ADA = Place("slack", "C0SLT"), Place("slack", "C0ELSEWHERE"), Person("slack", "U0ADA")


class TestChecking:
    async def test_a_channel_where_all_is_well(self, slack: Loopback) -> None:
        assert await bot_on(slack).check(SLT) == []

    async def test_a_thread_is_as_well_as_its_channel(self, slack: Loopback) -> None:
        assert await bot_on(slack).check(Place("slack", "C0SLT", "1517427000.000100")) == []

    async def test_somebodys_private_messages(self, slack: Loopback) -> None:
        bot = bot_on(slack)
        assert await bot.check(await bot.direct.place(ADA)) == []

    async def test_not_a_member(self, slack: Loopback) -> None:
        assert await bot_on(slack).check(ELSEWHERE) == [Finding("copbot is not in #elsewhere", "Type /invite @copbot in #elsewhere.")]

    async def test_a_private_channel_that_copbot_cannot_see(self, slack: Loopback) -> None:
        slack.people.leave("U0COPBOT", "G0HOSTS")
        [finding] = await bot_on(slack).check(Place("slack", "G0HOSTS"))
        assert "/invite @copbot" in finding.remedy
        assert "place:" not in finding.remedy

    async def test_each_missing_scope_is_named_with_its_reason(self, slack: Loopback) -> None:
        slack.workspace.scopes -= {"pins:write", "reactions:write"}
        pins, reactions = await bot_on(slack).check(SLT)
        assert pins.what == f"copbot lacks the permission pins:write: to {SCOPES['pins:write']}"
        assert "reactions:write" in reactions.remedy

    async def test_without_the_scope_to_look_both_are_said(self, slack: Loopback) -> None:
        slack.workspace.scopes -= {"channels:read"}
        assert ["channels:read" in finding.what for finding in await bot_on(slack).check(SLT)] == [True, True]

    async def test_a_token_that_was_revoked_is_no_finding_about_a_channel(self, slack: Loopback) -> None:
        slack.api.revoked.add(BOT_TOKEN)
        with pytest.raises(NotAuthenticated):
            await bot_on(slack).check(SLT)

    async def test_each_event_that_the_app_is_not_subscribed_to_is_named(self, slack: Loopback) -> None:
        slack.workspace.manifest = manifest(SPECS, socket=True)
        bot = bot_on(slack, config_token=CONFIG_TOKEN)
        assert await bot.check(SLT) == []
        slack.workspace.manifest["settings"]["event_subscriptions"]["bot_events"] = sorted(
            {*EVENTS} - {"message.groups", "app_home_opened"}
        )
        home, groups = await bot.check(SLT)
        assert home.what == "Slack does not tell copbot of app_home_opened, which it needs to show people their own page"
        assert groups.what == f"Slack does not tell copbot of message.groups, which it needs to {SCOPES['groups:history']}"
        assert "Subscribe to bot events" in groups.remedy

    async def test_a_configuration_token_that_is_no_good_any_more(self, slack: Loopback) -> None:
        slack.api.revoked.add(CONFIG_TOKEN)
        [finding] = await bot_on(slack, config_token=CONFIG_TOKEN).check(SLT)
        assert finding.what.startswith("Slack does not show the app's configuration: ")
        assert "Your App Configuration Tokens" in finding.remedy
        assert CONFIG_TOKEN not in finding.what

    async def test_who_may_not_ask_for_the_app_is_told_of_the_scope_and_of_no_token(self, slack: Loopback) -> None:
        slack.workspace.manifest = manifest(SPECS, socket=True)
        slack.workspace.scopes -= {"users:read"}
        findings = await bot_on(slack, config_token=CONFIG_TOKEN).check(SLT)
        assert ["users:read" in finding.what + finding.remedy for finding in findings] == [True] * len(findings)
        assert not [finding for finding in findings if "Your App Configuration Tokens" in finding.remedy]

    def test_an_app_without_command_and_answers(self) -> None:
        told = [finding.what for finding in of_manifest({"settings": {"event_subscriptions": {"bot_events": sorted(EVENTS)}}})]
        assert told == ["the app has no /cop", "Slack does not tell copbot of buttons and forms"]
        assert not list(of_manifest(manifest(SPECS, socket=False, url="https://chats.example.org"), many=True))

    def test_an_archived_channel(self) -> None:
        [finding] = of_channel({"id": "C1", "name": "slt", "is_archived": True, "is_member": False})
        assert finding.what == "#slt is archived"

    def test_all_scopes_are_enough(self) -> None:
        assert list(of_scopes(frozenset(SCOPES))) == []


class TestPeople:
    async def test_names_zones_and_strangers(self, slack: Loopback) -> None:
        bot = bot_on(slack)
        profile = await bot.profile(ADA)
        assert (profile.name, profile.time_zone, profile.is_bot) == ("Ada", "Europe/London", False)
        with pytest.raises(Gone):
            await bot.profile(Person("slack", "U0NOBODY"))

    def test_the_name_that_people_chose_comes_first(self) -> None:
        user = {"id": "U1", "name": "ada.l", "real_name": "Ada King", "profile": {"display_name": "Ada", "real_name": "Ada King"}}
        assert profile_of(ADA, user).name == "Ada"
        assert profile_of(ADA, {**user, "profile": {"display_name": "", "real_name": "Ada King"}}).name == "Ada King"
        assert profile_of(ADA, {"id": "U1", "is_bot": True}) == profile_of(ADA, {"id": "U1", "is_bot": True, "profile": {}, "tz": ""})

    async def test_private_messages_are_opened_once(self, slack: Loopback) -> None:
        bot = bot_on(slack)
        assert await bot.direct.place(ADA) == await bot.direct.place(ADA)
        assert [call.method for call in slack.api.calls] == ["conversations.open"]

    async def test_a_bot_gets_none(self, slack: Loopback) -> None:
        with pytest.raises(Refused):
            await bot_on(slack).direct.place(Person("slack", "U0COPBOT"))


async def test_everybody_has_a_page_of_their_own(slack: Loopback) -> None:
    bot = bot_on(slack)
    for words in ("Nothing is coming up.", "One chat is coming up."):
        await bot.home.show(ADA, [Message("**Chats**"), Message(words, (Button("Tell me more", "upcoming"),))])
    home = slack.people.home("U0ADA")
    assert home is not None
    assert "One chat is coming up." in slack.people.read(home)
    assert slack.people.buttons(home) == ["Tell me more"]
    assert slack.people.home("U0BEN") is None
