"""The way on which a workspace installs copbot: tied to one browser, once, for ten minutes."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from cryptography.fernet import Fernet
from slack_bolt.error import BoltError
from slack_bots import Kept, Passing
from slack_copbot import Copbot, copbot_on
from slack_many import ManySlacks, token_of
from slack_sdk.oauth.installation_store import Installation

from copbot_slack.installations import Installations
from copbot_slack.oauth import States
from copbot_slack.reception import teams_of
from copbot_slack.sealing import Seal, Unreadable

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning:slack_sdk")  # its oauth.v2.access uses it

ACME = "T0ACME"
KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def kept() -> Kept:
    """What is kept over a restart."""
    return Kept()


@pytest.fixture
async def many() -> AsyncIterator[ManySlacks]:
    """A Slack with one workspace."""
    async with ManySlacks(ACME) as many:
        yield many
        assert not many.faults, "\n".join(many.faults)


@pytest.fixture
async def copbot(many: ManySlacks, kept: Kept) -> AsyncIterator[Copbot]:
    """A copbot that nobody has installed yet."""
    async with copbot_on(many, kept, KEY) as copbot:
        yield copbot


class TestTheWay:
    async def test_whoever_looks_leaves_nothing_behind(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        async with ClientSession() as browser:
            asked, cookie = await many.set_out(browser)
        assert kept.values == {}
        assert "client_id=123.456" in asked
        assert cookie.partition("=")[2] in asked

    async def test_it_is_gone_once(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        async with ClientSession() as browser:
            asked, cookie = await many.set_out(browser)
            back = await many.allow(browser, asked, ACME)
            assert await many.come_back(browser, back, cookie) == 200
            kept.values.pop(f"workspace:{ACME}")
            again = await many.allow(browser, asked, ACME)
            assert await many.come_back(browser, again, cookie) == 401
        assert f"workspace:{ACME}" not in kept.values

    async def test_another_browser_does_not_arrive(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        async with ClientSession() as browser:
            asked, _ = await many.set_out(browser)
            _, others = await many.set_out(browser)
            back = await many.allow(browser, asked, ACME)
            assert await many.come_back(browser, back, others) == 400
        assert kept.values == {}

    async def test_it_takes_ten_minutes_at_most(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        async with ClientSession() as browser:
            asked, cookie = await many.set_out(browser)
            back = await many.allow(browser, asked, ACME)
            copbot.clock.forward(601)
            assert await many.come_back(browser, back, cookie) == 401
        assert kept.values == {}

    @pytest.mark.parametrize("query", ["error=access_denied", "error=%3Cscript%3E", "state=forged&code=1", "code=1", ""])
    async def test_nothing_else_leads_in(self, many: ManySlacks, copbot: Copbot, kept: Kept, query: str) -> None:
        async with ClientSession() as browser:
            _, cookie = await many.set_out(browser)
            assert await many.come_back(browser, query, cookie) in (200, 400, 401)
        assert kept.values == {}

    async def test_a_code_that_slack_does_not_know(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        async with ClientSession() as browser:
            asked, cookie = await many.set_out(browser)
            back = await many.allow(browser, asked, ACME)
            assert await many.come_back(browser, back.replace("code-0", "code-1"), cookie) == 401
        assert f"workspace:{ACME}" not in kept.values

    async def test_slack_is_away(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        async with ClientSession() as browser:
            asked, cookie = await many.set_out(browser)
            back = await many.allow(browser, asked, ACME)
            await many.aclose()
            assert await many.come_back(browser, back, cookie) == 502
        assert f"workspace:{ACME}" not in kept.values

    async def test_slack_is_told_that_the_address_is_right_before_anybody_has_come(self, many: ManySlacks, copbot: Copbot) -> None:
        callbacks = many.slacks[ACME].callbacks
        challenge = '{"type": "url_verification", "challenge": "3eZ"}'
        assert (await callbacks.post(challenge, "application/json"))[:2] == (200, '{"challenge":"3eZ"}')
        assert (await callbacks.post(challenge, "application/json", secret="forged"))[0] == 401


class TestStates:
    async def test_what_came_back_long_ago_is_not_remembered(self, kept: Kept) -> None:
        clock = Passing()
        states = States(kept, Seal([KEY]), clock)
        for _ in range(3):
            assert await states.async_consume(await states.async_issue())
        before = len(kept.values["oauth-states"])
        clock.forward(3600)
        assert await states.async_consume(await states.async_issue())
        assert len(kept.values["oauth-states"]) < before

    async def test_another_keys_state_is_none(self, kept: Kept) -> None:
        state = await States(kept, Seal([OTHER_KEY]), Passing()).async_issue()
        assert not await States(kept, Seal([KEY]), Passing()).async_consume(state)


class TestInstallations:
    async def test_nothing_is_kept_beyond_what_is_needed(self, kept: Kept) -> None:
        installations = Installations(kept, Seal([KEY]), Passing())
        asked = Installation(
            team_id=ACME, team_name="Acme", bot_token=token_of(ACME), bot_scopes="a,b", user_id="U0SALLY", user_token="xoxp-secret"
        )
        await installations.async_save(asked)
        found = await installations.async_find_installation(enterprise_id=None, team_id=ACME)
        assert found is not None
        assert (found.bot_token, found.bot_scopes, found.installed_at) == (token_of(ACME), ["a", "b"], asked.installed_at)
        assert found.user_token is None
        bot = await installations.async_find_bot(enterprise_id=None, team_id=ACME)
        assert bot is not None
        assert bot.bot_token == token_of(ACME)
        assert await installations.async_find_bot(enterprise_id="E0", team_id=ACME, is_enterprise_install=True) is None

    async def test_each_is_forgotten_alone_and_together(self, kept: Kept) -> None:
        installations = Installations(kept, Seal([KEY]), Passing())
        for team in (ACME, "T0BELL"):
            await installations.async_save(Installation(team_id=team, bot_token=token_of(team), user_id="U0SALLY"))
        await installations.async_delete_installation(enterprise_id=None, team_id=ACME, user_id="U0SALLY")
        assert await installations.teams() == [ACME, "T0BELL"]
        await installations.async_delete_all(enterprise_id=None, team_id=ACME)
        assert await installations.teams() == ["T0BELL"]
        assert await installations.of(ACME) is None

    @pytest.mark.parametrize(
        "asked",
        [
            Installation(user_id="U0", enterprise_id="E0", is_enterprise_install=True, bot_token="xoxb-1"),
            Installation(user_id="U0", team_id=ACME, bot_token="xoxe.xoxb-1", bot_refresh_token="xoxe-1"),
            Installation(user_id="U0", team_id=ACME),
        ],
        ids=["organisation", "rotated", "no bot"],
    )
    async def test_what_the_manifest_does_not_ask_for_is_refused(self, kept: Kept, asked: Installation) -> None:
        with pytest.raises(BoltError):
            await Installations(kept, Seal([KEY]), Passing()).async_save(asked)
        assert kept.values == {}

    async def test_another_key_is_put_in_front_and_the_old_one_taken_away(self, kept: Kept) -> None:
        await Installations(kept, Seal([KEY]), Passing()).async_save(Installation(team_id=ACME, bot_token="xoxb-1", user_id="U0"))
        both = Installations(kept, Seal([OTHER_KEY, KEY]), Passing())
        with pytest.raises(Unreadable):
            await Installations(kept, Seal([OTHER_KEY]), Passing()).of(ACME)
        await both.close_anew(ACME)
        closed = dict(kept.values)
        await both.close_anew(ACME)
        assert kept.values == closed
        found = await Installations(kept, Seal([OTHER_KEY]), Passing()).of(ACME)
        assert found is not None
        assert found.bot_token == "xoxb-1"


@pytest.mark.parametrize(
    ("payload", "teams"),
    [
        ({"type": "event_callback", "team_id": "T2", "authorizations": [{"team_id": "T1"}], "context_team_id": "T1"}, ["T1", "T1", "T2"]),
        ({"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}}, ["T1", "T2"]),
        ({"type": "view_submission", "team": {"id": "T2"}, "user": {}, "view": {"app_installed_team_id": "T1"}}, ["T1", "T2"]),
        ({"type": "block_actions", "team": None, "user": {"team_id": "T1"}}, ["T1"]),
        ({"command": "/cop", "team_id": "T1"}, ["T1"]),
        ({"type": "nonsense", "authorizations": None, "team": "T1"}, ["T1"]),
        ({}, []),
    ],
)
def test_who_may_be_meant_the_surest_first(payload: dict[str, object], teams: list[str]) -> None:
    assert list(teams_of(payload)) == teams
