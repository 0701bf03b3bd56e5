"""People in the simulation: hosts who plan and steer, members who talk, change their minds and want their privacy.

Every text carries a mark of its own, so that the database can be searched for it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from simulated.scenario import Planned
from simulated.world import World

from copbot.domain.heard import Interaction
from copbot.domain.message import Button, Private, Reply
from copbot.domain.place import Person, Place
from copbot.testing.simulation.harbour import NAME, Delivery, Entry, Harbour

HOSTS = ("sally", "lucy")
MEMBERS = ("maria", "tom", "aisha", "ben", "chloe", "dev")
PATIENCE = 25.0
"""Seconds that somebody waits for what the bot tells them before they try again."""

IDENTIFYING = ("write to ann.smith@example.org about it", "the NHS number was 943 476 5919", "ring me on 01632 960123 then")


@dataclass(slots=True)
class Told:
    """A promise of the bot's about somebody's privacy, and when they had it."""

    what: str
    at: datetime
    asked_at: datetime
    channel: str
    about: Entry | None = None


@dataclass(slots=True)
class Somebody:
    """One person: what they said, and what they were promised. ``tried`` are the acts of privacy that they ever tried, and when."""

    id: str
    name: str
    said: list[Entry] = field(default_factory=list)
    promises: list[Told] = field(default_factory=list)
    tried: list[tuple[str, datetime]] = field(default_factory=list)
    deletions: list[tuple[Entry, Delivery]] = field(default_factory=list)
    edits: list[tuple[Entry, str, datetime]] = field(default_factory=list)

    @property
    def acts(self) -> set[str]:
        """What they ever tried to do for their privacy."""
        return {verb for verb, _ in self.tried}

    @property
    def person(self) -> Person:
        """Their account."""
        return Person(NAME, self.id)


class People:
    """Everybody in one seed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._harbour: Harbour = world.harbour
        self._random: Random = world.part()
        self._marks = 0
        self.everybody = {id: Somebody(id, f"{id.capitalize()} {self.mark()}") for id in (*HOSTS, *MEMBERS)}
        self.confirmed: list[Planned] = []

    def mark(self) -> str:
        """A word that nobody else ever says."""
        self._marks += 1
        return f"mk{self._random.getrandbits(40):010x}x{self._marks}"

    def arrive(self) -> None:
        """Everybody joins every channel of this seed."""
        for somebody in self.everybody.values():
            self._harbour.names[somebody.person] = somebody.name
            for chat in self._world.scenario.chats:
                self._harbour.join(somebody.person, chat.place, somebody.name)

    # What hosts do.

    async def hold(self, chat: Planned) -> None:
        """Plan a chat, and steer it now and then until it is over."""
        harbour, random = self._harbour, self._random
        begins = harbour.time() + chat.wait
        host = self.everybody[chat.hosts[0]]
        if not await self._plan(chat, host, begins):
            return
        self.confirmed.append(chat)
        await self._once_in_a_while(chat, begins)
        for _ in range(random.choice((0, 2, 4, 8))):
            await self._sleep(random.uniform(0, 2) * (chat.ends - chat.wait) / 8)
            if harbour.time() > begins + (chat.ends - chat.wait):
                return
            await self._steer(chat, self.everybody[random.choice(chat.hosts)])

    async def _plan(self, chat: Planned, host: Somebody, begins: datetime) -> bool:
        local = begins.astimezone(ZoneInfo("Europe/London"))
        others = ",".join(self.everybody[id].id for id in chat.hosts[1:])
        wish = f"schedule set={chat.question_set} date={local:%Y-%m-%d} time={local:%H:%M}" + (f" with={others}" if others else "")
        for _ in range(8):
            draft = await self.cop(host, chat.place, wish)
            button = button_of(draft, "draft-confirm")
            if button is not None and await self._confirm(chat, host, button):
                return True
            await asyncio.sleep(10)
        return False

    async def _confirm(self, chat: Planned, host: Somebody, button: Button) -> bool:
        for _ in range(5):
            told = words(await self.press(host, chat.place, button))
            if "Confirmed" in told or "not waiting any more" in told or "planned already" in told:
                return True
            if "has passed" in told:
                return False
        return False

    async def _once_in_a_while(self, chat: Planned, begins: datetime) -> None:
        """Before it begins: some are moved or called off, some begin early."""
        random = self._random
        host = self.everybody[chat.hosts[0]]
        await self._sleep(chat.wait * random.uniform(0.1, 0.8))
        drawn = random.random()
        if drawn < 0.08:
            later = (begins + timedelta(minutes=random.choice((5, 15)))).astimezone(ZoneInfo("Europe/London"))
            told = await self.cop(host, chat.place, f"reschedule date={later:%Y-%m-%d} time={later:%H:%M}")
            await self._press_if(host, chat.place, told, "move-confirm")
        elif drawn < 0.13:
            told = await self.cop(host, chat.place, "cancel")
            await self._press_if(host, chat.place, told, "cancel-confirm")
        elif drawn < 0.2:
            told = await self.cop(host, chat.place, "start")
            await self._press_if(host, chat.place, told, "start")
        await self._sleep(begins - self._harbour.time())

    async def _steer(self, chat: Planned, host: Somebody) -> None:
        random = self._random
        panel = self._panel(chat)
        action = random.choices(("next", "pause", "resume", "extend", "skip", "ask", "hush", "close"), weights=(6, 4, 4, 3, 1, 2, 1, 0.5))[
            0
        ]
        button = panel.button(action) if panel is not None else None
        if button is not None and action not in {"ask", "close"} and random.random() < 0.6:
            await self.press(host, panel.place if panel else chat.place, button, panel.id if panel else None)
        else:
            text = {"ask": f"ask And what about {self.mark()}?", "extend": "extend 5"}.get(action, action)
            told = await self.cop(host, chat.place, text)
            for follows in ("close-confirm", "extend-later", "next"):
                await self._press_if(host, chat.place, told, follows)
        if action == "pause":
            await asyncio.sleep(random.uniform(10, 400))
            for _ in range(6):
                if words(await self.cop(host, chat.place, "resume")):
                    break

    def _panel(self, chat: Planned) -> Entry | None:
        place = chat.backstage or Place(NAME, f"@{chat.hosts[0]}")
        found = [entry for entry in self._harbour.seen(place) if "(chat " in entry.text]
        return found[-1] if found else None

    # What members do.

    async def chatter(self, chats: Sequence[Planned], times: int, until: datetime) -> None:
        """Somebody does something, again and again; more often while chats are going on."""
        random = self._random
        start = self._harbour.time()
        chosen = random.choices(chats, k=times)
        moments = [(start + chat.wait + (chat.ends - chat.wait) * random.uniform(-0.05, 1.1), chat) for chat in chosen]
        acts: list[asyncio.Task[None]] = []
        for moment, chat in sorted(moments, key=lambda one: one[0]):
            await self._sleep(min(moment, until) - self._harbour.time())
            acts.append(self._world.loop.create_task(self._act(chat)))
        await asyncio.gather(*acts)

    async def _act(self, chat: Planned) -> None:
        random = self._random
        somebody = self.everybody[random.choice(MEMBERS)]
        acts = (self._talk, self._change, self._delete, self._be_private, self._use_menu, self._attend)
        act = random.choices(acts, weights=(14, 3, 2, self._world.scenario.secrecy, 1, 1))[0]
        await act(chat, somebody)

    async def _talk(self, chat: Planned, somebody: Somebody) -> None:
        random = self._random
        threads = self.threads(chat)
        text = self.mark() if random.random() < 0.9 else f"{random.choice(IDENTIFYING)} {self.mark()}"
        if threads and random.random() < 0.75:
            place = random.choice(threads).thread or chat.place
        else:
            place = chat.place
            text = f"A{random.randint(1, 4)} {text}" if random.random() < 0.6 else text
        somebody.said.append(self._harbour.say(somebody.person, place, text))

    async def _change(self, chat: Planned, somebody: Somebody) -> None:
        entry = self._one_of(chat, somebody)
        if entry is not None:
            before, mark = entry.text, self.mark()
            label = entry.text.split()[0] + " " if entry.text.startswith("A") else ""
            self._harbour.edit(entry, f"{label}better said {mark}")
            somebody.edits.append((entry, before, self._harbour.time()))

    async def _delete(self, chat: Planned, somebody: Somebody) -> None:
        entry = self._one_of(chat, somebody)
        if entry is not None:
            somebody.deletions.append((entry, self._harbour.remove(entry)))

    async def _be_private(self, chat: Planned, somebody: Somebody) -> None:
        verb = self._random.choices(
            ("off-record", "on-record", "privacy text=off", "privacy text=on", "privacy activity=off", "privacy activity=on", "forget-me"),
            weights=(5, 3, 2, 2, 1, 1, 1),
        )[0]
        asked_at = self._harbour.time()
        somebody.tried.append((verb, asked_at))
        told = await self.cop(somebody, chat.place, verb)
        if verb == "forget-me":
            told = await self._press_if(somebody, chat.place, told, "forget-me-1")
            told = await self._press_if(somebody, chat.place, told, "forget-me-2")
        if is_done(verb, told):
            somebody.promises.append(Told(verb, self._harbour.time(), asked_at, chat.channel))

    async def _use_menu(self, chat: Planned, somebody: Somebody) -> None:
        entry = self._one_of(chat, somebody)
        if entry is None:
            return
        asked_at = self._harbour.time()
        somebody.tried.append(("erase", asked_at))
        told = await self.cop(somebody, entry.place, "off-record", on=entry)
        if words(told) and "not yours" not in words(told):
            somebody.promises.append(Told("erase", self._harbour.time(), asked_at, chat.channel, entry))

    async def _attend(self, chat: Planned, somebody: Somebody) -> None:
        posts = [entry for entry in self._harbour.seen(chat.place) if entry.button("listening") or entry.button("reflect-on")]
        if posts:
            post = self._random.choice(posts)
            button = post.button("listening") or post.button("reflect-on")
            if button is not None:
                await self.press(somebody, chat.place, button, post.id)

    def threads(self, chat: Planned) -> list[Entry]:
        """Questions that stand in the channel with a thread of their own."""
        return [entry for entry in self._harbour.seen(chat.place) if entry.thread is not None]

    def _one_of(self, chat: Planned, somebody: Somebody) -> Entry | None:
        own = [entry for entry in somebody.said if entry.place.channel == chat.channel and not entry.removed]
        return self._random.choice(own) if own else None

    # How people and the bot talk.

    async def cop(self, somebody: Somebody, place: Place, text: str, on: Entry | None = None) -> Reply | None:
        """Type a command; what the bot tells in return, if it does in time."""
        return await self._answer_to(self._harbour.command(somebody.person, place, text, on))

    async def press(self, somebody: Somebody, place: Place, button: Button, message: str | None = None) -> Reply | None:
        """Press a button; what the bot tells in return, if it does in time."""
        return await self._answer_to(self._harbour.press(somebody.person, place, button, message))

    async def _press_if(self, somebody: Somebody, place: Place, told: Reply | None, action: str) -> Reply | None:
        button = button_of(told, action)
        return await self.press(somebody, place, button) if button is not None else None

    async def _answer_to(self, interaction: Interaction) -> Reply | None:
        for _ in range(int(PATIENCE)):
            await asyncio.sleep(1)
            reply = self._harbour.told_for(interaction)
            if reply is not None:
                return reply
        return None

    async def _sleep(self, time: timedelta) -> None:
        await asyncio.sleep(max(time.total_seconds(), 0))


def words(reply: Reply | None) -> str:
    """What a reply says."""
    return reply.message.text if isinstance(reply, Private) else ""


def button_of(reply: Reply | None, action: str) -> Button | None:
    """The reply's button that does this."""
    buttons = reply.message.buttons if isinstance(reply, Private) else ()
    return next((one for one in buttons if one.action == action), None)


def is_done(verb: str, told: Reply | None) -> bool:
    """Whether the bot said that it did what was asked."""
    said = words(told)
    signs = {"off-record": "off the record in", "on-record": "", "forget-me": "You are forgotten"}
    return bool(said) and signs.get(verb, "") in said and "privacy-no-chat" not in said
