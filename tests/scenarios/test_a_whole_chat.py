"""The ResNetSLT chat of 31 January 2018, from the draft to the closed threads."""

from collections import Counter

from playhouse import BACKSTAGE, CHANNEL, House, Open

from copbot.domain.chat import State
from copbot.domain.step import StepState


async def test_the_plan_runs_by_itself_if_no_host_comes(house: House) -> None:
    await house.schedule()
    await house.until("2018-03-15 12:00")
    assert house.asked() == ["Q1", "Q2", "Q3", "Q4", "Take-away"]
    assert [house.posted_at(label) for label in house.asked()] == ["19:35", "19:48", "19:58", "20:08", "20:24"]
    assert all(step.state is StepState.DONE for step in (await house.steps()).values())
    assert (await house.chat()).state is State.CLOSED


async def test_nothing_is_posted_twice(house: House) -> None:
    await house.schedule()
    await house.until("2018-02-02 12:00")
    doubled = [text for text, times in Counter(house.texts()).items() if times > 1]
    assert doubled == []


async def test_before_the_chat_people_are_told_when_and_what(house: House) -> None:
    await house.schedule()
    await house.until("2018-01-31 19:00")
    announcement, reading, *reminders = house.texts()
    assert "Thinking together" in announcement
    assert "Wed 31 Jan 19:30" in announcement
    assert "Sally and Lucy" in announcement
    assert "10.1177/0018726716661040" in reading
    assert "1. Do you believe you are a member of a CoP?" in reading
    assert len(reminders) == 3


async def test_part_b_and_the_time_warning_come_in_the_threads(live: House) -> None:
    await live.until("2018-01-31 20:22")
    in_thread = live.texts(thread=live.thread("Q4"))
    assert any("And how could we overcome those barriers?" in text for text in in_thread)
    assert any("3 minutes left for Q4" in text for text in in_thread)


async def test_the_previous_thread_points_to_the_next_question(live: House) -> None:
    await live.until("2018-01-31 19:49")
    lines = [text for text in live.texts(thread=live.thread("Q1")) if "is open now" in text]
    assert len(lines) == 1
    assert f"place:room:{CHANNEL}/{live.thread('Q2')}" in lines[0]


async def test_the_panel_is_one_message_edited_in_place(live: House) -> None:
    first = live.panel().id
    await live.until("2018-01-31 20:40")
    panels = [entry for entry in live.room.people.shown(BACKSTAGE) if "(chat " in entry.text]
    assert [entry.id for entry in panels] == [first]
    assert "The hour is over" in panels[0].text
    assert panels[0].version > 3


async def test_a_chat_booked_late_skips_what_is_past_and_says_so(open_house: Open) -> None:
    """T28: booked five days ahead."""
    house = await open_house("2018-01-26 19:30")
    told = await house.schedule()
    assert "announce, reading, week to go" in told
    await house.until("2018-01-31 19:29")
    steps = await house.steps()
    assert [steps[key].state for key in ("announce", "reading", "week_to_go")] == [StepState.SKIPPED] * 3
    assert [steps[key].state for key in ("day_to_go", "hour_to_go")] == [StepState.DONE] * 2
    assert len(house.texts()) == 2


async def test_an_answer_in_the_thread_and_one_with_a_label_are_responses(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", CHANNEL, "Yes, four of us meet on Thursdays", live.thread("Q1"))
    await live.room.people.say("tom", CHANNEL, "A1 not sure at all")
    await live.room.people.say("ben", CHANNEL, "A&E is busy tonight")
    responses = await live.responses()
    assert [response.text for response in responses] == ["Yes, four of us meet on Thursdays", "A1 not sure at all"]


async def test_an_answer_before_the_question_is_marked_is_not_lost(live: House) -> None:
    """The thread stands in the room, the mark is not written yet, and somebody answers."""
    await live.until("2018-01-31 19:34")
    live.room.server.faults.lose_next_answer()
    await live.until("2018-01-31 19:35")
    await live.room.people.say("maria", CHANNEL, "Quick as a flash", live.thread("Q1"))
    assert await live.responses() == []
    await live.until("2018-01-31 19:36")
    responses = await live.responses()
    assert [response.text for response in responses] == ["Quick as a flash"]
    assert live.asked() == ["Q1"]


async def test_a_restart_in_the_middle_goes_on_and_doubles_nothing(live: House) -> None:
    await live.until("2018-01-31 19:50")
    await live.restart()
    await live.room.people.say("maria", CHANNEL, "Still here", live.thread("Q2"))
    await live.restart()
    await live.until("2018-01-31 20:31")
    assert live.asked() == ["Q1", "Q2", "Q3", "Q4", "Take-away"]
    responses = await live.responses()
    assert [response.text for response in responses] == ["Still here"]


async def test_what_is_said_while_the_bot_is_away_is_heard_afterwards(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.bot.stop()
    await live.room.people.say("maria", CHANNEL, "Anybody there?", live.thread("Q1"))
    await live.restart()
    await live.bot.turn()
    responses = await live.responses()
    assert [response.text for response in responses] == ["Anybody there?"]
