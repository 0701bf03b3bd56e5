"""Which steps are due, and in what order chats get their turn."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from copbot.domain.step import Step, StepState
from copbot.ports.store import UnitOfWork
from copbot.store.store import SqlStore
from copbot.testing.values import START, a_chat

MINUTE = timedelta(minutes=1)


@pytest.fixture
def uow(db: SqlStore) -> Iterator[UnitOfWork]:
    with db.transaction() as uow:
        yield uow


def test_what_has_been_due_longest_comes_first(uow: UnitOfWork) -> None:
    late, early = (uow.chats.add(a_chat()).id for _ in range(2))
    uow.steps.add([Step(0, late, "late", "ask", START + MINUTE), Step(0, early, "early", "ask", START)])
    assert uow.steps.chats_due(START + MINUTE, 1) == [early]
    assert uow.steps.chats_due(START + MINUTE, 2) == [late, early]
    assert uow.steps.chats_due(START, 2) == [early]


def test_the_next_step_of_a_kind(uow: UnitOfWork) -> None:
    chat = uow.chats.add(a_chat()).id
    uow.steps.add(Step(0, chat, f"{does}:{late}", does, START + late * MINUTE) for does, late in (("ask", 0), ("part_b", 1), ("close", 2)))
    uow.steps.add([Step(0, chat, "done", "ask", START + 3 * MINUTE, StepState.DONE)])
    assert uow.steps.next_of(chat, ("ask", "close"), START) == START + 2 * MINUTE
    assert uow.steps.next_of(chat, ("ask",), START) == START + 3 * MINUTE
    assert uow.steps.next_of(chat, ("end",), START) is None
