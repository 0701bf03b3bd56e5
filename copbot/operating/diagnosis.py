"""One thing that the doctor looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it is. WARN: nothing breaks now, but somebody should know; only FAIL makes the doctor's exit code 1."""

    WELL = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, what was found, and, unless it is well, how to mend it."""

    what: str
    verdict: Verdict
    found: str
    remedy: str = ""

    def line(self) -> str:
        """For people to read: one line, whatever was found."""
        mend = f" -> {self.remedy}" if self.remedy and self.verdict is not Verdict.WELL else ""
        return f"{self.verdict}  {self.what}: {self.found}{mend}".replace("\n", "; ")


def well(what: str, found: str) -> Diagnosis:
    """All is well."""
    return Diagnosis(what, Verdict.WELL, found)


def warn(what: str, found: str, remedy: str) -> Diagnosis:
    """Somebody should know."""
    return Diagnosis(what, Verdict.WARN, found, remedy)


def fail(what: str, found: str, remedy: str) -> Diagnosis:
    """Something will break."""
    return Diagnosis(what, Verdict.FAIL, found, remedy)
