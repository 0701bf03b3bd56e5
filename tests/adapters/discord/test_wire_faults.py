"""Bad luck on the wire: what stands in Discord afterwards, and what the bot knows of it."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from discord_bots import ADA, BEN, FORUM, HOSTS, SLT, lobby_of
from discord_company import Company
from discord_loopback.model import Overwrite
from discord_loopback.permissions import bits
from discord_loopback.rest import POST
from discord_loopback.server import TOKEN
from discord_loopback.world import BOT_USER
from discord_rig import DiscordRig
from known import BEGINNING, Known
from slack_loopback.faults import Kind

from copbot.domain.heard import Commanded, Heard, Pressed, Removed, Said
from copbot.domain.message import Button, Field, Form, Message, Private
from copbot.domain.place import Place, Posted
from copbot.errors import Gone, NotAuthenticated, NotPermitted, Refused, TryLater, Unclear

FORM = Form("draft", "Schedule a chat", (Field("title", "Title"),))
PANEL = Message("Ready?", (Button("Next", "next", "7:q2"),))
SETTLED = 25.0
ODDS = {Kind.LOST: 0.1, Kind.BROKEN_DONE: 0.05, Kind.LATER: 0.1, Kind.CUT: 0.05}
EVERYWHERE = pytest.mark.parametrize("rig", ["text", "forum"], indirect=True)


def texts(rig: DiscordRig, place: Place | None = None) -> list[str]:
    """What people read in the channel, or in another place; of a lobby, what stands below the words that it begins with."""
    shown, lobby = rig.discord.people.shown(rig.at(place or rig.channel)), lobby_of(rig.discord)
    return [rig.discord.people.read(one) for one in shown if lobby is None or one.id != lobby.id]


async def history(rig: DiscordRig, *places: Place) -> list[Heard]:
    """What the bot reads again."""
    return [one for place in places for one in await rig.platform.history.since(place, BEGINNING)]


async def company(rig: DiscordRig, seed: int, *, losing: bool) -> tuple[Company, Posted]:
    """People talked for a while, whatever the wire did."""
    question = await rig.platform.open_thread(rig.channel, "Q1", Message("What surprised you?"), key="q1")
    random = Random(seed)
    company = Company(rig, question.place, random, losing=losing)
    await rig.connect()
    for _ in range(60):
        await company.act()
        await asyncio.sleep(random.choice((0, 0, 0.01)))
    rig.ears.deaf = False
    rig.discord.gateway.speak()
    return company, question


@EVERYWHERE
@pytest.mark.parametrize("seed", range(3))
async def test_what_can_be_resumed_loses_nothing(rig: DiscordRig, seed: int) -> None:
    there, question = await company(rig, seed, losing=False)
    await rig.settle()
    known = Known(rig.ears.heard)
    assert (known.texts, known.reacted) == (there.standing, there.reacted)
    assert (rig.runs, rig.discord.gateway.identified) == (1, 1)
    shown = await history(rig, rig.channel, question.place)
    assert Known(shown).texts == Known([*rig.ears.heard, *shown]).texts == there.standing


@EVERYWHERE
@pytest.mark.parametrize("seed", range(3))
async def test_what_was_lost_is_read_in_the_history(rig: DiscordRig, seed: int) -> None:
    """History shows what stands; what is known and not shown was removed, as the core concludes."""
    there, question = await company(rig, seed, losing=True)
    await rig.restart()
    shown = await history(rig, rig.channel, question.place)
    known = Known([*rig.ears.heard, *shown]).texts
    assert Known(shown).texts == there.standing
    assert {id: text for id, text in known.items() if id in there.standing} == there.standing
    assert rig.runs > 1


async def insist(rig: DiscordRig, text: str, key: str) -> Posted:
    """Post as the sender does: wait where Discord wants it, look before posting again where it is unclear."""
    unclear = False
    while True:
        try:
            if unclear:
                rig.clock.forward(SETTLED)
                found = await rig.platform.find(rig.channel, key=key)
                if found is not None:
                    return found
            return await rig.platform.post(rig.channel, Message(text), key=key)
        except TryLater:
            continue
        except Unclear:
            unclear = True


@EVERYWHERE
async def test_an_outage_in_the_middle_of_a_chat(rig: DiscordRig) -> None:
    """Discord is not there: no gateway, no answer. What was said meanwhile is read afterwards, what was to be posted stands once."""
    await rig.connect()
    await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    await rig.say(rig.ada, rig.channel, "before")
    await rig.settle()
    rig.discord.rest.faults.share(Random(1), {Kind.BROKEN: 1.0})
    rig.discord.gateway.forget()
    rig.discord.gateway.cut()
    with pytest.raises(Unclear):
        await rig.platform.post(rig.channel, Message("Q2"), key="q2")
    await rig.say(rig.ben, rig.channel, "meanwhile")
    rig.discord.rest.faults.share(Random(1), {})
    await rig.restart()
    assert await insist(rig, "Q2", "q2") == await rig.platform.find(rig.channel, key="q2")
    assert texts(rig) == ["Q1", "before", "meanwhile", "Q2"]
    assert sorted(Known([*rig.ears.heard, *await history(rig, rig.channel)]).texts.values()) == ["before", "meanwhile"]


@EVERYWHERE
async def test_permissions_taken_and_given_back(rig: DiscordRig) -> None:
    await rig.connect()
    sending = "SEND_MESSAGES_IN_THREADS" if rig.channel.channel == FORUM else "SEND_MESSAGES"
    for permission, named in (("VIEW_CHANNEL", "View Channel"), (sending, "Send Messages")):
        taken = Overwrite(BOT_USER, member=True, deny=bits(permission))
        rig.discord.world.channels[rig.channel.channel].overwrites.append(taken)
        with pytest.raises(NotPermitted) as refused:
            await rig.platform.post(rig.channel, Message("Q1"), key="q1")
        assert named in refused.value.remedy
        rig.discord.world.channels[rig.channel.channel].overwrites.remove(taken)
    await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    await rig.say(rig.ada, rig.channel, "somebody listens")
    await rig.settle()
    assert texts(rig) == ["Q1", "somebody listens"]
    assert [said.text for said in rig.ears.heard if isinstance(said, Said)] == ["somebody listens"]


async def test_nobody_is_heard_where_copbot_may_not_look(rig: DiscordRig) -> None:
    await rig.connect()
    taken = Overwrite(BOT_USER, member=True, deny=bits("VIEW_CHANNEL"))
    rig.discord.world.channels[SLT].overwrites.append(taken)
    rig.discord.people.say(ADA, SLT, "nobody listens")
    rig.discord.world.channels[SLT].overwrites.remove(taken)
    await rig.say(rig.ada, rig.channel, "somebody listens")
    await rig.settle()
    assert [said.text for said in rig.ears.heard if isinstance(said, Said)] == ["somebody listens"]


@EVERYWHERE
async def test_a_question_that_a_moderator_deleted(rig: DiscordRig) -> None:
    """With its thread it is gone; without, what is said in the thread is heard, and is answered there."""
    await rig.connect()
    gone = await rig.platform.open_thread(rig.channel, "Q1", Message("What surprised you?"), key="q1")
    bare = await rig.platform.open_thread(rig.channel, "Q2", Message("What next?"), key="q2")
    response = await rig.say(rig.ada, bare.place, "Asking more")
    await rig.settle()
    parent = rig.channel.channel
    stands_in = {one: parent if one.message in rig.discord.world.channels[parent].messages else one.message for one in (gone, bare)}
    for question in (gone, bare):
        rig.discord.people.clear(stands_in[question], question.message)
    rig.discord.people.delete_channel(gone.message)
    with pytest.raises(Gone) as refused:
        await rig.platform.post(gone.place, Message("Take your time."), key="q1-note")
    assert refused.value.remedy
    await rig.platform.post(bare.place, Message("Take your time."), key="q2-note")
    await rig.discord.gateway.flush()
    assert texts(rig, bare.place) == ["Asking more", "Take your time."]
    assert {heard.message for heard in rig.ears.heard if isinstance(heard, Removed)} <= {gone.message, bare.message}
    assert [heard.message for heard in rig.ears.heard if isinstance(heard, Said)] == [response]


async def test_an_answer_that_came_too_late(rig: DiscordRig) -> None:
    """Discord shows that the command failed; what it was told comes by direct message."""
    await rig.connect()
    await rig.command(rig.ada, rig.channel, "schedule")
    await rig.settle()
    [commanded] = rig.ears.heard
    assert isinstance(commanded, Commanded)
    rig.discord.world.time.forward(4)
    with pytest.raises(Refused) as refused:
        await rig.platform.forms.open(commanded, FORM)
    assert refused.value.remedy
    assert await rig.form(rig.ada) is None
    await rig.platform.tell(commanded, Private(Message("Type it again, please.")))
    assert texts(rig, await rig.platform.direct.place(rig.ada)) == ["Type it again, please."]


@EVERYWHERE
async def test_buttons_work_after_a_restart(rig: DiscordRig) -> None:
    """Where the bot dies between posting and the press, no registry of buttons dies with it."""
    long = Message("Ready?", (Button("Next", "next", "7:" + "q" * 200), Button("Pause", "pause", "7:q1")))
    await rig.connect()
    posted = await rig.platform.post(rig.channel, long, key="panel")
    await rig.restart()
    for label in ("Next", "Pause"):
        await rig.press(rig.ben, rig.channel, posted.message, label)
    await rig.settle()
    pressed = [(one.action, one.value) for one in rig.ears.heard if isinstance(one, Pressed)]
    assert sorted(pressed) == [("next", "7:" + "q" * 200), ("pause", "7:q1")]


async def test_a_revoked_token_shuts_the_bot_out(rig: DiscordRig) -> None:
    await rig.connect()
    await rig.say(rig.ada, rig.channel, "before")
    await rig.settle()
    rig.discord.revoke()
    with pytest.raises(NotAuthenticated) as refused:
        await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    assert TOKEN not in str(refused.value) + refused.value.remedy
    rig.discord.gateway.cut()
    await rig.discord.until(lambda: rig.shut_out is not None)
    assert texts(rig) == ["before"]


async def test_an_intent_taken_away_is_lived_with(rig: DiscordRig) -> None:
    """While it is connected Discord says 4014; whoever starts asks first, and identifies with what is granted."""
    await rig.connect()
    rig.discord.world.granted.discard("MESSAGE_CONTENT")
    rig.discord.gateway.forget()
    await rig.discord.gateway.close(4014)
    await rig.discord.until(lambda: rig.shut_out is not None)
    assert rig.shut_out is not None
    assert "Intents" in rig.shut_out.remedy
    await rig.restart()
    await rig.say(rig.ada, rig.channel, "nobody may read this")
    await rig.say(rig.ada, rig.channel, "Tell us, @copbot, and hear this")
    await rig.settle()
    assert [said.text.endswith("and hear this") for said in rig.ears.heard if isinstance(said, Said)] == [True]


async def test_a_channel_that_is_full_for_a_moment_is_waited_for(rig: DiscordRig) -> None:
    """discord.py knows how many messages a channel takes, and nothing is refused."""
    rig.discord.rest.limit("create_message", 2, 0.5)
    for number in range(5):
        await rig.platform.post(rig.channel, Message(f"post {number}"), key=f"key{number}")
    assert texts(rig) == [f"post {number}" for number in range(5)]
    assert rig.discord.rest.too_many == 0


async def test_more_than_discord_wants_is_for_later(rig: DiscordRig) -> None:
    """A wait longer than a post may take is handed back; other channels go on."""
    await rig.platform.post(rig.channel, Message("one"), key="1")
    rig.discord.rest.faults.once(POST, Kind.LATER)
    with pytest.raises(TryLater) as later:
        await rig.platform.post(rig.channel, Message("two"), key="2")
    assert timedelta(seconds=40) < later.value.after <= timedelta(seconds=45)
    hosts = rig.channel._replace(channel=HOSTS)
    await rig.platform.post(hosts, Message("elsewhere"), key="3")
    await rig.platform.post(rig.channel, Message("two"), key="2")
    assert (texts(rig), texts(rig, hosts)) == (["one", "two"], ["elsewhere"])


@EVERYWHERE
async def test_own_posts_are_not_heard_however_often_they_are_reported(rig: DiscordRig) -> None:
    await rig.connect()
    posted = await rig.platform.open_thread(rig.channel, "Q1", Message("What surprised you?"), key="q1")
    await rig.platform.edit(posted, Message("What surprised you most?"))
    await rig.platform.react(posted, "👍")
    await rig.platform.pins.pin(posted)
    rig.discord.people.bot_says(rig.at(rig.channel), "It rains.")
    rig.discord.people.webhook_says(rig.at(rig.channel), "It pours.")
    await rig.say(rig.ada, rig.channel, "Hello")
    await rig.settle()
    for session in rig.discord.gateway.sessions.values():
        session.frames += [frame for frame in session.frames if '"MESSAGE_CREATE"' in frame]
    rig.discord.gateway.speak()
    await rig.say(rig.ada, rig.channel, "Goodbye")
    await rig.settle()
    assert {type(heard) for heard in rig.ears.heard} == {Said}
    assert [heard.text for heard in rig.ears.heard if isinstance(heard, Said)] == ["Hello", "Hello", "Goodbye"]


@EVERYWHERE
@pytest.mark.parametrize("seed", range(3))
async def test_every_post_stands_once_and_in_order(rig: DiscordRig, seed: int) -> None:
    rig.discord.rest.faults.share(Random(seed), ODDS)
    posted = [await insist(rig, f"post {number}", f"key{number}") for number in range(12)]
    rig.discord.rest.faults.share(Random(seed), {})
    assert texts(rig) == [f"post {number}" for number in range(12)]
    assert [await rig.platform.find(rig.channel, key=f"key{number}") for number in range(12)] == posted


async def test_a_press_is_answered_whatever_else_is_on_its_way(rig: DiscordRig) -> None:
    """While a post is kept waiting, who presses a button does not wait for it."""
    await rig.connect()
    posted = await rig.platform.post(rig.channel, PANEL, key="panel")
    hold = rig.discord.rest.faults.hold(POST)
    posting = asyncio.create_task(rig.platform.post(rig.channel, Message("Q1"), key="q1"))
    await hold.reached.wait()
    await rig.press(rig.ben, rig.channel, posted.message, "Next")
    await rig.settle()
    [pressed] = [one for one in rig.ears.heard if isinstance(one, Pressed)]
    await rig.platform.tell(pressed, Private(Message("Going on.")))
    assert (await rig.told(rig.ben), posting.done()) == (["Going on."], False)
    hold.release.set()
    await posting
    assert [one for one in rig.discord.world.unanswered() if one.user == BEN] == []
