"""Bots that are wrong on purpose: the campaign catches each of them, says what does not hold, and fails again when replayed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from simulated.campaign import Played, play_seed
from simulated.databases import SqliteFiles
from simulated.scenario import Planned, Scenario
from typing_extensions import override

from copbot.content import Content
from copbot.domain.heard import Heard, Said
from copbot.domain.message import Nothing, Reply
from copbot.domain.place import Place, Posted
from copbot.domain.step import Step, StepState
from copbot.ports.store import UnitOfWork
from copbot.runtime import bot
from copbot.runtime.ticking import Ticking
from copbot.services import hearing, judging, performing
from copbot.services.desk import Desk
from copbot.store.store import SqlStore
from copbot.testing.simulation.platform import HarbourPlatform
from copbot.testing.simulation.weather import CALM, Memory

SEEDS = 25
"""So many seeds are tried; most of these bots are found out by the first."""

CHAT = Planned("quay", "short", timedelta(minutes=5), ("sally",))


class NeverLooks(HarbourPlatform):
    """Nothing that was sent is ever found: as good as a sender that sends again without looking."""

    @override
    async def find(self, place: Place, *, key: str) -> Posted | None:
        return None


class MarksFirst(Ticking):
    """Marks what is due as done, and does it afterwards: in between it may die."""

    @override
    async def tick(self) -> int:
        due = await self._store.write(self._mark)
        await self._store.write(lambda uow: self._do(uow, due))
        return len(due)

    def _mark(self, uow: UnitOfWork) -> list[Step]:
        now = self._clock.now()
        due = uow.steps.due(now, uow.steps.chats_due(now, 500))
        uow.steps.save(replace(step, state=StepState.DONE, done_at=self._clock.now()) for step in due)
        return due

    def _do(self, uow: UnitOfWork, due: Sequence[Step]) -> None:
        desk = Desk(uow, self._clock.now(), self._library, self._random)
        for step in due:
            chat = uow.chats.get(step.chat)
            if chat is not None:
                performing.perform(desk, chat, step)


def loses_what_tom_says(desk: Desk, batch: Sequence[Heard]) -> list[Reply]:
    """A receiver that acknowledges batches with Tom in them, and stores nothing of them."""
    if any(isinstance(heard, Said) and heard.person.id == "tom" for heard in batch):
        return [Nothing() for _ in batch]
    return TAKE(desk, batch)


TAKE = hearing.take


@dataclass
class Sabotage:
    """Seeds against a wrong bot, in a scenario in which it matters."""

    database: SqliteFiles
    content: Content

    def first_failure(self, change: Callable[[Scenario], Scenario], make: type[HarbourPlatform] = HarbourPlatform) -> Played:
        """The first seed that fails; replayed, it fails in the same way."""
        tried = (play_seed(seed, self.database, self.content, make, change) for seed in range(1, SEEDS + 1))
        failed = next((played for played in tried if played.invariant), None)
        assert failed is not None, f"{SEEDS} seeds found nothing"
        assert f"make faults-simulation SEEDS=1 START={failed.seed} DATABASE=sqlite" in failed.told
        assert failed.invariant in failed.told
        assert play_seed(failed.seed, self.database, self.content, make, change) == failed
        return failed


@pytest.fixture
def sabotage(database: SqliteFiles, simulated_content: Content) -> Sabotage:
    return Sabotage(database, simulated_content)


def quiet(scenario: Scenario) -> Scenario:
    """One short chat on a fine day: what goes wrong now is the bot's own."""
    return replace(scenario, chats=(CHAT,), weather=CALM, kills=0, pauses=0, stops=0, jumps=0, closures=0, acts=20)


def answers_get_lost(scenario: Scenario) -> Scenario:
    return replace(quiet(scenario), weather=replace(CALM, answer_lost=0.3, memory=Memory.NEVER), acts=10)


def many_die(scenario: Scenario) -> Scenario:
    return replace(quiet(scenario), kills=40, acts=0)


def many_are_private(scenario: Scenario) -> Scenario:
    return replace(quiet(scenario), acts=40, secrecy=30)


def the_line_breaks(scenario: Scenario) -> Scenario:
    return replace(quiet(scenario), weather=replace(CALM, falls=0.5), chores=False)


def test_nothing_is_wrong_with_the_scenarios_themselves(sabotage: Sabotage) -> None:
    for change in (answers_get_lost, many_die, many_are_private, the_line_breaks):
        played = play_seed(1, sabotage.database, sabotage.content, HarbourPlatform, change)
        assert played.invariant == "", played.told


def test_a_sender_that_sends_again_without_looking_is_caught(sabotage: Sabotage) -> None:
    assert sabotage.first_failure(answers_get_lost, NeverLooks).invariant == "one visible post for each outbox row"


def test_a_receiver_that_loses_a_batch_is_caught(sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "take", loses_what_tom_says)
    assert sabotage.first_failure(quiet).invariant == "responses recorded are responses visible"


def test_not_reading_what_was_missed_while_the_line_was_broken_is_caught(sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot, "SETTLED", timedelta(days=400).total_seconds())
    assert sabotage.first_failure(the_line_breaks).invariant == "responses recorded are responses visible"


def test_keeping_what_was_said_off_the_record_is_caught(sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "off_the_record", lambda *_: False)
    failed = sabotage.first_failure(many_are_private)
    assert failed.invariant == "nothing that may not be kept is in the database"
    assert "off the record" in failed.told


def test_a_step_that_is_marked_before_its_rows_are_there_is_caught(sabotage: Sabotage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot, "Ticking", MarksFirst)
    assert sabotage.first_failure(many_die).invariant == "what is done has its rows"


class Closed(SqliteFiles):
    """Files that no copy can open."""

    @override
    def open(self) -> SqlStore:
        raise PermissionError("not for you")


def test_a_copy_that_cannot_start_is_caught(tmp_path: Path, simulated_content: Content) -> None:
    assert play_seed(1, Closed(tmp_path), simulated_content, change=quiet).invariant == "PermissionError"
