"""Bad luck on the wire: what stands in Slack afterwards, and what the bot knows of it."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from known import BEGINNING, Known
from slack_company import Company
from slack_loopback.faults import Kind
from slack_loopback.server import APP_TOKEN, BOT_TOKEN
from slack_loopback.talking import join, leave
from slack_loopback.workspace import BOT_USER
from slack_rig import SlackRig

from copbot.domain.heard import Commanded, Removed, Said
from copbot.domain.message import Field, Form, Message, Private
from copbot.domain.place import Place, Posted
from copbot.errors import Gone, NotAuthenticated, NotPermitted, Refused, TryLater, Unclear

POST = "chat.postMessage"
FORM = Form("draft", "Schedule a chat", (Field("title", "Title"),))
SETTLED = 15.1
ODDS = {Kind.LOST: 0.1, Kind.INTERNAL_DONE: 0.05, Kind.BROKEN_DONE: 0.05, Kind.LATER: 0.1, Kind.CUT: 0.05, Kind.INTERNAL: 0.05}


def texts(rig: SlackRig, place: Place | None = None) -> list[str]:
    """What people read in the channel, or in another place."""
    where = place or rig.channel
    return [rig.slack.people.read(one) for one in rig.slack.people.shown(where.channel, where.thread)]


async def quiet(rig: SlackRig) -> None:
    """Everything that was on its way has been taken."""
    deliveries = rig.slack.deliveries
    await deliveries.until(lambda: not deliveries.flying and not deliveries.waiting, 30)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rig", ["socket", "http"], indirect=True)
async def test_all_that_stands_is_known_and_nothing_that_is_gone(rig: SlackRig, seed: int) -> None:
    rig.slack.deliveries.retries = (0.0,) + (0.01,) * 50
    rig.slack.links.ack_seconds, rig.slack.links.spread = 0.5, True
    question = await rig.platform.open_thread(rig.channel, "Q1", Message("What surprised you?"), key="q1")
    random = Random(seed)
    company = Company(rig, question.message, random)
    await rig.connect()
    for _ in range(80):
        await company.act()
        await asyncio.sleep(random.choice((0, 0, 0.01)))
    rig.ears.deaf = False
    await quiet(rig)
    known = Known(rig.ears.heard)
    assert (known.texts, known.reacted) == (company.standing, company.reacted)
    history = [one for place in (rig.channel, question.place) for one in await rig.platform.history.since(place, BEGINNING)]
    assert Known(history).texts == Known([*rig.ears.heard, *history]).texts == company.standing


@pytest.mark.parametrize("seed", range(4))
async def test_every_post_stands_once_and_in_order(rig: SlackRig, seed: int) -> None:
    rig.slack.api.faults.share(Random(seed), ODDS)
    posted = [await insist(rig, f"post {number}", f"key{number}") for number in range(12)]
    rig.slack.api.faults.share(Random(seed), {})
    assert texts(rig) == [f"post {number}" for number in range(12)]
    assert [await rig.platform.find(rig.channel, key=f"key{number}") for number in range(12)] == posted


async def insist(rig: SlackRig, text: str, key: str) -> Posted:
    """Post as the sender does: wait where Slack wants it, look before posting again where it is unclear."""
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


async def test_an_outage_in_the_middle_of_a_chat(rig: SlackRig) -> None:
    """Slack is not there: no socket, no answer. What was said meanwhile is read afterwards, what was to be posted stands once."""
    await rig.connect()
    await rig.say(rig.ada, rig.channel, "before")
    await rig.settle()
    rig.slack.api.faults.share(Random(1), {Kind.BROKEN: 1.0})
    rig.slack.links.cut()
    with pytest.raises(Unclear):
        await rig.platform.post(rig.channel, Message("Q2"), key="q2")
    await rig.slack.deliveries.until(lambda: not rig.slack.links.links)
    rig.slack.deliveries.retries = ()
    await rig.say(rig.ben, rig.channel, "meanwhile")
    await rig.slack.deliveries.until(lambda: bool(rig.slack.deliveries.lost))
    rig.slack.api.faults.share(Random(1), {})
    await rig.restart()
    assert rig.slack.deliveries.lost
    assert await insist(rig, "Q2", "q2") == await rig.platform.find(rig.channel, key="q2")
    assert texts(rig) == ["before", "meanwhile", "Q2"]
    heard = [*rig.ears.heard, *await rig.platform.history.since(rig.channel, BEGINNING)]
    assert sorted(Known(heard).texts.values()) == ["before", "meanwhile"]


async def test_taken_out_of_the_channel_and_invited_again(rig: SlackRig) -> None:
    await rig.connect()
    place = rig.slack.workspace.channels[rig.channel.channel]
    leave(rig.slack.workspace, place, BOT_USER)
    with pytest.raises(Refused, match="not in") as refused:
        await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    assert "/invite @copbot" in refused.value.remedy
    await rig.say(rig.ada, rig.channel, "nobody listens")
    join(rig.slack.workspace, place, BOT_USER)
    await rig.say(rig.ada, rig.channel, "somebody listens")
    await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    await rig.settle()
    assert texts(rig) == ["nobody listens", "somebody listens", "Q1"]
    assert [said.text for said in rig.ears.heard if isinstance(said, Said)] == ["somebody listens"]


async def test_an_archived_channel(rig: SlackRig) -> None:
    posted = await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    rig.slack.workspace.channels[rig.channel.channel].archived = True
    for change in (
        rig.platform.post(rig.channel, Message("Q2"), key="q2"),
        rig.platform.edit(posted, Message("Q1, mended")),
        rig.platform.react(posted, "👍"),
    ):
        with pytest.raises(Refused, match="archived") as refused:
            await change
        assert refused.value.remedy
    assert await rig.platform.check(rig.channel)
    assert texts(rig) == ["Q1"]


async def test_a_question_that_an_admin_deleted(rig: SlackRig) -> None:
    """Without responses it is gone, with its thread; with some, their thread stays."""
    await rig.connect()
    bare = await rig.platform.open_thread(rig.channel, "Q1", Message("What surprised you?"), key="q1")
    answered = await rig.platform.open_thread(rig.channel, "Q2", Message("What next?"), key="q2")
    response = await rig.say(rig.ada, answered.place, "Asking more")
    for question in (bare, answered):
        rig.slack.people.clear(question.place.channel, question.message)
    await rig.settle()
    with pytest.raises(Gone) as gone:
        await rig.platform.post(bare.place, Message("Take your time."), key="q1-note")
    assert gone.value.remedy
    await rig.platform.post(answered.place, Message("Take your time."), key="q2-note")
    assert texts(rig, answered.place) == ["Asking more", "Take your time."]
    assert texts(rig) == []
    assert {heard.message for heard in rig.ears.heard if isinstance(heard, Removed)} <= {bare.message, answered.message}
    assert [heard.message for heard in rig.ears.heard if isinstance(heard, Said)] == [response]


async def test_a_trigger_that_expired_while_the_bot_was_thinking(rig: SlackRig) -> None:
    await rig.connect()
    await rig.command(rig.ada, rig.channel, "schedule")
    await rig.settle()
    [commanded] = rig.ears.heard
    assert isinstance(commanded, Commanded)
    rig.slack.workspace.time.forward(4)
    with pytest.raises(Refused) as refused:
        await rig.platform.forms.open(commanded, FORM)
    assert refused.value.remedy
    assert await rig.form(rig.ada) is None
    await rig.platform.tell(commanded, Private(Message("Type it again, please.")))
    assert await rig.told(rig.ada) == ["Type it again, please."]


async def test_a_revoked_token_shuts_the_bot_out(rig: SlackRig) -> None:
    await rig.connect()
    await rig.say(rig.ada, rig.channel, "before")
    await rig.settle()
    rig.slack.api.revoked |= {BOT_TOKEN, APP_TOKEN}
    with pytest.raises(NotAuthenticated) as refused:
        await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    assert BOT_TOKEN not in str(refused.value)
    rig.slack.links.cut()
    await rig.slack.deliveries.until(lambda: rig.shut_out is not None)
    assert texts(rig) == ["before"]


async def test_a_scope_taken_away_is_named(rig: SlackRig) -> None:
    rig.slack.workspace.scopes -= {"chat:write"}
    with pytest.raises(NotPermitted) as refused:
        await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    assert "chat:write" in refused.value.remedy
    rig.slack.workspace.scopes |= {"chat:write"}
    await rig.platform.post(rig.channel, Message("Q1"), key="q1")
    assert texts(rig) == ["Q1"]


async def test_more_than_slack_wants_in_a_channel_is_for_later(rig: SlackRig) -> None:
    rig.slack.api.faults.limit(POST, 1, 30, each_channel=True)
    await rig.platform.post(rig.channel, Message("one"), key="1")
    with pytest.raises(TryLater) as later:
        await rig.platform.post(rig.channel, Message("two"), key="2")
    assert timedelta(seconds=25) < later.value.after <= timedelta(seconds=30)
    direct = await rig.platform.direct.place(rig.ada)
    await rig.platform.post(direct, Message("elsewhere"), key="3")
    rig.slack.workspace.time.forward(31)
    await rig.platform.post(rig.channel, Message("two"), key="2")
    assert (texts(rig), texts(rig, direct)) == (["one", "two"], ["elsewhere"])


@pytest.mark.parametrize("rig", ["socket", "http"], indirect=True)
async def test_own_posts_are_not_heard_however_often_they_are_reported(rig: SlackRig) -> None:
    await rig.connect()
    rig.slack.deliveries.double(10)
    posted = await rig.platform.open_thread(rig.channel, "Q1", Message("What surprised you?"), key="q1")
    await rig.platform.edit(posted, Message("What surprised you most?"))
    rig.slack.people.bot_says(rig.channel.channel, "It rains.")
    await rig.say(rig.ada, rig.channel, "Hello")
    await rig.settle()
    assert {type(heard) for heard in rig.ears.heard} == {Said}
    assert {heard.text for heard in rig.ears.heard if isinstance(heard, Said)} == {"Hello"}
