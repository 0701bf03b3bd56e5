"""A transcript in words: common Markdown, and the small pieces that every rendering of it shares.

People's words are shown as they were typed, never as mark-up.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from copbot.domain.markup import escape
from copbot.domain.message import File
from copbot.domain.transcript import Gap, Line, Section, Transcript


def file(transcript: Transcript) -> File:
    """The Markdown, to hand to a host."""
    content = markdown(transcript).encode()
    return File(f"{file_name(transcript)}.md", "text/markdown", content, f"Transcript of {transcript.title}, as Markdown")


def file_name(transcript: Transcript) -> str:
    """Date and title, in letters that every file system takes; without an ending."""
    words = re.sub(r"[^a-z0-9]+", "-", transcript.title.lower()).strip("-")[:50].rstrip("-")
    return f"{transcript.starts_at.astimezone(transcript.zone):%Y-%m-%d}-{words or 'transcript'}"


def markdown(transcript: Transcript) -> str:
    """Common Markdown, one heading a question."""
    return "\n".join(_markdown(transcript)) + "\n"


def _markdown(transcript: Transcript) -> Iterator[str]:
    yield f"# {escape(transcript.title)}"
    yield f"\n{escape(transcript.community)} · {when(transcript)}"
    if transcript.hosts:
        yield f"\nHosts: {', '.join(escape(host) for host in transcript.hosts)}"
    if transcript.paper:
        yield f"\nPaper: {escape(transcript.paper)}"
    yield from (f"\n*{escape(note)}*" for note in notes(transcript))
    for section in transcript.sections:
        yield from _section(section, transcript.zone)


def _section(section: Section, zone: ZoneInfo) -> Iterator[str]:
    asked = f" ({clock(section.asked_at, zone)})" if section.asked_at else ""
    yield f"\n## {escape(section.label)}{asked}\n\n{escape(section.text)}"
    if section.part_b:
        yield f"\n**{escape(section.label)}b** {escape(section.part_b)}"
    yield ""
    yield from (_line(line, zone) for line in section.lines)
    if section.untold:
        yield f"\n*{untold(section.untold)}*"
    elif not section.lines:
        yield "*Nobody answered here.*"


def _line(line: Line, zone: ZoneInfo) -> str:
    at = f"{clock(line.at, zone)} " if line.at else ""
    to = f" → {escape(line.to)}" if line.to else ""
    part = f" ({line.part})" if line.part else ""
    text = line.text if line.is_bot else escape(line.text)
    return f"- {at}**{escape(line.author)}**{to}{part}: " + "  \n  ".join(row.strip() for row in text.splitlines() if row.strip())


def when(transcript: Transcript) -> str:
    """Day, start, end and zone, as a person would say it."""
    starts, ends = transcript.starts_at.astimezone(transcript.zone), transcript.ends_at.astimezone(transcript.zone)
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%A} {ends.day} {ends:%B %Y, %H:%M}"
    return f"{starts:%A} {starts.day} {starts:%B %Y}, {starts:%H:%M} to {until} ({transcript.time_zone})"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """The time on the wall."""
    return f"{at.astimezone(zone):%H:%M}"


def untold(count: int) -> str:
    """How many responses are not shown, and why."""
    return f"({count} more {'response' if count == 1 else 'responses'} whose words were not kept or may not be quoted)"


def notes(transcript: Transcript) -> list[str]:
    """What a reader must know: under which rule it was held, and what may be missing."""
    told = []
    if transcript.chatham_house:
        told.append("Held under the Chatham House Rule: what was said may be used, but not who said it or who else was there.")
    told += [f"copbot could not listen from {_gap(gap, transcript.zone)}: something may be missing." for gap in transcript.gaps]
    return told


def _gap(gap: Gap, zone: ZoneInfo) -> str:
    since, until = gap.since.astimezone(zone), gap.until.astimezone(zone)
    day = "" if since.date() == until.date() else f"{until:%A} {until.day} {until:%B}, "
    return f"{since:%A} {since.day} {since:%B}, {since:%H:%M} until {day}{until:%H:%M}"
