"""What the database says at the end, beside what everybody can see: the two things that invariants compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa
from simulated.people import People
from simulated.scenario import Planned
from simulated.world import World

from copbot.domain.chat import State
from copbot.domain.place import Place
from copbot.services import panel
from copbot.services.desk import Desk
from copbot.store import tables
from copbot.testing.simulation.harbour import NAME, Entry, Harbour

Row = Mapping[str, Any]


class Violated(AssertionError):
    """An invariant does not hold. ``invariant`` is its name."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what}")
        self.invariant = invariant


@dataclass(frozen=True, slots=True)
class Books:
    """The rows of the database, and the world they are about."""

    world: World
    people: People
    outbox: Sequence[Row]
    steps: Sequence[Row]
    chats: Mapping[int, Row]
    asked: Mapping[int, Row]
    responses: Sequence[Row]
    members: Mapping[int, Row]
    counters: Sequence[Row]
    panels: Mapping[int, str]
    content: bytes

    @property
    def harbour(self) -> Harbour:
        """The platform."""
        return self.world.harbour

    def visible(self) -> dict[str, list[Entry]]:
        """What stands on the platform under each key, what was taken away included."""
        found: dict[str, list[Entry]] = {}
        for entry in self.harbour.entries.values():
            if entry.key:
                found.setdefault(entry.key, []).append(entry)
        return found

    def chats_of(self, planned: Planned) -> list[Row]:
        """What was stored of a chat that somebody wanted to hold; drafts are none."""
        here = [chat for chat in self.chats.values() if chat["place_channel"] == planned.channel]
        return [chat for chat in here if chat["state"] != "draft"]

    def backstage(self, chat: Row) -> list[Entry]:
        """What the hosts of a chat can read of the bot's, its panel left out."""
        planned = next(one for one in self.world.scenario.chats if one.channel == chat["place_channel"])
        places = [planned.backstage] if planned.backstage else [Place(NAME, f"@{id}") for id in planned.hosts]
        return [entry for place in places for entry in self.harbour.seen(place) if entry.person is None and "(chat " not in entry.text]


def read(world: World, people: People) -> Books:
    """Everything, as it stands now."""
    with world.database.connected() as connection:

        def everything(table: sa.Table) -> list[Row]:
            order = list(table.primary_key.columns)
            return [dict(row) for row in connection.execute(sa.select(table).order_by(*order)).mappings()]

        return Books(
            world=world,
            people=people,
            outbox=everything(tables.outbox),
            steps=everything(tables.step),
            chats={row["id"]: row for row in everything(tables.chat)},
            asked={row["id"]: row for row in everything(tables.asked_question)},
            responses=everything(tables.response),
            members={row["id"]: row for row in everything(tables.member)},
            counters=everything(tables.counters),
            panels=_panels(world),
            content=world.database.content(),
        )


def _panels(world: World) -> dict[int, str]:
    """What the panel of each chat would say if it were written now."""
    with world.stores[-1].transaction() as uow:
        desk = Desk(uow, world.clock.now(), world.content, Random(world.seed))
        return {chat.id: panel.panel(desk, chat).text for chat in uow.chats.in_states(tuple(State))}
