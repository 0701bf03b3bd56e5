"""What people say in a live chat, as the frames of Discord's gateway, and the process that sends them."""

import asyncio
import json
import sys
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import Any, Self

from copbot.domain.heard import Said
from copbot.domain.place import Person
from copbot_discord.names import snowflake_of

GUILD = "800000000000000001"
FIRST = 10
"""The number of the first message's frame: what Discord tells at first comes before it."""


def named(id: str) -> str:
    """What Discord calls a channel, a thread or a person: a number."""
    return str(int.from_bytes(blake2b(id.encode(), digest_size=7).digest()) + (1 << 57))


def numbered(said: Said) -> str:
    """What Discord calls a message."""
    return snowflake_of(said.at)


def words(said: Said) -> str:
    """The words as Discord sends them, people as its tokens."""
    return " ".join([said.text, *(f"<@{named(person.id)}>" for person in said.mentions)])


def kept(said: Said, stored: str | None) -> str | None:
    """What is to be stored of it, people by account."""
    return stored if stored is None else " ".join([stored, *(f"@{named(person.id)}" for person in said.mentions)])


def frame(said: Said, number: int) -> str:
    """MESSAGE_CREATE, with everything that Discord sends."""
    return json.dumps({"op": 0, "t": "MESSAGE_CREATE", "s": number, "d": _message(said)}, separators=(",", ":"))


def _message(said: Said) -> dict[str, Any]:
    at = said.at.isoformat(timespec="microseconds")
    return {
        "type": 0,
        "tts": False,
        "timestamp": at,
        "pinned": False,
        "nonce": numbered(said),
        "mentions": [_user(person) | {"member": _member()} for person in said.mentions],
        "mention_roles": [],
        "mention_everyone": False,
        "member": _member(),
        "id": numbered(said),
        "flags": 0,
        "embeds": [],
        "edited_timestamp": None,
        "content": words(said),
        "components": [],
        "channel_type": 11 if said.place.thread else 0,
        "channel_id": named(said.place.thread or said.place.channel),
        "author": _user(said.person),
        "attachments": [],
        "guild_id": GUILD,
    }


def _user(person: Person) -> dict[str, Any]:
    return {
        "username": person.id.lower(),
        "public_flags": 0,
        "primary_guild": None,
        "id": named(person.id),
        "global_name": person.id.title(),
        "display_name_styles": None,
        "discriminator": "0",
        "collectibles": None,
        "clan": None,
        "avatar_decoration_data": None,
        "avatar": "5f4dcc3b5aa765d61d8327deb882cf99",
    }


def _member() -> dict[str, Any]:
    return {
        "roles": [],
        "premium_since": None,
        "pending": False,
        "nick": None,
        "mute": False,
        "joined_at": "2018-01-01T09:00:00.000000+00:00",
        "flags": 0,
        "deaf": False,
        "communication_disabled_until": None,
        "banner": None,
        "avatar": None,
    }


class Source:
    """A process that is a Discord with one server, and sends frames from a file in ``folder``."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, address: str) -> None:
        self.api_url = f"http://{address}/api/v10"
        self.gateway_url = f"ws://{address}/gateway/"
        self._process = process
        self._file = folder / f"frames-{process.pid}"
        self._numbers = count(FIRST)
        self._window = 0
        self._left = 0
        self._heard = 0
        self._all = asyncio.Event()

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Start it."""
        command, pipe = (sys.executable, "-m", "tests.benchmarks.discord_source"), asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert process.stdout is not None
        return cls(process, folder, (await process.stdout.readline()).decode().strip())

    async def close(self) -> None:
        """End it."""
        self._process.terminate()
        await self._process.wait()

    def load(self, said: Sequence[Said]) -> None:
        """Have these ready."""
        self._file.write_text("\n".join(frame(each, number) for number, each in zip(self._numbers, said, strict=False)), "utf-8")
        self._left = len(said)

    async def play(self, outstanding: int) -> None:
        """Send what is ready, so many at most before they are ``heard``; return when all are."""
        self._window, self._heard = outstanding // 2, 0
        self._all.clear()
        self._tell({"file": str(self._file), "outstanding": outstanding})
        await self._all.wait()

    def heard(self, messages: int = 1) -> None:
        """So many more are stored. Discord asks for no acknowledgement: this is so that batches are as large as they are elsewhere."""
        windows = self._heard // self._window
        self._heard += messages
        if more := self._heard // self._window - windows:
            self._tell({"more": more * self._window})
        if self._heard == self._left:
            self._all.set()

    def _tell(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
