"""Which channel every channel and thread belongs to."""

from typing import Any

from copbot.domain.place import Place
from copbot_discord.where import Where


def thread(id: str, parent: str, **more: Any) -> dict[str, Any]:
    """A thread's object."""
    return {"id": id, "type": 11, "parent_id": parent, "name": f"thread {id}", **more}


def forum(id: str) -> dict[str, Any]:
    """A forum's object."""
    return {"id": id, "type": 15, "name": "forum"}


def test_a_thread_belongs_to_its_channel() -> None:
    where = Where()
    where.learn(thread("2", "1"))
    assert (where.place("2"), where.name("2"), where.place("1")) == (Place("discord", "1", "2"), "thread 2", None)


def test_other_channels_belong_to_themselves() -> None:
    where = Where()
    where.learn({"id": "1", "type": 0, "name": "slt", "parent_id": "99"})
    assert where.place("1") == Place("discord", "1")


def test_a_forums_threads_wait_until_its_lobby_is_known() -> None:
    where = Where()
    where.learn_server({"channels": [forum("1")], "threads": [thread("2", "1"), thread("3", "1")]})
    assert (where.place("2"), where.unsorted("2")) == (None, "1")
    where.lobby("1", "3")
    where.sorted("1")
    assert (where.place("2"), where.place("3"), where.unsorted("2")) == (Place("discord", "1", "2"), Place("discord", "1"), None)
    where.learn(thread("3", "1"))
    where.learn(thread("4", "1"))
    assert (where.place("3"), where.place("4")) == (Place("discord", "1"), Place("discord", "1", "4"))


def test_what_is_gone_is_forgotten() -> None:
    where = Where()
    where.learn_server({"channels": [forum("1"), {"id": "5", "type": 0, "name": "slt"}], "threads": [thread("2", "1")]})
    for id in ("2", "5"):
        where.forget(id)
    assert (where.place("2"), where.unsorted("2"), where.place("5"), where.name("5")) == (None, None, None, "5")


def test_the_oldest_threads_go_first_but_no_lobby() -> None:
    where = Where(most_threads=2)
    where.lobby("1", "2")
    for id in ("3", "4"):
        where.learn(thread(id, "9"))
    assert (where.place("2"), where.place("3"), where.place("4")) == (Place("discord", "1"), None, Place("discord", "9", "4"))


def test_a_server_that_is_away_names_no_channels() -> None:
    where = Where()
    where.learn_server({"id": "9", "unavailable": True})
    assert where.place("9") is None
