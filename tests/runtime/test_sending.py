"""What happens to a post when the platform fails: the three outcomes, and what hosts are told."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from playhouse import BACKSTAGE, House

from copbot.domain.place import Place, Posted
from copbot.domain.step import Fate
from copbot.errors import Gone, NotPermitted, TryLater


async def fate_of(house: House, step: str) -> Fate:
    key = f"{(await house.chat()).id}:{step}"
    row = await house.store.read(lambda uow: uow.outbox.get(key))
    assert row is not None
    return row.fate


async def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(live: House) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.lose_next_answer()
    await live.until("2018-01-31 19:48")
    assert await fate_of(live, "ask:2") is Fate.UNCLEAR
    await live.until("2018-01-31 19:50")
    assert await fate_of(live, "ask:2") is Fate.SENT
    assert live.asked() == ["Q1", "Q2"]


async def test_what_may_be_tried_later_is_and_keeps_its_order(live: House) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.fail_next(TryLater("room", "busy", timedelta(seconds=20)))
    await live.until("2018-01-31 19:48")
    assert live.asked() == ["Q1"]
    await live.until("2018-01-31 19:49")
    assert live.asked() == ["Q1", "Q2"]


async def test_what_is_refused_is_told_backstage_with_words_to_paste(live: House) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.fail_next(Gone("room", "there is no such channel", "Make it again."))
    await live.until("2018-01-31 19:48")
    told = live.texts(BACKSTAGE)[-1]
    assert "there is no such channel" in told
    assert "Make it again." in told
    assert "> **Q2** Name some examples of organised CoPs" in told
    await live.until("2018-01-31 20:31")
    assert live.asked() == ["Q1", "Q3", "Q4", "Take-away"]


async def test_what_tells_hosts_of_trouble_is_looked_for_again_if_looking_is_refused(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a telling that ends as unknown nobody would be told."""
    find, refusals = live.room.find, [NotPermitted("room", "I may not read there", "Let me.")]

    async def refused_once(place: Place, *, key: str) -> Posted | None:
        if refusals:
            raise refusals.pop()
        return await find(place, key=key)

    monkeypatch.setattr(live.room, "find", refused_once)
    await live.until("2018-01-31 19:47")
    live.room.server.fail_next(Gone("room", "there is no such channel", "Make it again."))
    live.room.server.lose_next_answer()
    await live.until("2018-01-31 19:52")
    assert not refusals
    id = (await live.chat()).id
    rows = await live.store.read(lambda uow: uow.outbox.of(id))
    assert [(row.fate, type(row.target)) for row in rows if row.purpose == "trouble"] == [(Fate.SENT, Place)]
    assert sum("there is no such channel" in text for text in live.texts(BACKSTAGE)) == 1


async def test_what_hosts_must_hear_is_tried_again_in_private_if_it_is_refused_there(live: House) -> None:
    """No hosts' channel takes it, and no host: there is nobody left whom it could be told otherwise."""
    await live.until("2018-01-31 19:47")
    for request in range(4):  # the question, the hosts' channel, each of two hosts
        live.room.server.fail_next(NotPermitted("room", "I may not write there", "Let me."), after=request)
    await live.until("2018-01-31 19:56")
    assert not [text for host in ("sally", "lucy") for text in in_private(live, host) if "> **Q2**" in text]
    await live.until("2018-01-31 19:59")
    for host in ("sally", "lucy"):
        assert sum("> **Q2**" in text for text in in_private(live, host)) == 1


def in_private(house: House, host: str) -> list[str]:
    """What the bot wrote to somebody privately."""
    return [entry.text for entry in house.room.people.private(host)]


async def test_a_question_that_comes_too_late_expires_and_the_host_is_told(live: House) -> None:
    await live.until("2018-01-31 19:47")
    live.room.server.fail_next(TryLater("room", "down", timedelta(minutes=30)))
    await live.until("2018-01-31 20:20")
    assert await fate_of(live, "ask:2") is Fate.EXPIRED
    assert any("could not be posted in time" in text and "organised CoPs" in text for text in live.texts(BACKSTAGE))


async def test_after_a_restart_the_bot_says_nothing_unasked_for_five_minutes(live: House) -> None:
    """Rule 14."""
    await live.until("2018-01-31 19:38")
    await live.restart()
    await live.until("2018-01-31 19:40")
    assert live.texts(thread=live.thread("Q1"))[1:] == []
    id = (await live.chat()).id
    lines = await live.store.read(lambda uow: uow.facilitation.restraints(id))
    assert 14 in [line.rule for line in lines]


async def test_a_press_delivered_twice_does_its_work_once(live: House) -> None:
    await live.until("2018-01-31 19:42")
    await live.bot.stop()
    await live.room.people.command("sally", "resnetslt", "/cop next")
    await live.restart()
    await live.bot.turn()
    await live.restart()
    await live.bot.turn()
    assert live.asked() == ["Q1", "Q2"]


async def test_a_stop_in_the_middle_of_a_turn_finishes_the_turn(live: House) -> None:
    await live.until("2018-01-31 19:47")
    await live.bot.stop()
    live.clock.set(live.clock.now() + timedelta(minutes=1))
    running = asyncio.create_task(live.bot.run())
    for _ in range(6):
        await asyncio.sleep(0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    id = (await live.chat()).id
    rows = await live.store.read(lambda uow: uow.outbox.of(id))
    assert Fate.LEASED not in {row.fate for row in rows}
