"""What all five kinds of file have in common."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
ReflectionModel = Literal["driscoll", "rolfe", "gibbs", "kolb", "johns", "schon", "mezirow", "value_creation"]
Stage = Literal["before", "opening", "during", "closing", "day_1", "week_2", "week_6", "quarter"]


class Spec(BaseModel):
    """A part of a file, as written. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, coerce_numbers_to_str=True, hide_input_in_errors=True)


class FileSpec(Spec):
    """A whole file."""

    kind: str
    version: Literal[1] = Field(description="The version of this way of writing; always 1.")
    id: str


class GroupSizeSpec(Spec):
    """For how many people."""

    at_least: int = Field(default=1, ge=1, description="Fewer than this, and it does not work.")
    comfortable: int | None = Field(default=None, ge=1)
    at_most: int | None = Field(default=None, ge=1)
