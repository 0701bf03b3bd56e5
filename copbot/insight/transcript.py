"""A transcript as Markdown, as one self-contained page, and as JSON. People's words are shown as they were typed, never as mark-up."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from copbot.domain.transcript import Transcript
from copbot.domain.transcript_text import clock, markdown, notes, untold, when

FORMATS = ("md", "html", "json")


def render(transcript: Transcript, format: str) -> str:
    """The transcript in one of FORMATS. Raises KeyError for another."""
    return {"md": markdown, "html": html, "json": as_json}[format](transcript)


def html(transcript: Transcript) -> str:
    """One page that needs nothing else: no script, no font, no picture from anywhere."""
    return _page().render(transcript=transcript, when=when(transcript), notes=notes(transcript), zone=transcript.zone)


@cache
def _page() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(clock=clock, untold=untold)
    return environment.get_template("transcript.html.j2")


def as_json(transcript: Transcript) -> str:
    """Everything in the transcript; instants as ISO 8601 in UTC."""
    return json.dumps(asdict(transcript), ensure_ascii=False, indent=2, default=_iso) + "\n"


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"a transcript holds no {type(value).__name__}")
