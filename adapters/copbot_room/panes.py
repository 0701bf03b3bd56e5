"""The parts of the page that change, each rendered for one person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from copbot.errors import Gone
from copbot.ports.platform import CommandSpec
from copbot_room.model import Channel, Upcoming
from copbot_room.people import People
from copbot_room.rendering import Fragments, full_time
from copbot_room.view import Eyes, Where

HERE = Path(__file__).parent
PANES = ("nav", "head", "log", "side", "form", "notice")
"""The templates in templates/panes, each with the id of the element that it fills."""

EMOJI = (("👍", "thumbs up"), ("❤️", "heart"), ("💡", "idea"), ("👏", "applause"), ("🤔", "thinking"))


class Unread:
    """How far each person has read each channel. Kept in memory: a new server believes everything read."""

    def __init__(self, newest: Mapping[str, int]) -> None:
        self._newest = newest
        self._before = dict(newest)
        self._read: dict[tuple[str, str], int] = {}

    def read(self, persona: str, channel: str) -> None:
        """The channel is in front of this person."""
        self._read[persona, channel] = self._newest.get(channel, 0)

    def any(self, persona: str, channel: str) -> bool:
        """Whether there is something new for this person."""
        return self._newest.get(channel, 0) > self._read.get((persona, channel), self._before.get(channel, 0))


class Panes:
    """Renders the page and its parts."""

    def __init__(self, people: People, commands: Sequence[CommandSpec]) -> None:
        self._people = people
        self._server = people.server
        self._fragments = Fragments()
        self._unread = Unread(people.server.state.newest)
        self._env = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._env.filters |= {"full_time": full_time, "span": span}
        self._env.globals |= {
            "commands": tuple(commands),
            "emoji": EMOJI,
            "shortcuts": [(one.verb, one.on_message) for one in commands if one.on_message],
            "panes": PANES,
        }
        self._templates = {pane: self._env.get_template(f"panes/{pane}.html") for pane in PANES}

    def where(self, query: Mapping[str, str]) -> Where:
        """What the page's address says, put right: what is not there or not for this person is left out."""
        personas = self._server.personas
        persona = personas.get(query.get("as", "")) or next(iter(personas.values()))
        seen = [channel.id for channel in self._people.channels(persona.id)]
        channel = query.get("channel", "")
        channel = channel if channel in seen else seen[0]
        sides = [side for side in self.sides(persona.id) if side.id != channel]
        asked = query.get("side", "") in [one.id for one in sides]
        side = query["side"] if asked else sides[0].id
        return Where(persona, channel, self._thread(channel, query.get("thread")), side, asked, query.get("whole") == "1")

    def sides(self, persona: str) -> list[Channel]:
        """What the right pane can show this person beside threads: hosts' channels, and their private messages."""
        hosts = [channel for channel in self._people.channels(persona) if channel.hosts]
        return [*hosts, Channel(f"@{persona}", "copbot and you", "Nobody else sees what is said here.")]

    def page(self, where: Where) -> str:
        """The whole page."""
        values = self._values(where, "")
        parts = {pane: template.render(values) for pane, template in self._templates.items()}
        return self._env.get_template("page.html").render(values, parts=parts)

    def parts(self, where: Where, notice: str) -> dict[str, str]:
        """The inside of every pane, now."""
        values = self._values(where, notice)
        return {pane: template.render(values) for pane, template in self._templates.items()}

    def _thread(self, channel: str, thread: str | None) -> str | None:
        try:
            return self._server.root(channel, thread) if thread in self._server.state.entries else None
        except Gone:
            return thread if self._server.state.line(channel, thread) else None

    def _values(self, where: Where, notice: str) -> dict[str, Any]:
        me = where.persona.id
        for channel in (where.channel, *([] if where.thread else [where.side])):
            self._unread.read(me, channel)
        eyes, now = Eyes(self._people, where, self._fragments), self._server.clock.now()
        side = (where.channel, where.thread) if where.thread else (where.side, None)
        return {
            **{"where": where, "me": where.persona, "zone": eyes.zone, "now": now, "notice": notice, "eyes": eyes},
            **{"speed": self._server.settings.speed, "personas": self._server.settings.personas, "sides": self.sides(me)},
            "channels": [(channel, self._unread.any(me, channel.id)) for channel in self._people.channels(me)],
            "private_unread": self._unread.any(me, f"@{me}"),
            "channel": eyes.channel(where.channel),
            "side_channel": next(one for one in self.sides(me) if one.id == where.side),
            "messages": eyes.line(where.channel),
            "side_messages": eyes.line(*side),
            "upcoming": self._upcoming(now, me),
            "form": self._people.form_of(me),
        }

    def _upcoming(self, now: datetime, persona: str) -> list[Upcoming]:
        seen = {channel.id for channel in self._people.channels(persona)}
        events = [event for event in self._server.state.upcoming.values() if event.ends > now and event.channel in seen]
        return sorted(events, key=lambda event: event.starts)


def span(event: Upcoming, zone: ZoneInfo) -> str:
    """``Wed 31 Jan, 19:30-20:30`` on the reader's clock."""
    starts, ends = event.starts.astimezone(zone), event.ends.astimezone(zone)
    return f"{starts:%a %-d %b, %H:%M}–{ends:%H:%M}" if starts.date() == ends.date() else f"{starts:%a %-d %b} – {ends:%a %-d %b}"
