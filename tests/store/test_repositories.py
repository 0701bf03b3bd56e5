"""What the repositories promise, beyond giving back what they were given."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from copbot.domain.chat import Act, AskedQuestion, Attendance, Chat, Coming, Counters, Pin, Role, RoleInChat, State
from copbot.domain.consent import OFF, ON, Consent, IdentifierEvent, OffTheRecord, Scope
from copbot.domain.facilitation import Decision, Restraint, Suggestion, SuggestionState
from copbot.domain.follow_up import Commitment, FollowUp, FollowUpState, Outcome, Reflection, ReflectPreference, Stage
from copbot.domain.member import Member
from copbot.domain.place import Person, Place, Posted
from copbot.domain.response import Kind, MessageKey, WordsBand
from copbot.domain.step import Step, StepState
from copbot.ports.store import UnitOfWork
from copbot.store.store import SqlStore
from copbot.testing.values import HERE, START, a_chat, a_member, a_response, an_asked_question

MINUTE = timedelta(minutes=1)
KEYS = [MessageKey("room", "slt", f"m{n}") for n in range(1_200)]


@pytest.fixture
def uow(db: SqlStore) -> Iterator[UnitOfWork]:
    with db.transaction() as uow:
        yield uow


@pytest.fixture
def chat(uow: UnitOfWork) -> Chat:
    return uow.chats.add(a_chat())


@pytest.fixture
def asked(uow: UnitOfWork, chat: Chat) -> AskedQuestion:
    return uow.questions.add(an_asked_question(chat.id))


@pytest.fixture
def ada(uow: UnitOfWork) -> Member:
    return uow.members.add([a_member("Ada")])[0]


class TestChats:
    """Chats and what belongs to them."""

    def test_saving_replaces(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        changed = replace(chat, state=State.CLOSED, place=Place("room", "slt", "t"), created_by=ada.id, closed_at=START, change=3)
        other = uow.chats.add(a_chat())
        uow.chats.save(changed)
        assert uow.chats.get(chat.id) == changed
        assert uow.chats.get(other.id) == other
        assert uow.chats.get(99) is None

    def test_by_state_and_community_in_order_of_start(self, uow: UnitOfWork, chat: Chat) -> None:
        earlier = uow.chats.add(a_chat(State.PLANNED, starts_at=START - MINUTE))
        elsewhere = uow.chats.add(replace(a_chat(), community="ot"))
        uow.chats.add(a_chat(State.CLOSED))
        assert uow.chats.in_states([State.OPEN, State.PLANNED]) == [earlier, chat, elsewhere]
        assert uow.chats.in_states([State.OPEN, State.PLANNED], "slt") == [earlier, chat]
        assert uow.chats.in_states([]) == []

    def test_by_place_threads_are_ignored(self, uow: UnitOfWork, chat: Chat) -> None:
        other = uow.chats.add(a_chat(place=Place("room", "ot"), starts_at=START - MINUTE))
        uow.chats.add(a_chat(place=Place("slack", "slt")))
        assert uow.chats.in_places([Place("room", "slt", "t"), Place("room", "ot")], [State.OPEN]) == [other, chat]
        assert uow.chats.in_places([HERE], [State.PLANNED]) == []

    def test_locking_gives_them_sorted(self, uow: UnitOfWork, chat: Chat) -> None:
        other = uow.chats.add(a_chat())
        assert uow.chats.lock([other.id, chat.id, 99]) == [chat, other]

    def test_only_drafts_can_be_deleted_with_all_that_is_theirs(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        draft = uow.chats.add(a_chat(State.DRAFT))
        uow.chats.set_role(RoleInChat(draft.id, ada.id, Role.HOST))
        uow.steps.add([Step(0, draft.id, "ask:1", "ask", START)])
        for one in (draft, chat):
            uow.chats.delete_draft(one.id)
        assert (uow.chats.get(draft.id), uow.chats.get(chat.id)) == (None, chat)
        assert (uow.chats.roles([draft.id]), uow.steps.of(draft.id)) == ([], [])
        assert uow.chats.add(a_chat()).id > draft.id

    def test_one_role_a_member(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        (ben,) = uow.members.add([a_member("Ben")])
        uow.chats.set_role(RoleInChat(chat.id, ada.id, Role.GUEST))
        uow.chats.set_role(RoleInChat(chat.id, ben.id, Role.GUEST))
        uow.chats.set_role(RoleInChat(chat.id, ada.id, Role.HOST))
        assert uow.chats.roles([chat.id]) == [RoleInChat(chat.id, ada.id, Role.HOST), RoleInChat(chat.id, ben.id, Role.GUEST)]

    def test_a_later_choice_to_attend_replaces(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        coming = Attendance(chat.id, ada.id, Coming.COMING, START)
        listening = replace(coming, coming=Coming.LISTENING, at=START + MINUTE)
        assert [uow.chats.attend(one) for one in (coming, coming, listening)] == [True, False, True]
        assert uow.chats.attendance(chat.id) == [listening]

    def test_the_last_act(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        assert uow.chats.last_act(chat.id) is None
        acts = [Act(chat.id, ada.id, "next", str(n), START) for n in range(2)]
        for act in acts:
            uow.chats.did(act)
        assert uow.chats.last_act(chat.id) == acts[1]

    def test_a_message_is_pinned_once(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        pin = Pin(chat.id, Posted(HERE, "m1"), ada.id, START)
        uow.chats.pin(pin)
        uow.chats.pin(pin)
        assert uow.chats.pins(chat.id) == [pin]


class TestPlans:
    """Steps, editions, facts and interactions."""

    def test_due_steps_of_chats_that_run(self, uow: UnitOfWork, chat: Chat) -> None:
        paused = uow.chats.add(replace(a_chat(), paused_at=START))
        draft, cancelled, planned, closed = (
            uow.chats.add(a_chat(state)) for state in (State.DRAFT, State.CANCELLED, State.PLANNED, State.CLOSED)
        )
        chats = (closed, planned, cancelled, chat, paused, draft)
        uow.steps.add(Step(0, one.id, key, "ask", START + late) for one in chats for key, late in _STEPS)
        going = [chat.id, planned.id, closed.id]
        assert uow.steps.chats_due(START + MINUTE, 9) == sorted(going)
        assert [(step.chat, step.key) for step in uow.steps.due(START + MINUTE, [one.id for one in chats])] == [
            (id, key) for id in sorted(going) for key in ("first", "second")
        ]
        assert {step.chat for step in uow.steps.due(START + MINUTE, [planned.id])} == {planned.id}
        assert uow.steps.next_due() == START

    def test_ended_steps_are_not_due(self, uow: UnitOfWork, chat: Chat) -> None:
        uow.steps.add([Step(0, chat.id, key, "ask", START + late, number=1, about={"who": "Ada"}) for key, late in _STEPS])
        first, second = uow.steps.of(chat.id)
        done = replace(first, state=StepState.DONE, done_at=START)
        uow.steps.save([done])
        uow.steps.end_all(chat.id, StepState.CANCELLED, START)
        assert uow.steps.of(chat.id) == [done, replace(second, state=StepState.CANCELLED, done_at=START)]
        assert uow.steps.next_due() is None

    def test_an_edition_is_kept_once(self, uow: UnitOfWork) -> None:
        uow.editions.keep("h", "body")
        uow.editions.keep("h", "other")
        assert uow.editions.body("h") == "body"

    def test_interactions_are_new_once(self, uow: UnitOfWork) -> None:
        assert uow.interactions.new(["a", "b", "a"], START) == {"a", "b"}
        assert uow.interactions.new(["b", "c"], START) == {"c"}
        assert uow.interactions.new([], START) == set()

    def test_facts(self, uow: UnitOfWork) -> None:
        uow.facts.put("f", "1")
        uow.facts.put("f", "2")
        assert (uow.facts.get("f"), uow.facts.get("g")) == ("2", None)


_STEPS = (("second", MINUTE), ("first", timedelta()))


class TestQuestions:
    """Asked questions and counters."""

    def test_a_question_has_counters_from_the_start(self, uow: UnitOfWork, asked: AskedQuestion) -> None:
        assert uow.questions.counters([asked.id, 99]) == {asked.id: Counters(asked.id)}

    def test_saving(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion) -> None:
        second = uow.questions.add(an_asked_question(chat.id, 2, root="m9"))
        counted = [Counters(asked.id, START, 3, 2, 1, START, 1, START), Counters(second.id, messages=7)]
        changed = replace(asked, root=Posted(Place("room", "slt", "m1"), "m1"), part_b_at=START, has_part_b=True)
        uow.questions.save(changed)
        uow.questions.save_counters(counted)
        assert uow.questions.of([chat.id]) == [changed, second]
        assert list(uow.questions.counters([asked.id, second.id]).values()) == counted
        assert uow.questions.counted([chat.id, 99]) == [(changed, counted[0]), (second, counted[1])]


class TestMembers:
    """Members."""

    def test_they_get_their_ids_in_order(self, uow: UnitOfWork) -> None:
        names = [f"Member{n}" for n in range(1_200)]
        added = uow.members.add([a_member(name) for name in names])
        assert uow.members.many([member.id for member in added]) == {member.id: member for member in added}
        assert [member.name for member in added] == names

    def test_nobody_is_added_twice(self, uow: UnitOfWork, ada: Member) -> None:
        with pytest.raises(sa.exc.IntegrityError):
            uow.members.add([a_member("Ben"), ada])

    def test_by_person(self, uow: UnitOfWork, ada: Member) -> None:
        uow.members.add([a_member("Ada", community="ot"), a_member("Eve")._replace(person=Person("slack", "ada"))])
        assert uow.members.by_person("slt", [ada.person, Person("room", "eve")]) == {ada.person: ada}

    def test_saving_all(self, uow: UnitOfWork, ada: Member) -> None:
        (ben,) = uow.members.add([a_member("Ben")])
        changed = [ada._replace(left_at=START), ben._replace(time_zone="Europe/Paris")]
        uow.members.save_all(changed)
        assert uow.members.of_community("slt") == changed


class TestResponses:
    """Responses and tombstones."""

    def test_the_same_message_and_question_is_added_once(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion, ada: Member) -> None:
        first = a_response(chat.id, ada.id, asked.id, "m1", text="yes")._replace(
            words_band=WordsBand.FEW, concrete_cue=True, question_cue=False, replies_to=ada.id, part="b", version=2
        )
        unasked = a_response(chat.id, ada.id, None, "m1")
        added = uow.responses.add([first, unasked])
        new = a_response(chat.id, ada.id, asked.id, "m2")
        assert [id is None for id in uow.responses.add([first, new, unasked])] == [True, False, True]
        stored = uow.responses.of_messages([MessageKey("room", "slt", "m1")])
        assert [(one.id, one._replace(id=0)) for one in stored] == list(zip(added, [first, unasked], strict=True))

    def test_presence_has_no_message_and_may_repeat(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        present = a_response(chat.id, ada.id, None, "")._replace(kind=Kind.PRESENT, message=None, place=None)
        assert len(uow.responses.add([present, present])) == 2
        assert {one._replace(id=0) for one in uow.responses.of_member(ada.id)} == {present}

    def test_many_at_once(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion, ada: Member) -> None:
        ids = uow.responses.add([a_response(chat.id, ada.id, asked.id, key.message) for key in KEYS])
        added = uow.responses.of_messages(KEYS)
        assert [(one.id, one.message) for one in added] == list(zip(ids, KEYS, strict=True))
        uow.responses.save([one._replace(text="late", version=1) for one in added])
        uow.responses.remove([one.id for one in added[1:]])
        assert uow.responses.of_chat(chat.id) == [added[0]._replace(text="late", version=1)]

    def test_a_message_of_another_channel_is_another(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion, ada: Member) -> None:
        here, there = MessageKey("room", "slt", "m1"), MessageKey("room", "ot", "m1")
        uow.responses.add([a_response(chat.id, ada.id, asked.id, "m1")])
        uow.responses.bury([there, KEYS[2]], START)
        (row,) = uow.responses.of_messages([here, there])
        assert uow.responses.buried([here, there]) == {there}
        assert uow.responses.known([here, there]) == ([row], {there})

    def test_burying_twice(self, uow: UnitOfWork) -> None:
        uow.responses.bury(KEYS, START)
        uow.responses.bury(KEYS, START)
        assert uow.responses.buried([*KEYS, MessageKey("room", "slt", "x")]) == set(KEYS)

    def test_of_a_chat_by_time(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion, ada: Member) -> None:
        times = {"m1": MINUTE, "m2": timedelta(), "m3": MINUTE}
        uow.responses.add([a_response(chat.id, ada.id, asked.id, message, at=START + late) for message, late in times.items()])
        assert [one.message.message for one in uow.responses.of_chat(chat.id) if one.message] == ["m2", "m1", "m3"]

    def test_who_spoke(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion, ada: Member) -> None:
        first, second = uow.responses.add([a_response(chat.id, ada.id, asked.id, message) for message in ("m1", "m2")])
        spoke, silent = (asked.id, ada.id), (asked.id, 99)
        assert first is not None
        assert second is not None
        assert uow.responses.who_spoke([spoke, silent], before=second) == {spoke}
        assert uow.responses.who_spoke([spoke, silent], before=first) == set()

    def test_erasing_texts_of_one_chat_or_all(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        other = uow.chats.add(a_chat())
        texts = {"m1": chat.id, "m2": chat.id, "m3": other.id}
        uow.responses.add([a_response(where, ada.id, None, message, text="words") for message, where in texts.items()])
        assert uow.responses.erase_texts(ada.id, chat.id) == 2
        assert [one.text for one in uow.responses.of_member(ada.id)] == [None, None, "words"]
        assert uow.responses.erase_texts(ada.id) == 1


class TestConsents:
    """Choices and identifier events."""

    def test_the_newest_choice_counts(self, uow: UnitOfWork, ada: Member) -> None:
        (ben,) = uow.members.add([a_member("Ben")])
        choices = [Consent(ada.id, Scope.TEXT, state, START, "command") for state in (ON, OFF)]
        uow.consents.add([*choices, Consent(ada.id, Scope.FOLLOW_UP, ON, START, "command")])
        current = uow.consents.current([ada.id, ben.id])
        assert {scope: choice.state for scope, choice in current[ada.id].items()} == {"text": OFF, "follow_up": ON}
        assert current[ben.id] == {}
        assert uow.follow_ups.subscribers([ada.id, ben.id]) == {ada.id}

    def test_off_the_record_and_back(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        marks = [OffTheRecord(chat.id, ada.id, START), OffTheRecord(chat.id, ada.id, START + 2 * MINUTE)]
        uow.consents.go_off_the_record(marks[0])
        uow.consents.back_on_record(chat.id, ada.id, START + MINUTE)
        uow.consents.go_off_the_record(marks[1])
        assert uow.consents.off_the_record([chat.id]) == [replace(marks[0], until=START + MINUTE), marks[1]]

    def test_identifier_events(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        uow.identifiers.add([IdentifierEvent(0, chat.id, ada.id, "name", "room", channel, "m1", START) for channel in ("slt", "ot")])
        (event,) = uow.identifiers.of_messages([MessageKey("room", "slt", "m1")])
        uow.identifiers.decide(event.id, "kept")
        assert uow.identifiers.get(event.id) == replace(event, outcome="kept")
        assert [one.channel for one in uow.identifiers.of_member_in_chat(ada.id, chat.id)] == ["slt", "ot"]


class TestFollowUps:
    """Follow-ups, reflections, commitments."""

    def test_they_are_planned_once_and_come_due(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        follow_up = FollowUp(0, chat.id, ada.id, Stage.DAY_1, ("what", "so_what"), START + MINUTE)
        uow.follow_ups.add([follow_up, replace(follow_up, stage=Stage.WEEK_2, due_at=START)])
        uow.follow_ups.add([replace(follow_up, prompts=()), replace(follow_up, round=1)])
        assert len(uow.follow_ups.of_member(ada.id)) == 3
        assert [one.stage for one in uow.follow_ups.due(START, 9)] == [Stage.WEEK_2]
        assert uow.follow_ups.next_due() == START
        (due,) = uow.follow_ups.due(START, 1)
        asked = replace(due, state=FollowUpState.ASKED, position=1, asked_at=START)
        uow.follow_ups.save(asked)
        assert uow.follow_ups.get(due.id) == asked
        assert uow.follow_ups.in_state(ada.id, FollowUpState.ASKED) == [asked]
        assert uow.follow_ups.next_due() == START + MINUTE
        assert uow.follow_ups.of_member(ada.id)[0].prompts == ("what", "so_what")

    def test_what_they_wrote(self, uow: UnitOfWork, chat: Chat, ada: Member) -> None:
        uow.follow_ups.add([FollowUp(0, chat.id, ada.id, Stage.DAY_1, (), START)])
        uow.follow_ups.reflect(Reflection(0, ada.id, chat.id, 1, "what", "I listened", START))
        made = uow.follow_ups.commit(Commitment(0, ada.id, chat.id, "ask more", START))
        kept = replace(made, outcome=Outcome.PARTLY, outcome_at=START + MINUTE)
        uow.follow_ups.save_commitment(kept)
        assert [one.text for one in uow.follow_ups.reflections(ada.id)] == ["I listened"]
        assert uow.follow_ups.commitments(ada.id) == [kept]
        uow.follow_ups.delete_reflections(ada.id)
        uow.follow_ups.delete_commitments(ada.id)
        assert (uow.follow_ups.reflections(ada.id), uow.follow_ups.commitments(ada.id)) == ([], [])

    def test_a_preference_is_replaced(self, uow: UnitOfWork, ada: Member) -> None:
        for model in ("gibbs", None):
            uow.follow_ups.prefer(ReflectPreference(ada.id, model, START))
        assert uow.follow_ups.preference(ada.id) == ReflectPreference(ada.id, None, START)


class TestFacilitation:
    """Suggestions and restraint."""

    def test_a_suggestion_is_made_once_and_expires(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion) -> None:
        offered = uow.facilitation.suggest(Suggestion(0, chat.id, asked.id, "probe:1:1", "And then?", START, START + MINUTE))
        assert offered is not None
        assert uow.facilitation.suggest(replace(offered, text="other")) is None
        assert uow.facilitation.expire(START) == []
        expired = replace(offered, state=SuggestionState.EXPIRED)
        assert uow.facilitation.expire(START + MINUTE) == [expired]
        assert uow.facilitation.of(chat.id) == [expired]
        assert uow.facilitation.expire(START + MINUTE) == []

    def test_restraint(self, uow: UnitOfWork, chat: Chat, asked: AskedQuestion) -> None:
        sent = Restraint(chat.id, None, START, "gap", Decision.SENT)
        lines = [Restraint(chat.id, asked.id, START, "quiet", Decision.SUPPRESSED, 3), sent]
        uow.facilitation.restrain(lines)
        assert uow.facilitation.restraints(chat.id) == lines


def test_a_version_may_be_an_instant_in_microseconds(uow: UnitOfWork, chat: Chat) -> None:
    (ada,) = uow.members.add([a_member("Ada")])
    edited = a_response(chat.id, ada.id, None, "m1")._replace(version=1_893_456_000_000_100)
    uow.responses.add([edited])
    assert uow.responses.of_chat(chat.id)[0].version == edited.version
