"""CPD frameworks as written (2-domain.md 5.2): dated data, never code, because regulators change them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from copbot.content.schema_base import FileSpec, Spec
from copbot.content.values import Duration, Id, Line, LocalDate, Name


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that a regulator asks a record to hold. ``sources``: reflection steps that may fill it."""

    id: str
    label: str
    choose: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Framework:
    """What one regulator or professional body asks, while it is valid. Dates None: no limit known. Hours None: it asks for none."""

    id: str
    title: str
    valid_from: date | None
    valid_to: date | None
    cycle: timedelta
    hours_total: int | None
    hours_participatory: int | None
    asks: tuple[Ask, ...]
    reflective_account: tuple[Ask, ...]
    note: str


class AskSpec(Spec):
    """One field of a record."""

    id: Name
    label: Line
    choose: list[Line] = Field(default_factory=list, description="The choices, if it is a choice")
    sources: list[Name] = Field(default_factory=list, alias="from", description="The reflection steps that may fill it")

    def value(self) -> Ask:
        """As the rest of copbot has it."""
        return Ask(self.id, self.label, tuple(self.choose), tuple(self.sources))


class HoursSpec(Spec):
    """Hours in one cycle."""

    total: int = Field(ge=0)
    participatory: int | None = Field(default=None, ge=0)


class FrameworkSpec(FileSpec):
    """What one regulator or professional body asks."""

    kind: Literal["cpd_framework"]
    id: Id
    title: Line
    valid_from: LocalDate | None = None
    valid_to: LocalDate | None = None
    cycle: Duration
    hours: HoursSpec | None = None
    asks: list[AskSpec]
    reflective_account: list[AskSpec] = Field(default_factory=list)
    note: str = ""

    def value(self) -> Framework:
        """As the rest of copbot has it."""
        return Framework(
            self.id,
            self.title,
            self.valid_from,
            self.valid_to,
            self.cycle,
            self.hours.total if self.hours else None,
            self.hours.participatory if self.hours else None,
            tuple(ask.value() for ask in self.asks),
            tuple(ask.value() for ask in self.reflective_account),
            self.note,
        )
