"""What people say in a live chat, as Slack's frames, and the process that sends them."""

import asyncio
import json
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Self

from copbot.domain.heard import Said
from tests.benchmarks.measuring import note

LINE = 1 << 22
"""Bytes of the longest line that a source writes."""


def words(said: Said) -> str:
    """The words as Slack sends them, people as its tokens."""
    return " ".join([said.text, *(f"<@{person.id}>" for person in said.mentions)])


def kept(said: Said, stored: str | None) -> str | None:
    """What is to be stored of it, people by account."""
    return stored if stored is None else " ".join([stored, *(f"@{person.id}" for person in said.mentions)])


def frame(said: Said, number: int) -> str:
    """A message in its envelope, with everything that Slack sends beside it."""
    event = _event(said)
    payload = {
        "token": "verification",
        "team_id": "T0LOOPBACK",
        "context_team_id": "T0LOOPBACK",
        "context_enterprise_id": None,
        "api_app_id": "A0COPBOT",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{number:09d}",
        "event_time": int(float(said.message)),
        "authorizations": [
            {"enterprise_id": None, "team_id": "T0LOOPBACK", "user_id": "U0COPBOT", "is_bot": True, "is_enterprise_install": False}
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMExPT1BCQUNLIn0{number:09d}",
    }
    envelope = {"envelope_id": f"{number:08d}-57d6-4a53-b6e1-6ba0f8d0a1c5", "payload": payload, "type": "events_api"}
    return json.dumps(envelope | {"accepts_response_payload": False, "retry_attempt": 0, "retry_reason": ""})


def _event(said: Said) -> dict[str, Any]:
    text = {"type": "text", "text": said.text}
    people = [{"type": "user", "user_id": person.id} for person in said.mentions]
    section = {"type": "rich_text_section", "elements": [text, *people]}
    return {
        "type": "message",
        "user": said.person.id,
        "ts": said.message,
        "client_msg_id": f"0b2f3ab5-0a5d-43b8-93cf-{said.message[-6:]:0>12}",
        "text": words(said),
        "team": "T0LOOPBACK",
        **({"thread_ts": said.place.thread, "parent_user_id": "U0COPBOT"} if said.place.thread else {}),
        "blocks": [{"type": "rich_text", "block_id": "bk1", "elements": [section]}],
        "channel": said.place.channel,
        "event_ts": said.message,
        "channel_type": "channel",
    }


class Source:
    """A process that sends frames from a file in ``folder``, spread over so many sockets once they are there."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, api_url: str, sockets: int) -> None:
        self.api_url = api_url
        self._sockets = sockets
        self._process = process
        self._file = folder / f"frames-{process.pid}"
        self._numbers = count()

    @classmethod
    async def open(cls, folder: Path, sockets: int) -> Self:
        """Start it."""
        command, pipe = (sys.executable, "-m", "tests.benchmarks.slack_source"), asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LINE)
        assert process.stdout is not None
        return cls(process, folder, (await process.stdout.readline()).decode().strip(), sockets)

    async def close(self) -> None:
        """End it."""
        self._process.terminate()
        await self._process.wait()

    def load(self, said: Sequence[Said]) -> None:
        """Have these ready."""
        frames = [frame(each, number) for number, each in zip(self._numbers, said, strict=False)]
        self._file.write_text("\n".join(frames), "utf-8")

    async def play(self, **how: int) -> list[float]:
        """Send what is ready; the seconds until each was acknowledged. ``how``: an Order's ``outstanding`` or ``rate``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"file": str(self._file), "sockets": self._sockets, **how}).encode() + b"\n")
        took: list[float] = json.loads(await self._process.stdout.readline())
        return took


def note_latencies(took: Sequence[float], rate: int) -> None:
    """Median and 99th percentile, beside the 3 s that Slack waits."""
    ordered = sorted(took)
    middle, late = (1000 * ordered[len(ordered) * share // 100] for share in (50, 99))
    note(f"  {rate} events a second: commit and acknowledgement after {middle:.1f} ms (median), {late:.1f} ms (99 %) of 3,000 ms")
