"""The course of a seed: bots start, people come, things break; then it is calm, and the invariants must hold."""

import asyncio
from datetime import timedelta
from random import Random

from simulated import hearing, posting
from simulated.books import Books, read
from simulated.people import People
from simulated.world import World

from copbot.testing.simulation.process import Life

STEPS_TO_GO = (3, 12, 50, 300)
"""A death comes within so many steps of the process: at its next move, or somewhere in the posts of a whole tick."""

AFTERWARDS = timedelta(days=44)
"""Until the last follow-up of a chat is due."""


async def play(world: World) -> None:
    """One seed. Raises Violated."""
    people = People(world)
    loop = world.loop
    slots = [loop.create_task(world.keep_running(slot)) for slot in range(world.scenario.copies)]
    people.arrive()
    holding = [loop.create_task(people.hold(chat)) for chat in world.scenario.chats]
    trouble = loop.create_task(make_trouble(world))
    until = world.harbour.time() + world.scenario.ends
    await people.chatter(world.scenario.chats, world.scenario.acts, until)
    await asyncio.wait([*holding, trouble])
    for ended in (slot for slot in slots if slot.done()):
        ended.result()  # a copy that could not even start
    await world.settle()
    _check(_read(world, people))
    await asyncio.sleep(AFTERWARDS.total_seconds())
    _check(_read(world, people))
    for slot in slots:
        slot.cancel()


def _read(world: World, people: People) -> Books:
    books = read(world, people)
    world.counts.posts = sum(bool(entry.key) for entry in world.harbour.entries.values())
    world.counts.responses = len(books.responses)
    return books


def _check(books: Books) -> None:
    posting.check(books)
    hearing.check(books)


async def make_trouble(world: World) -> None:
    """Kill, pause, stop, and let the clock jump, each at a moment of its own."""
    scenario, random = world.scenario, world.part()
    events = [
        *[_kill] * scenario.kills,
        *[_pause] * scenario.pauses,
        *[_stop] * scenario.stops,
        *[_jump] * scenario.jumps,
        *[_close_a_channel] * scenario.closures,
    ]
    planned = sorted((_moment(world, random), number) for number in range(len(events)))
    for moment, number in planned:
        await asyncio.sleep(max(moment - world.loop.time(), 0))
        await events[number](world, random)


def _moment(world: World, random: Random) -> float:
    chat = random.choice(world.scenario.chats)
    begins, ends = chat.wait.total_seconds(), chat.ends.total_seconds()
    return begins + (ends - begins) * random.uniform(-0.1, 1)


async def _kill(world: World, random: Random) -> None:
    if world.copies:
        random.choice(world.copies).process.stop_after(random.randrange(random.choice(STEPS_TO_GO)), Life.DEAD)


async def _pause(world: World, random: Random) -> None:
    if world.copies:
        random.choice(world.copies).process.stop_after(random.randrange(random.choice(STEPS_TO_GO)), Life.PAUSED)


async def _stop(world: World, random: Random) -> None:
    copy = random.choice(world.copies) if world.copies else None
    if copy is not None and copy.task is not None and copy.process.life is Life.RUNNING:
        copy.task.cancel()


async def _jump(world: World, random: Random) -> None:
    """Never while something is on the wire: how long ago it was sent is known by this clock alone."""
    while world.harbour.on_the_wire:  # noqa: ASYNC110 - in virtual time
        await asyncio.sleep(0.05)
    seconds = random.choice((2, 20, 120, 900)) * random.uniform(-1, 1)
    world.trace("clock jumps by", f"{seconds:.3f}")
    world.clock.jump(timedelta(seconds=seconds))
    await asyncio.sleep(random.uniform(0, 30))
    world.ring()


async def _close_a_channel(world: World, random: Random) -> None:
    channel = random.choice(world.scenario.chats).channel
    world.trace("closed to the bot:", channel)
    world.harbour.closed_to_bot[channel] = world.harbour.time() + timedelta(minutes=random.uniform(1, 30))
