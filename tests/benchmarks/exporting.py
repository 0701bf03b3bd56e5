"""Transcript and log of 100,000 responses: what one response costs, against the same of 10,000 responses.

CPU time of reading, collecting and writing; loading the content files, which has nothing to do with responses, is left out.
"""

import asyncio
import csv
from pathlib import Path
from random import Random

from copbot.content import Content
from copbot.domain.chat import Chat
from copbot.domain.response import Kind, MessageKey, Response, WordsBand
from copbot.domain.transcript import Transcript
from copbot.insight import log_export, transcript
from copbot.ports.store import UnitOfWork
from copbot.services import transcripts
from copbot.services.desk import Desk
from copbot.store.migrate import migrate
from copbot.store.readings import SqlReadings
from copbot.store.store import SqlStore
from tests.benchmarks.hearing_room import COMMUNITY, QUESTION_SET, stage
from tests.benchmarks.measuring import Figure, microseconds, taking_turns
from tests.benchmarks.talking import MEMBERS, START, Talkers

MANY, FEW = 100_000, 10_000
ROUNDS = 3
AT_ONCE = 10_000


def transcript_100k(folder: Path) -> Figure:
    """Markdown, page and CSV, as ``copbot export`` makes them."""
    content = Content.of_instance(None, None)
    with asyncio.Runner() as runner:
        ours, peer = (Exports(folder, content, runner, size) for size in (MANY, FEW))
        many, few = taking_turns(ours, peer, ROUNDS)
        ours.close()
        peer.close()
    many, few = many / MANY, few / FEW
    return Figure(f"{microseconds(many)}/response", f"{microseconds(few)}/response", many / few, at_most=1.1)


class Exports:
    """All exports of one chat with so many responses."""

    def __init__(self, folder: Path, content: Content, runner: asyncio.Runner, size: int) -> None:
        url = f"sqlite:///{folder / f'{size}.sqlite3'}"
        migrate(url)
        self._folder = folder
        self._content = content
        self._runner = runner
        self._size = size
        self._store = SqlStore.open(url)
        with self._store.transaction() as uow:
            self._chat = stage(uow, *content.freeze(QUESTION_SET))
            fill(uow, self._chat, size)

    def close(self) -> None:
        """Close the database."""
        self._runner.run(self._store.aclose())

    def prepare(self) -> None:
        for file in self._folder.glob("export.*"):
            file.unlink()

    def work(self) -> None:
        self._runner.run(self._export())

    def check(self) -> None:
        """Every response is in each of the three files."""
        assert (self._folder / "export.md").read_text("utf-8").count("\n- ") == self._size
        assert (self._folder / "export.html").read_text("utf-8").count('<p class="words">') == self._size
        with (self._folder / "export.csv").open(encoding="utf-8") as log:
            assert sum(1 for row in csv.DictReader(log) if row["text"]) == self._size

    async def _export(self) -> None:
        account = await self._store.read(self._collect)
        for format in ("md", "html"):
            (self._folder / f"export.{format}").write_text(transcript.render(account, format), encoding="utf-8")
        with (self._folder / "export.csv").open("w", encoding="utf-8") as out:
            await SqlReadings(self._store).log(lambda rows: log_export.write(rows, "csv", out), self._chat.id)

    def _collect(self, uow: UnitOfWork) -> Transcript:
        return transcripts.collect(Desk(uow, START, self._content, Random(0)), self._chat)


def fill(uow: UnitOfWork, chat: Chat, size: int) -> None:
    """So many responses, by set: they are there, however they were heard."""
    asked = {each.root.place: each for each in uow.questions.of([chat.id]) if each.root is not None}
    members = uow.members.by_person(COMMUNITY, MEMBERS)
    ids = [members[person].id for person in MEMBERS]
    talkers, random = Talkers(), Random(4)
    for start in range(0, size, AT_ONCE):
        talk = talkers.say(min(AT_ONCE, size - start))
        uow.responses.add(
            Response(
                id=0,
                chat=chat.id,
                member=random.choice(ids),
                kind=Kind.ANSWER,
                at=said.at,
                asked=asked.get(said.place, next(iter(asked.values()))).id,
                message=MessageKey(said.place.platform, said.place.channel, said.message),
                place=said.place,
                words_band=WordsBand.SOME,
                concrete_cue=False,
                question_cue=False,
                text=said.text,
            )
            for said in talk.said
        )
