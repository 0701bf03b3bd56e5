"""Many workspaces by OAuth: each is heard and spoken to by its own token, and nobody reads the tokens in the database."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_bots import Kept, Passing
from slack_copbot import Copbot, copbot_on, workspaces_on
from slack_loopback.server import Loopback, envelope
from slack_loopback.workspace import BOT_USER
from slack_many import ManySlacks, token_of

from copbot.domain.heard import Commanded, HomeOpened, Said, Submitted
from copbot.domain.message import Field, FieldKind, File, Form, Message, Option, Private
from copbot.domain.place import Person, Place, Posted
from copbot.errors import Gone, NotAuthenticated, NotPermitted, Refused, TryLater
from copbot.store.keeping import KeepingTable
from copbot.store.migrate import migrate
from copbot.store.store import SqlStore

pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning:slack_sdk")  # its oauth.v2.access uses it

ACME, BELL, NOBODY = "T0ACME", "T0BELL", "T0NOBODY"
ADA, SLT = "U0ADA", "C0SLT"
KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in range(2))


def at(team: str, thread: str | None = None) -> Place:
    """The channel #slt of a workspace: the same id in all of them."""
    return Place("slack", f"{team}.{SLT}", thread)


def ada(team: str) -> Person:
    """Ada's account in a workspace."""
    return Person("slack", f"{team}.{ADA}")


def shown(slack: Loopback, channel: str = SLT) -> list[str]:
    """What stands in a workspace's channel."""
    return [slack.people.read(one) for one in slack.people.shown(channel)]


def said(copbot: Copbot) -> list[tuple[Place, str]]:
    """Where was said what, as copbot heard it."""
    return [(heard.place, heard.text) for heard in copbot.heard if isinstance(heard, Said)]


@pytest.fixture
async def many() -> AsyncIterator[ManySlacks]:
    """Two workspaces with the same people in the same channel."""
    async with ManySlacks(ACME, BELL) as many:
        for slack in many.slacks.values():
            slack.workspace.add_user(ADA, "Ada")
            slack.workspace.add_channel(SLT, "slt", BOT_USER, ADA)
            slack.deliveries.retries = ()
        yield many
        faults = [*many.faults, *(fault for slack in many.slacks.values() for fault in slack.faults)]
        assert not faults, "\n".join(faults)


@pytest.fixture
def kept() -> Kept:
    """What is kept over a restart."""
    return Kept()


@pytest.fixture
async def copbot(many: ManySlacks, kept: Kept) -> AsyncIterator[Copbot]:
    """A copbot that both have installed."""
    async with copbot_on(many, kept, KEY) as copbot:
        assert [await many.install(team) for team in (ACME, BELL)] == [200, 200]
        yield copbot


class TestTwo:
    async def test_each_is_heard_as_itself(self, many: ManySlacks, copbot: Copbot) -> None:
        many.slacks[ACME].people.say(ADA, SLT, "Hello from Acme")
        many.slacks[BELL].people.say(ADA, SLT, "Hello from Bell")
        await many.settled()
        assert sorted(said(copbot)) == [(at(ACME), "Hello from Acme"), (at(BELL), "Hello from Bell")]
        assert {heard.person for heard in copbot.heard if isinstance(heard, Said)} == {ada(ACME), ada(BELL)}

    async def test_each_is_spoken_to_by_its_own_token_and_nothing_leaks(self, many: ManySlacks, copbot: Copbot) -> None:
        first = await copbot.platform.post(at(ACME), Message("For [Ada](person:slack:T0ACME.U0ADA) at Acme"), key="1")
        second = await copbot.platform.post(at(BELL), Message("For Bell"), key="1")
        assert (first.place, second.place) == (at(ACME), at(BELL))
        assert (shown(many.slacks[ACME]), shown(many.slacks[BELL])) == (["For @Ada at Acme"], ["For Bell"])
        assert await copbot.platform.post(at(ACME), Message("For Acme"), key="1") == first
        assert await copbot.platform.find(at(BELL), key="1") == second
        assert await copbot.platform.find(at(BELL), key="2") is None

    async def test_threads_edits_marks_and_pins(self, many: ManySlacks, copbot: Copbot) -> None:
        opened = await copbot.platform.open_thread(at(ACME), "Q1", Message("Q1 How?"), key="q1")
        assert opened.place == at(ACME, opened.message)
        root = Posted(at(ACME), opened.message)
        await copbot.platform.edit(root, Message("Q1 Why?"))
        await copbot.platform.react(root, "👍")
        await copbot.platform.pins.pin(root)
        [message] = many.slacks[ACME].people.shown(SLT)
        assert (many.slacks[ACME].people.read(message), list(message.reactions), message.pinned) == ("Q1 Why?", ["+1"], True)
        await copbot.platform.remove(root)
        assert (shown(many.slacks[ACME]), shown(many.slacks[BELL])) == ([], [])

    async def test_private_messages_profiles_home_and_history(self, many: ManySlacks, copbot: Copbot) -> None:
        acme = many.slacks[ACME]
        direct = await copbot.platform.direct.place(ada(ACME))
        await copbot.platform.post(
            direct,
            Message("Only you"),
            key="d",
        )
        assert shown(acme, acme.workspace.direct(ADA).id) == ["Only you"]
        profile = await copbot.platform.profile(ada(ACME))
        assert (profile.person, profile.name) == (ada(ACME), "Ada")
        await copbot.platform.home.show(ada(ACME), [Message("Your chats: [#slt](place:slack:T0ACME.C0SLT)")])
        assert "C0SLT" in json.dumps(acme.workspace.homes[ADA].body)
        assert "T0ACME" not in json.dumps(acme.workspace.homes[ADA].body["blocks"])
        assert many.slacks[BELL].workspace.homes == {}
        before = copbot.clock.now()
        acme.people.say(ADA, SLT, "While nobody listened")
        await many.settled()
        [told] = await copbot.platform.history.since(at(ACME), before)
        assert isinstance(told, Said)
        assert (told.place, told.person) == (at(ACME), ada(ACME))

    async def test_commands_forms_and_what_is_picked_in_them(self, many: ManySlacks, copbot: Copbot) -> None:
        acme = many.slacks[ACME]
        options = (Option(f"{ACME}.{SLT}", "#slt"),)
        fields = (
            Field("in", "Channel", FieldKind.CHANNEL, f"{ACME}.{SLT}", options=options),
            Field("with", "Co-hosts", FieldKind.PEOPLE, people=(ada(ACME),)),
        )
        copbot.replies = [Form("plan", "Plan", fields), Private(Message("Planned."))]
        await acme.people.slash(ADA, SLT, "schedule").over.wait()
        await acme.deliveries.until(lambda: acme.people.front(ADA) is not None)
        await acme.people.submit(ADA, {}).over.wait()
        front = acme.people.front(ADA)
        assert front is not None
        assert acme.people.read(front) == "Planned."
        commanded, submitted = copbot.heard
        assert isinstance(commanded, Commanded)
        assert isinstance(submitted, Submitted)
        assert (commanded.place, submitted.place, submitted.person) == (at(ACME), at(ACME), ada(ACME))
        assert submitted.fields == {"in": f"{ACME}.{SLT}", "with": f"person:slack:{ACME}.{ADA}"}
        assert many.slacks[BELL].people.front(ADA) is None

    async def test_a_form_can_be_opened_and_a_file_told(self, many: ManySlacks, copbot: Copbot) -> None:
        bell = many.slacks[BELL]
        copbot.replies = [Private(Message("Here.", files=(File("a.ics", "text/calendar", b"x"),)))]
        await bell.people.slash(ADA, SLT, "export-me").over.wait()
        await bell.deliveries.until(lambda: not bell.deliveries.flying)
        assert [bell.people.read(one) for one in bell.people.notices(ADA)] == ["Here.\n\na.ics: in your private messages with me."]
        await bell.people.slash(ADA, SLT, "schedule").over.wait()
        commanded = copbot.heard[-1]
        assert isinstance(commanded, Commanded)
        await copbot.platform.forms.open(commanded, Form("plan", "Plan", (Field("title", "Title"),)))
        assert bell.people.front(ADA) is not None

    async def test_the_home_tab_is_opened_in_one_of_them(self, many: ManySlacks, copbot: Copbot) -> None:
        many.slacks[BELL].people.open_home(ADA)
        await many.settled()
        assert [heard.person for heard in copbot.heard if isinstance(heard, HomeOpened)] == [ada(BELL)]

    async def test_what_happens_in_a_shared_channel_comes_through_who_has_copbot(self, many: ManySlacks, copbot: Copbot) -> None:
        ts = many.slacks[ACME].workspace.ts()
        message = {"type": "message", "channel": SLT, "channel_type": "channel", "user": "U0GUEST", "text": "Hi", "ts": ts, "event_ts": ts}
        shared = envelope(message, ACME) | {"team_id": NOBODY, "is_ext_shared_channel": True}
        assert (await many.slacks[ACME].callbacks.post(json.dumps(shared), "application/json"))[0] == 200
        assert said(copbot) == [(at(ACME), "Hi")]

    async def test_what_would_go_wrong_is_found_where_it_would(self, many: ManySlacks, copbot: Copbot) -> None:
        assert list(await copbot.platform.check(at(ACME))) == []
        many.slacks[ACME].workspace.channels[SLT].archived = True
        assert [one.what for one in await copbot.platform.check(at(ACME))] == ["#slt is archived"]
        [nobody] = await copbot.platform.check(at(NOBODY))
        assert "not installed" in nobody.what
        assert "https://chats.example.org/slack/install" in nobody.remedy
        [nowhere] = await copbot.platform.check(Place("slack", SLT))
        assert "T0123456789.C0123456789" in nowhere.remedy

    async def test_what_is_not_taken_comes_again_and_the_history_is_to_be_read(self, many: ManySlacks, kept: Kept) -> None:
        async with copbot_on(many, kept, KEY) as copbot:
            await many.install(ACME)
            copbot.down = True
            many.slacks[ACME].people.say(ADA, SLT, "Is anybody there?")
            await many.settled()
            copbot.down = False
            many.slacks[ACME].people.say(ADA, SLT, "Now?")
            await many.settled()
            assert said(copbot) == [(at(ACME), "Now?")]
            async with asyncio.timeout(5):
                await copbot.run


class TestComingAndGoing:
    async def test_a_restarted_copbot_knows_its_workspaces(self, many: ManySlacks, kept: Kept) -> None:
        async with copbot_on(many, kept, KEY):
            await many.install(ACME)
        async with copbot_on(many, kept, KEY) as copbot:
            many.slacks[ACME].people.say(ADA, SLT, "Still here?")
            await many.settled()
            assert said(copbot) == [(at(ACME), "Still here?")]
            await copbot.platform.post(at(ACME), Message("Yes."), key="1")
        assert shown(many.slacks[ACME])[-1] == "Yes."

    async def test_another_copy_finds_what_one_has_installed(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        another = workspaces_on(many, kept, KEY, Passing())
        await another.post(at(BELL), Message("From the other copy"), key="1")
        assert shown(many.slacks[BELL]) == ["From the other copy"]

    async def test_one_that_has_left_is_forgotten(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        await many.uninstall(ACME).over.wait()
        assert json.loads(kept.values["workspaces"]) == [BELL]
        assert f"workspace:{ACME}" not in kept.values
        with pytest.raises(Gone) as refused:
            await copbot.platform.post(at(ACME), Message("Anybody?"), key="1")
        assert "https://chats.example.org/slack/install" in refused.value.remedy
        many.slacks[ACME].people.say(ADA, SLT, "Late")
        many.slacks[BELL].people.say(ADA, SLT, "Here")
        await many.settled()
        assert said(copbot) == [(at(BELL), "Here")]
        assert many.slacks[ACME].deliveries.lost == []
        assert await many.install(ACME) == 200
        await copbot.platform.post(at(ACME), Message("Back"), key="1")
        assert shown(many.slacks[ACME]) == ["Late", "Back"]

    async def test_old_news_of_leaving_does_not_undo_coming_back(self, many: ManySlacks, copbot: Copbot) -> None:
        await many.uninstall(ACME, at=copbot.clock.now().timestamp() - 60).over.wait()
        await many.install(ACME)
        await copbot.platform.post(at(ACME), Message("Here"), key="1")
        assert shown(many.slacks[ACME]) == ["Here"]

    async def test_a_persons_token_is_nothing_to_copbot(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        await many.revoke(ACME, oauth=[ADA]).over.wait()
        assert f"workspace:{ACME}" in kept.values
        await many.revoke(ACME, bot=[BOT_USER]).over.wait()
        assert f"workspace:{ACME}" not in kept.values

    async def test_a_token_that_ended_unheard_ends_one_workspace_only(self, many: ManySlacks, copbot: Copbot) -> None:
        many.slacks[ACME].api.revoked.add(token_of(ACME))
        with pytest.raises(NotPermitted) as refused:
            await copbot.platform.post(at(ACME), Message("Anybody?"), key="1")
        assert not isinstance(refused.value, NotAuthenticated)
        await copbot.platform.post(at(BELL), Message("Here"), key="1")
        assert shown(many.slacks[BELL]) == ["Here"]

    async def test_what_another_copy_installed_anew_is_tried_again(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        await copbot.platform.post(at(ACME), Message("One"), key="1")
        many.renew(ACME)
        async with copbot_on(many, kept, KEY):
            await many.install(ACME)
        with pytest.raises(TryLater):
            await copbot.platform.post(at(ACME), Message("Two"), key="2")
        await copbot.platform.post(at(ACME), Message("Two"), key="2")
        assert shown(many.slacks[ACME]) == ["One", "Two"]


class TestKeys:
    async def test_tokens_are_not_to_be_found_in_the_database(self, many: ManySlacks, tmp_path: Path) -> None:
        path = tmp_path / "copbot.sqlite3"
        migrate(f"sqlite:///{path}")
        with closing(SqlStore.open(f"sqlite:///{path}")) as store:
            async with copbot_on(many, KeepingTable(store, "slack"), KEY) as copbot:
                assert [await many.install(team) for team in (ACME, BELL)] == [200, 200]
                await copbot.platform.post(at(ACME), Message("Hello"), key="1")
        written = b"".join(one.read_bytes() for one in tmp_path.iterdir())
        assert ACME.encode() in written
        for secret in (token_of(ACME), token_of(BELL), KEY, "xoxb-", "-secret"):
            assert secret.encode() not in written

    async def test_a_new_key_in_front_takes_over(self, many: ManySlacks, copbot: Copbot, kept: Kept) -> None:
        async with copbot_on(many, kept, f"{OTHER_KEY},{KEY}"):
            pass
        async with copbot_on(many, kept, OTHER_KEY) as alone:
            await alone.platform.post(at(ACME), Message("Hello"), key="1")
        assert shown(many.slacks[ACME]) == ["Hello"]

    async def test_a_wrong_key_is_told_and_ends_nothing(
        self, many: ManySlacks, copbot: Copbot, kept: Kept, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async with copbot_on(many, kept, OTHER_KEY) as stranger:
            many.slacks[ACME].people.say(ADA, SLT, "Hello?")
            await many.settled()
            with pytest.raises(NotPermitted) as refused:
                await stranger.platform.post(at(ACME), Message("Hello"), key="1")
            assert "slack.encryption_keys" in refused.value.remedy
            assert len(many.slacks[ACME].deliveries.lost) == 1
            assert await many.install(BELL) == 200
            await stranger.platform.post(at(BELL), Message("Hello"), key="1")
        assert shown(many.slacks[BELL]) == ["Hello"]
        assert capsys.readouterr().out.count("workspace_unreadable") == 2

    async def test_one_workspaces_secret_does_not_open_anothers(self, copbot: Copbot, many: ManySlacks, kept: Kept) -> None:
        kept.values[f"workspace:{ACME}"] = kept.values[f"workspace:{BELL}"]
        swapped = workspaces_on(many, kept, KEY, Passing())
        with pytest.raises(Refused) as refused:
            await swapped.post(at(ACME), Message("For Acme"), key="1")
        assert "cannot open" in refused.value.reason
        assert shown(many.slacks[BELL]) == []
