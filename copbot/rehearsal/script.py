"""``copbot try --script``: the whole chat without a browser, what was planned beside what happened, and the files an evaluator gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from copbot.domain.chat import Chat
from copbot.domain.response import Kind, Response
from copbot.domain.step import Fate, Outgoing, Step, StepState
from copbot.domain.transcript import Transcript
from copbot.insight import log_export, transcript
from copbot.ports.store import UnitOfWork
from copbot.services.agenda import BACKGROUND, Line, agenda
from copbot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a rehearsal: every planned line with when it happened, what did not happen, and the numbers."""

    lines: tuple[tuple[Line, datetime | None], ...]
    trouble: tuple[str, ...]
    voices: int
    responses: int
    peer: int
    zone: str

    def report(self) -> str:
        """For people to read: plan and posting times, then the figures of the group."""
        zone = ZoneInfo(self.zone)
        rows = [f"  {_local(line.at, zone)}  {_local(at, zone) if at else '-- not --':19}  {line.plain}" for line, at in self.lines]
        share = f", {100 * self.peer // self.responses} % of them to another member" if self.responses else ""
        figures = f"{self.voices} people said {self.responses} things{share}."
        faults = [f"  NOT AS PLANNED: {text}" for text in self.trouble] or ["Everything that was planned happened, once, on time."]
        return "\n".join(["  planned              happened", *rows, "", figures, *faults])


def look_back(uow: UnitOfWork, desk: Desk, chat: Chat) -> Played:
    """Compare the plan of a chat with what happened."""
    steps = uow.steps.of(chat.id)
    outbox = uow.outbox.of(chat.id)
    responses = [one for one in uow.responses.of_chat(chat.id) if one.kind in {Kind.ANSWER, Kind.PEER, Kind.TO_HOST}]
    lines = tuple(zip(agenda(steps, desk.edition(chat)), _happened(steps), strict=True))
    return Played(lines, tuple(_trouble(steps, outbox)), _voices(responses), len(responses), _peer(responses), chat.time_zone)


def _happened(steps: Sequence[Step]) -> list[datetime | None]:
    shown = sorted((step for step in steps if step.does not in BACKGROUND), key=lambda step: step.due_at)
    return [step.done_at if step.state is StepState.DONE else None for step in shown]


def _trouble(steps: Sequence[Step], outbox: Sequence[Outgoing]) -> list[str]:
    open_steps = [f"{step.key} is {step.state}" for step in steps if step.state is not StepState.DONE]
    open_rows = [f"{row.purpose} is {row.fate} {row.trouble}" for row in outbox if row.fate not in {Fate.SENT, Fate.CANCELLED}]
    return [*open_steps, *open_rows]


def _voices(responses: Sequence[Response]) -> int:
    return len({response.member for response in responses})


def _peer(responses: Sequence[Response]) -> int:
    return sum(response.kind is Kind.PEER for response in responses)


def write_files(folder: Path, log: Sequence[Mapping[str, object]], account: Transcript) -> list[Path]:
    """Write transcript.html, transcript.md and log.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in ("transcript.html", "transcript.md", "log.csv")]
    for file in files[:2]:
        file.write_text(transcript.render(account, file.suffix[1:]), encoding="utf-8")
    with files[2].open("w", encoding="utf-8") as out:
        log_export.write(log, "csv", out)
    return files


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %H:%M:%S}"
