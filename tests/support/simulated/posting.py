"""Invariants of what the bot posts: nothing lost, nothing doubled, in order, and hosts told of what could not be."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from simulated.books import Books, Row, Violated
from simulated.scenario import QUESTIONS, Planned

from copbot.domain.step import Fate, StepState, Verb
from copbot.services import panel
from copbot.services.outgoing import TELLS_HOSTS

MAY_STAND_THERE = "it may stand there"
SHOWS = (Verb.POST, Verb.OPEN_THREAD)
LATE = timedelta(minutes=2)
SAYS_SOMETHING = frozenset(
    {
        "announce",
        "reading",
        "remind",
        "host_checklist",
        "welcome",
        "welcome_series",
        "introduce",
        "say",
        "close",
        "draft_transcript",
        "nudge_summary",
        "draft_weave",
    }
)
"""Steps that always put a message on its way, under the step's own key."""


def check(books: Books) -> None:
    """All of them. Raises Violated."""
    if books.world.faults:
        raise Violated("copbot makes no fault of its own", books.world.faults[0])
    _once(books)
    _in_order(books)
    _as_marked(books)
    _as_last_edited(books)
    _everything_ends(books)
    _what_is_done_has_its_rows(books)
    _hosts_are_told(books)
    for planned in books.people.confirmed:
        _held(books, planned)


def _once(books: Books) -> None:
    for key, entries in books.visible().items():
        if len(entries) > 1:
            raise Violated("one visible post for each outbox row", f"{key} stands there {len(entries)} times")


def _in_order(books: Books) -> None:
    ids = {row["key"]: row["id"] for row in books.outbox}
    for lane in {row["lane"] for row in books.outbox}:
        keys = {row["key"] for row in books.outbox if row["lane"] == lane}
        shown = sorted((entry for entry in books.harbour.entries.values() if entry.key in keys), key=lambda entry: entry.number)
        order = [ids[entry.key] for entry in shown]
        if order != sorted(order):
            raise Violated("order in each place", f"{lane}: {[entry.key for entry in shown]}")


def _as_marked(books: Books) -> None:
    visible = books.visible()
    for row in books.outbox:
        if row["verb"] not in SHOWS:
            continue
        stands = bool(visible.get(row["key"]))
        if row["fate"] is Fate.SENT and not stands:
            raise Violated("what is marked as sent was sent", f"{row['key']} is nowhere")
        if stands and row["fate"] is not Fate.SENT and MAY_STAND_THERE not in row["trouble"]:
            raise Violated("what stands there is marked as sent", f"{row['key']} is {row['fate']}: {row['trouble']}")
    known = {row["key"] for row in books.outbox}
    for key in visible:
        if key not in known and not _may_be_deleted(key):
            raise Violated("what stands there has a row", key)


def _may_be_deleted(key: str) -> bool:
    """Rows of private messages go with the person who is forgotten."""
    return not key.partition(":")[0].isdecimal() or "@" in key or ":identifier:" in key


def _as_last_edited(books: Books) -> None:
    """As the last edit that was sent left it, or a later one of which nobody knows whether it was done.

    Of a panel whose last change was refused, nobody can say any more what it read when the one before left.
    """
    last: dict[str, list[str]] = {}
    for row in books.outbox:
        if row["verb"] is Verb.EDIT and row["fate"] is Fate.SENT:
            last[row["edits"]] = [_words_of(books, row)]
        elif row["purpose"] == panel.KEY and row["fate"] is Fate.FAILED:
            last.pop(row["edits"], None)
        elif row["edits"] in last and MAY_STAND_THERE in row["trouble"]:
            last[row["edits"]].append(_words_of(books, row))
    visible = books.visible()
    for key, texts in last.items():
        for entry in visible.get(key, []):
            if entry.text not in texts:
                raise Violated("a message reads as it was last edited", f"{key} is not as its last edit left it")


def _words_of(books: Books, row: Row) -> str:
    """A panel is written when its change leaves: the last change shows the chat as it is."""
    if row["purpose"] == panel.KEY:
        return books.panels[row["chat"]]
    text: str = row["message"].text
    return text


def _everything_ends(books: Books) -> None:
    now = books.world.clock.now()
    for row in books.outbox:
        if row["fate"] in {Fate.PENDING, Fate.LEASED, Fate.UNCLEAR} and row["due_at"] < now - LATE:
            raise Violated("every row ends", f"{row['key']} is {row['fate']}, due {row['due_at']}: {row['trouble']}")
    for step in books.steps:
        chat = books.chats[step["chat"]]
        if step["state"] is StepState.DUE and step["due_at"] < now - LATE and chat["paused_at"] is None:
            raise Violated("every step ends", f"{step['key']} of chat {chat['id']} is due since {step['due_at']}")


def _what_is_done_has_its_rows(books: Books) -> None:
    keys = {row["key"].partition("@")[0] for row in books.outbox}
    asked = {(row["chat"], row["number"]) for row in books.asked.values()}
    for step in books.steps:
        if step["state"] is not StepState.DONE:
            continue
        row = f"{step['chat']}:{step['key'].partition('@')[0]}"
        lacks = step["does"] in SAYS_SOMETHING and row not in keys
        if lacks or (step["does"] == "ask" and (step["chat"], step["number"]) not in asked):
            raise Violated("what is done has its rows", f"{step['key']} of chat {step['chat']} has none")


def _hosts_are_told(books: Books) -> None:
    """What could not be posted, or was not even tried, is said backstage, ready to be pasted."""
    for row in books.outbox:
        if (
            row["fate"] in {Fate.FAILED, Fate.EXPIRED}
            and row["purpose"] in TELLS_HOSTS
            and row["verb"] in SHOWS
            and row["chat"] is not None
        ):
            _expect_told(books, row["chat"], f"trouble:{row['id']}", row["message"].text)
    for step in books.steps:
        if step["state"] is StepState.EXPIRED and not _was_asked_which(books, step):
            _expect_told(books, step["chat"], f"expired:{step['key']}", "")


def _was_asked_which(books: Books, step: Row) -> bool:
    rows = (row for row in books.outbox if row["chat"] == step["chat"] and row["purpose"] == "missed")
    return step["does"] == "ask" and any(f"Q{step['number']} " in row["message"].text for row in rows)


def _expect_told(books: Books, chat: int, about: str, words: str) -> None:
    telling = _telling(books, chat, about)
    if not telling:
        raise Violated("hosts are told of what failed", f"nobody was told of {chat}:{about}")
    for row in telling:
        if row["fate"] is Fate.FAILED and not _was_told(books, telling):
            told = "; ".join(f"{one['key']} {one['fate']} {one['trouble']}" for one in telling)
            raise Violated("hosts are told of what failed", told)
        if _plain(words) not in _plain(row["message"].text):
            raise Violated("hosts get the words to paste", f"{row['key']} does not hold them")


def _telling(books: Books, chat: int, about: str) -> list[Row]:
    """The rows that tell hosts of something: to their channel, or to each of them."""
    key = f"{chat}:{about}"
    return [row for row in books.outbox if row["key"] == key or row["key"].startswith(f"{key}@")]


def _plain(text: str) -> str:
    return " ".join(text.replace(">", " ").split())


def _was_told(books: Books, telling: Iterable[Row]) -> bool:
    """What the hosts' channel or one of the hosts did not get went to at least one host in private. Where nothing can be looked up, it may
    have, and nobody can do more.
    """
    blind = books.world.scenario.weather.blind
    return any(one["fate"] is Fate.SENT or (blind and MAY_STAND_THERE in one["trouble"]) for one in telling)


def _held(books: Books, planned: Planned) -> None:
    """A chat that was confirmed is there once; each of its questions was asked once, or the hosts know why not."""
    chats = books.chats_of(planned)
    if len(chats) != 1:
        raise Violated("a chat that was confirmed is kept", f"{planned.channel}: {len(chats)} chats")
    [chat] = chats
    asked = list(_titles(books, planned))
    for number in range(1, QUESTIONS[planned.kind] + 1):
        times = sum(title.startswith(f"Q{number} ") for title in asked)
        if times > 1:
            raise Violated("each question once", f"Q{number} of {planned.channel} was asked {times} times")
        if times == 0 and chat["state"] in {"closing", "closed"} and not _is_accounted_for(books, chat, number):
            raise Violated("no question is lost", f"Q{number} of {planned.channel}")


def _titles(books: Books, planned: Planned) -> Iterator[str]:
    return (entry.title for entry in books.harbour.seen(planned.place) if entry.title)


def _is_accounted_for(books: Books, chat: Row, number: int) -> bool:
    steps = [step for step in books.steps if step["chat"] == chat["id"] and step["key"] == f"ask:{number}"]
    if _is_left_out(steps) or any(f"Q{number}" in entry.text or f"ask:{number}" in entry.text for entry in books.backstage(chat)):
        return True
    asks = [row for row in books.outbox if row["key"] == f"{chat['id']}:ask:{number}" and row["fate"] in {Fate.FAILED, Fate.EXPIRED}]
    return any(_was_told(books, _telling(books, chat["id"], f"trouble:{row['id']}")) for row in asks)


def _is_left_out(steps: Iterable[Row]) -> bool:
    return any(step["state"] in {StepState.SKIPPED, StepState.CANCELLED} for step in steps)
