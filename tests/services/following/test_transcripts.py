import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from copbot.domain.chat import Chat
from copbot.domain.consent import Consent, Scope
from copbot.domain.message import Private
from copbot.domain.transcript import Gap, Transcript
from copbot.services import gaps, transcripts

if TYPE_CHECKING:
    from .conftest import World


def collect(world: "World", chat: Chat) -> Transcript:
    with world.desk() as desk:
        return transcripts.collect(desk, chat)


def quote(world: "World", name: str, state: str) -> None:
    with world.desk() as desk:
        desk.uow.consents.add([Consent(world.member(desk, name).id, Scope.QUOTE, state, world.now, "privacy")])


def lines(transcript: Transcript, section: int = 0) -> list[tuple[str, str, str]]:
    return [(line.author, line.to, line.text) for line in transcript.sections[section].lines]


def test_people_are_named_as_they_chose_and_words_shown_as_they_were_kept(world: "World") -> None:
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    for name, state in (("Maria", "named"), ("Ben", "no_name"), ("Ann", "never")):
        quote(world, name, state)
    first = world.answered(chat, asked, "Maria", "Yes")
    world.answered(chat, asked, "Sally", "Thank you", replies_to=first.member)
    world.answered(chat, asked, "Ben", "No")
    world.answered(chat, asked, "Zoe", "Perhaps")
    world.answered(chat, asked, "Ann", "Not for quoting")
    world.answered(chat, asked, "Tom", None)
    found = collect(world, chat)
    assert lines(found) == [("Maria", "", "Yes"), ("Sally", "Maria", "Thank you"), ("Member 1", "", "No"), ("Member 2", "", "Perhaps")]
    assert found.sections[0].untold == 2
    assert found.hosts == ("Sally", "Lucy")
    assert [line.is_host for line in found.sections[0].lines] == [False, True, False, False]


def test_a_mention_by_account_gives_nobody_away(world: "World") -> None:
    """Some platforms write whom somebody mentions as an account in the message."""
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    world.answered(chat, asked, "Ben", "No")
    zoe = world.answered(chat, asked, "Zoe", "Perhaps")
    with world.desk() as desk:
        desk.uow.members.save(desk.uow.members.many([zoe.member])[zoe.member]._replace(name="Z. Zuse"))
    world.answered(chat, asked, "Ben", "@zoe why not?")
    assert lines(collect(world, chat))[-1] == ("Member 1", "", "@Member 2 why not?")


def test_sections_follow_the_questions_and_a_second_half_counts_once_it_was_asked(world: "World") -> None:
    chat = world.open_chat()
    world.ask(chat, 1)
    world.at(30)
    third = world.ask(chat, 3)
    assert [(section.label, section.part_b) for section in collect(world, chat).sections] == [("Q1", ""), ("Q3", "")]
    with world.desk() as desk:
        found = desk.uow.questions.get(third.id)
        assert found is not None
        desk.uow.questions.save(replace(found, part_b_at=world.now))
    assert collect(world, chat).sections[1].part_b == "And how could we overcome them?"


def test_the_bot_s_own_further_questions_stand_where_they_came(world: "World") -> None:
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    world.at(4)
    world.tick()
    world.deliver()
    world.at(5)
    world.answered(chat, asked, "Ben", "Yes")
    assert lines(collect(world, chat)) == [("copbot", "", "Yes, no and 'not sure' all count."), ("Member 1", "", "Yes")]


def test_under_the_chatham_house_rule_there_are_no_names_and_no_times(world: "World") -> None:
    world.community = replace(world.community, privacy=replace(world.community.privacy, chatham_house=True))
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    quote(world, "Maria", "named")
    first = world.answered(chat, asked, "Maria", "Yes")
    world.answered(chat, asked, "Sally", "Thank you", replies_to=first.member)
    found = collect(world, chat)
    assert found.hosts == ()
    assert lines(found) == [("A member", "", "Yes"), ("A member", "", "Thank you")]
    assert [line.at for line in found.sections[0].lines] == [None, None]
    assert not any(line.is_host for line in found.sections[0].lines)


class TestGaps:
    """Minutes of the chat in which nothing could be heard; each place of it has its own."""

    def test_they_are_stated_once_wherever_they_were(self, world: "World") -> None:
        chat = world.open_chat()
        thread = chat.place._replace(thread="t1")
        with world.desk() as desk:
            gaps.note(desk, chat, thread, minute(world, 9), minute(world, 10))
            gaps.note(desk, chat, chat.place, minute(world, 0), minute(world, 3))
            gaps.note(desk, chat, thread, minute(world, 2), minute(world, 4))
        assert collect(world, chat).gaps == (Gap(minute(world, 0), minute(world, 4)), Gap(minute(world, 9), minute(world, 10)))

    def test_a_whole_reading_of_the_same_place_fills_them(self, world: "World") -> None:
        chat = world.open_chat()
        thread = chat.place._replace(thread="t1")
        with world.desk() as desk:
            gaps.note(desk, chat, thread, minute(world, 0), minute(world, 3))
            for place, since, until in ((chat.place, 0, 9), (thread, 1, 9), (thread, 0, 2)):
                gaps.fill(desk, chat, place, minute(world, since), minute(world, until))
        assert collect(world, chat).gaps == (Gap(minute(world, 0), minute(world, 3)),)
        with world.desk() as desk:
            gaps.fill(desk, chat, thread, minute(world, 0), minute(world, 3))
        assert collect(world, chat).gaps == ()

    def test_those_noted_before_places_were_stay(self, world: "World") -> None:
        chat = world.open_chat()
        with world.desk() as desk:
            desk.uow.facts.put(f"gaps:{chat.id}", json.dumps([[minute(world, 0).isoformat(), minute(world, 3).isoformat()]]))
            gaps.fill(desk, chat, chat.place, minute(world, 0), minute(world, 9))
        assert collect(world, chat).gaps == (Gap(minute(world, 0), minute(world, 3)),)


def minute(world: "World", number: int) -> datetime:
    return world.now + timedelta(minutes=number)


def test_a_host_gets_it_as_a_file(world: "World") -> None:
    chat = world.open_chat()
    asked = world.ask(chat, 1)
    world.answered(chat, asked, "Maria", "Yes, <b>I</b> do")
    world.answered(chat, asked, "Tom", None)
    reply = world.command("Sally", "transcript", chat=chat)
    assert isinstance(reply, Private)
    assert "1 message, and 1 response whose words were not kept" in reply.message.text
    (file,) = reply.message.files
    assert file.name == "2018-01-31-thinking-together.md"
    assert "**Member 1**: Yes, \\<b\\>I\\</b\\> do" in file.content.decode()
