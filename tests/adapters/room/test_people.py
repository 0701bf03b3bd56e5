"""What people do in the room, beyond the contract."""

import asyncio
from pathlib import Path

import pytest

from copbot.domain.heard import Commanded, Heard, Pressed, Said
from copbot.domain.message import Button, Message, Private
from copbot.domain.place import Person, Place
from copbot.errors import ConfigurationError, Gone, NotAllowed
from copbot.testing.rig import Ears
from copbot_room import Room, RoomServer
from copbot_room.settings import read_settings

SLT = Place("room", "slt")


async def listen(room: Room) -> tuple[Ears, "asyncio.Task[None]"]:
    ears = Ears()
    task = asyncio.create_task(room.run(ears))
    await asyncio.sleep(0)
    return ears, task


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("line", "words"),
    [("/cop schedule set=x", "schedule set=x"), ("  /COP next ", "next"), ("/cop", ""), ("/cop ask Why?\nReally?", "ask Why?\nReally?")],
)
async def test_a_line_with_cop_is_a_command(room: Room, line: str, words: str) -> None:
    ears, task = await listen(room)
    await room.people.compose("ada", "slt", line)
    [heard] = ears.heard
    assert isinstance(heard, Commanded)
    assert heard.text == words
    assert room.people.shown("slt") == []
    await stop(task)


async def test_other_commands_get_a_note_from_the_room(room: Room) -> None:
    ears, task = await listen(room)
    await room.people.compose("ada", "slt", "/invite @ben")
    assert ears.heard == []
    [note] = room.people.told("ada")
    assert "`/invite`" in note.text
    assert note.by_room
    await room.people.dismiss("ben", note.id)
    assert room.people.told("ada") == [note]
    await room.people.dismiss("ada", note.id)
    assert room.people.told("ada") == []
    await stop(task)


async def test_what_is_told_replaces_the_note_whose_button_was_pressed(room: Room) -> None:
    ears, task = await listen(room)
    await room.people.command("ada", "slt", "/cop draft")
    await room.tell(only(ears, Commanded), Private(Message("Draft", (Button("Confirm", "confirm", "7"),))))
    [note] = room.people.told("ada")
    await room.people.press("ada", note.id, "confirm")
    pressed = only(ears, Pressed)
    assert isinstance(pressed, Pressed)
    assert (pressed.value, pressed.message) == ("7", None)
    await room.tell(pressed, Private(Message("Planned.")))
    assert [(one.id, one.text) for one in room.people.told("ada")] == [(note.id, "Planned.")]
    await stop(task)


def only(ears: Ears, kind: type[Heard]) -> Commanded | Pressed:
    [found] = [heard for heard in ears.heard if isinstance(heard, kind)]
    assert isinstance(found, Commanded | Pressed)
    return found


async def test_explicit_replies_and_mentions(room: Room) -> None:
    ears, task = await listen(room)
    first = await room.people.say("ada", "slt", "A question")
    second = await room.people.say("ben", "slt", "@ada @Sally, @nobody", thread=first)
    await room.people.say("ada", "slt", "exactly", thread=second, replies_to=second)
    said = [heard for heard in ears.heard if isinstance(heard, Said)]
    assert [heard.replies_to for heard in said] == [None, None, second]
    assert said[1].mentions == (Person("room", "ada"), Person("room", "sally"))
    assert said[2].place == Place("room", "slt", first), "a reply to a reply stays in the one thread"
    await stop(task)


async def test_hosts_channels_and_other_peoples_words_are_out_of_reach(room: Room) -> None:
    message = await room.people.say("sally", "hosts", "between hosts")
    assert room.people.shown("hosts", to="ada") == []
    for attempt in (
        room.people.say("ada", "hosts", "hello"),
        room.people.react("ada", message, "👍"),
        room.people.use_shortcut("ada", message, "pin"),
        room.people.edit("ada", message, "mine"),
        room.people.say("ada", "@ben", "psst"),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_nothing_open_cannot_be_submitted(room: Room) -> None:
    with pytest.raises(Gone):
        await room.people.submit("ada", {"x": "y"})
    with pytest.raises(Gone):
        await room.people.press("ada", "m1", "next")


async def test_without_a_bot_people_are_not_kept_waiting_and_all_of_it_comes_later(room: Room) -> None:
    for number in range(3):
        await room.people.say("ada", "slt", f"line {number}")
    ears, task = await listen(room)
    for _ in range(5):
        await asyncio.sleep(0)
    assert [heard.text for heard in ears.heard if isinstance(heard, Said)] == ["line 0", "line 1", "line 2"]
    await stop(task)


async def test_a_person_waits_for_the_bots_commit(room: Room) -> None:
    taken = asyncio.Event()

    async def slow(*heard: Heard) -> None:
        await taken.wait()

    task = asyncio.create_task(room.run(slow))
    await asyncio.sleep(0)
    saying = asyncio.create_task(room.people.say("ada", "slt", "hello"))
    await asyncio.sleep(0.01)
    assert not saying.done()
    taken.set()
    assert await saying == "m1"
    await stop(task)


async def test_removed_words_are_nowhere_in_the_file(tmp_path: Path, room: Room) -> None:
    _, task = await listen(room)
    message = await room.people.say("ada", "slt", "sesquipedalian")
    await room.people.edit("ada", message, "antidisestablishment")
    await room.people.remove("ada", message)
    await stop(task)
    room.server.state.close()
    written = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.iterdir()))
    assert b"sesquipedalian" not in written
    assert b"antidisestablishment" not in written


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"chanels": []}, "room.chanels"),
        ({"personas": []}, "room.personas: the room needs at least one persona"),
        ({"channels": [{"id": "a", "title": "a"}, {"id": "a", "title": "b"}]}, "an id of its own"),
        ({"personas": [{"id": "copbot", "name": "x"}]}, "not 'copbot'"),
        ({"path": "/proc/nowhere/room.sqlite3"}, "room.path"),
    ],
)
def test_settings_that_cannot_be_used(room: Room, settings: dict[str, object], line: str) -> None:
    with pytest.raises(ConfigurationError, match=line.replace(".", r"\.")):
        RoomServer(read_settings(settings), room.server.clock)
