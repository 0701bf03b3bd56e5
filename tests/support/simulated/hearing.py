"""Invariants of what the bot hears: every response that may be recorded is, once, and nothing else is anywhere in the database."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from simulated.books import Books, Row, Violated
from simulated.people import Somebody, Told
from simulated.scenario import CHANNELS

from copbot.domain.identifiers import find
from copbot.domain.response import MessageKey
from copbot.testing.simulation.harbour import Entry

LABEL = re.compile(r"A(\d) ")
KEEPS = {"quay": "with_notice", "mole": "never", "dock": "with_consent"}
LONG_BEFORE = timedelta(hours=22)
SURE = timedelta(seconds=90)
"""Less than this before or after a border of what is kept, either will do: events are late, and clocks wrong."""


def check(books: Books) -> None:
    """All of them. Raises Violated."""
    _each_once(books)
    _counted(books)
    for somebody in books.people.everybody.values():
        for entry in somebody.said:
            _recorded(books, somebody, entry)
            _nothing_forbidden(books, somebody, entry)
    _nothing_but_what_stands_there(books)


def _each_once(books: Books) -> None:
    seen: set[tuple[object, object]] = set()
    for row in books.responses:
        if row["message"] is None:
            continue
        address = (row["message"], row["asked"])
        if address in seen:
            raise Violated("each response once", f"{address}")
        seen.add(address)


def _counted(books: Books) -> None:
    for counters in books.counters:
        rows = [row for row in books.responses if row["asked"] == counters["asked"] and row["role"] not in {"host", "co_host"}]
        if counters["messages"] != len(rows):
            raise Violated("counters agree with responses", f"question {counters['asked']}: {counters['messages']}, not {len(rows)}")


def _rows_of(books: Books, entry: Entry) -> list[Row]:
    key = MessageKey(entry.place.platform, entry.place.channel, entry.id)
    return [row for row in books.responses if (row["platform"], row["channel"], row["message"]) == (key.platform, key.channel, key.message)]


def _recorded(books: Books, somebody: Somebody, entry: Entry) -> None:
    """Whatever somebody said who asked for no privacy is recorded as it stands there, in its question."""
    if somebody.acts or entry.removed:
        return
    for asked in _questions_of(books, entry):
        chat = books.chats[asked["chat"]]
        if not _is_for_the_record(books, chat, asked, somebody, entry):
            continue
        rows = [row for row in _rows_of(books, entry) if row["asked"] == asked["id"]]
        if len(rows) != 1:
            raise Violated("responses recorded are responses visible", f"{entry.id} “{entry.text}” has {len(rows)} rows")
        expected = entry.text if _text_is_kept(chat, entry) else None
        if rows[0]["text"] != expected:
            raise Violated("responses recorded are responses visible", f"{entry.id} “{entry.text}” is kept as {rows[0]['text']!r}")


def _questions_of(books: Books, entry: Entry) -> Iterator[Row]:
    for asked in books.asked.values():
        if asked["root_channel"] != entry.place.channel:
            continue
        label = LABEL.match(entry.text)
        if entry.place.thread is not None:
            if entry.place.thread in {asked["root_thread"], asked["root_message"]}:
                yield asked
        elif label is not None and asked["number"] == int(label[1]):
            yield asked


def _is_for_the_record(books: Books, chat: Row, asked: Row, somebody: Somebody, entry: Entry) -> bool:
    """Whether there can be no doubt: said after the notice, while the chat was on, with time to read it in history."""
    sure = SURE + books.world.clock.furthest
    members = [one for one in books.members.values() if one["person"] == somebody.id and one["community"] == chat["community"]]
    noticed = [one for one in (chat["noticed_at"], *(member["noticed_at"] for member in members)) if one is not None]
    begun = [asked["asked_at"], chat["opened_at"] or chat["starts_at"]]
    if not noticed or entry.at < max(min(noticed), *begun) + sure:
        return False
    if chat["state"] in {"open", "closing"}:
        return True
    settled = [step["done_at"] for step in books.steps if step["chat"] == chat["id"] and step["does"] == "settle" and step["done_at"]]
    return bool(settled) and entry.changed_at < min(settled) - LONG_BEFORE


def _text_is_kept(chat: Row, entry: Entry) -> bool:
    return KEEPS[chat["community"]] == "with_notice" and not find(entry.text)


def _nothing_but_what_stands_there(books: Books) -> None:
    for row in books.responses:
        entry = books.harbour.entries.get(row["message"] or "")
        if entry is None or books.chats[row["chat"]]["state"] == "closed":
            continue
        if entry.removed:
            raise Violated("responses recorded are responses visible", f"{entry.id} was deleted and has a row")
        if row["text"] is not None and row["text"] != entry.text:
            raise Violated("responses recorded are responses visible", f"{entry.id} “{entry.text}” is kept as {row['text']!r}")


def _nothing_forbidden(books: Books, somebody: Somebody, entry: Entry) -> None:
    for number, text in enumerate(entry.texts):
        why = _forbidden(books, somebody, entry, number)
        mark = text.split()[-1]
        if why and mark.encode() in books.content:
            raise Violated("nothing that may not be kept is in the database", f"{why}: {entry.id} “{text}” of {somebody.id}")


def _forbidden(books: Books, somebody: Somebody, entry: Entry, number: int) -> str:
    """Why this version's words must be nowhere; empty if they may be somewhere."""
    community = CHANNELS[entry.place.channel]
    if KEEPS[community] == "never":
        return "nothing is kept here"
    if KEEPS[community] == "with_consent" and "privacy text=on" not in somebody.acts:
        return "no consent"
    if find(entry.texts[number]):
        return "it may identify somebody"
    if _is_settled(books, entry) and (entry.removed or number < len(entry.texts) - 1):
        return "deleted" if entry.removed else "edited since"
    for told in somebody.promises:
        if told.channel == entry.place.channel or (told.what in PERSONAL and CHANNELS[told.channel] == community):
            why = _promised(books, somebody, told, entry)
            if why:
                return why
    return ""


PERSONAL = ("privacy text=off", "privacy activity=off", "forget-me")


def _is_settled(books: Books, entry: Entry) -> bool:
    """Whether the bot had the time to read in history what became of the message."""
    chats = [chat for chat in books.chats.values() if chat["place_channel"] == entry.place.channel and chat["state"] in {"open", "closing"}]
    return bool(chats)


def _promised(books: Books, somebody: Somebody, told: Told, entry: Entry) -> str:
    sure = SURE + books.world.clock.furthest
    match told.what:
        case "erase":
            return "erased by its author" if told.about is entry else ""
        case "off-record":
            said_after = entry.at > told.at + books.world.clock.furthest
            return "off the record" if said_after and not _revoked(somebody, told, "on-record", entry.at, sure) else ""
        case "privacy text=off" | "privacy activity=off":
            if told.what == "privacy text=off" and entry.changed_at < told.asked_at - sure:
                return "text switched off"
            back = "privacy text=on" if told.what == "privacy text=off" else "privacy activity=on"
            return "switched off" if entry.at > told.at + sure and not _revoked(somebody, told, back, entry.changed_at, sure) else ""
        case "forget-me":
            return "forgotten" if entry.changed_at < told.asked_at - sure else ""
        case _:
            return ""


def _revoked(somebody: Somebody, told: Told, verb: str, before: datetime, sure: timedelta) -> bool:
    """Whether they may have changed their mind between the promise and what they said."""
    return any(tried == verb and told.asked_at - sure - timedelta(minutes=10) < at < before + sure for tried, at in somebody.tried)
