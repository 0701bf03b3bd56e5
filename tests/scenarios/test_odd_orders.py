"""Hosts do things in orders that nobody planned; each of these once went wrong."""

from playhouse import BACKSTAGE, CHANNEL, SEED_2, House, Open

from copbot.domain.chat import State
from copbot.domain.step import StepState


async def test_a_date_that_nobody_can_mean_is_refused_and_everybody_is_still_heard(house: House) -> None:
    assert "more than two years ahead" in await house.cop("sally", f"schedule set={SEED_2} date=9999-12-31 time=19:30")
    assert "which chat" in await house.cop("tom", "try chat=99999999999999999999999 x")
    assert "For everybody" in await house.cop("maria", "help")


async def test_a_time_with_a_point_is_proposed_and_never_guessed(house: House) -> None:
    told = await house.cop("sally", f"schedule set={SEED_2} date=2018-01-31 time=7.30pm")
    assert "did you mean 19:30?" in told
    assert "did you mean 19:30?" in await house.cop("sally", f"schedule set={SEED_2} date=2018-01-31 time=19:30+05:00")


async def test_a_paused_chat_can_be_closed_asked_in_and_is_not_forgotten(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.cop("sally", "pause")
    assert "paused since 19:40 by Sally" in await live.cop("lucy", "next")
    assert live.asked() == ["Q1"]
    await live.cop("lucy", "ask")
    await live.room.people.submit("lucy", {"question": "While we wait?"})
    await live.bot.turn()
    assert live.asked() == ["Q1", "Extra"]
    await live.until("2018-01-31 19:51")
    assert any("is still paused" in text for text in live.texts(BACKSTAGE))
    await live.cop("sally", "close")
    await live.press("sally", "close-confirm")
    assert (await live.chat()).state is State.CLOSING


async def test_who_resumes_in_time_is_not_reminded(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.cop("sally", "pause")
    await live.until("2018-01-31 19:45")
    await live.cop("sally", "resume")
    await live.until("2018-01-31 20:10")
    assert not any("is still paused" in text for text in live.texts(BACKSTAGE))


async def test_an_old_pause_button_does_not_pause_again(live: House) -> None:
    await live.until("2018-01-31 19:40")
    old = next(button.value for button in live.panel().buttons if button.action == "pause")
    await live.cop("sally", "pause")
    await live.cop("sally", "resume")
    assert "Sally resumed the chat" in await live.press("lucy", "pause", value=old)
    assert (await live.chat()).paused_at is None


async def test_two_hosts_who_type_next_at_once_are_asked(live: House) -> None:
    await live.until("2018-01-31 19:42")
    await live.cop("lucy", "next")
    await live.after(3 / 60)
    assert "Lucy posted Q2 3 s ago" in await live.cop("sally", "next")
    assert live.asked() == ["Q1", "Q2"]
    await live.press("sally", "next")
    assert live.asked() == ["Q1", "Q2", "Q3"]


async def test_what_is_passed_over_does_not_come_afterwards(live: House) -> None:
    await live.until("2018-01-31 19:31")
    await live.cop("sally", "next")
    await live.until("2018-01-31 19:40")
    assert not any("Before Q1, one line each" in text for text in live.texts())
    await live.until("2018-01-31 20:10")
    await live.cop("sally", "next")
    await live.until("2018-01-31 20:35")
    assert not any("overcome those barriers" in text for text in live.texts(thread=live.thread("Q4")))


async def test_a_skipped_question_comes_back_with_its_second_half(live: House) -> None:
    await live.until("2018-01-31 19:59")
    await live.cop("sally", "skip")
    await live.press("sally", "ask-missed")
    await live.until("2018-01-31 20:09")
    assert any("overcome those barriers" in text for text in live.texts(thread=live.thread("Q4")))


async def test_what_comes_after_a_chat_keeps_its_time_of_day(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.cop("sally", "pause")
    await live.until("2018-02-01 09:00")
    await live.cop("sally", "resume")
    steps = await live.steps()
    assert f"{steps['summary_due'].due_at:%H:%M}" == "12:30"
    assert f"{steps['follow_up:week_2'].due_at:%H:%M}" == "12:30"


async def test_a_chat_is_never_moved_into_the_past(house: House) -> None:
    await house.schedule()
    await house.cop("sally", "reschedule date=2018-01-05 time=12:05")
    await house.until("2018-01-05 14:00")
    assert "has passed" in await house.press("sally", "move-confirm")
    assert (await house.chat()).starts_at.day == 31


async def test_a_moved_chat_has_its_reminders_and_its_panel_again(house: House) -> None:
    await house.schedule()
    await house.until("2018-01-31 19:22")
    number = f"(chat {(await house.chat()).id})"
    panels = [entry.id for entry in house.room.people.shown(BACKSTAGE) if number in entry.text]
    await house.cop("sally", "reschedule date=2018-02-28 time=19:30")
    await house.press("sally", "move-confirm")
    before = len(house.texts())
    await house.until("2018-02-28 19:31")
    reminders = [text for text in house.texts()[before:] if "Kettle on" in text or "Tomorrow at" in text or "a week away" in text]
    assert len(reminders) == 3
    again = [entry.id for entry in house.room.people.shown(BACKSTAGE) if number in entry.text]
    assert len(again) == len(panels) + 1


async def test_rights_are_never_given_by_guessing(house: House) -> None:
    await house.schedule()
    assert "did you mean Chloe?" in await house.cop("sally", "cohost Cloe")
    assert "as=co-host or as=guest" in await house.cop("sally", "cohost Chloe as=boss")
    assert "stays its host" in await house.cop("sally", "cohost Sally as=guest")
    assert "Only the hosts" in await house.cop("chloe", "next")


async def test_a_display_name_makes_nobody_an_admin(open_house: Open) -> None:
    house = await open_house(names={"tom": "jane"})
    assert "scheduled by @jane" in await house.cop("tom", "schedule", "health-visiting")
    assert house.room.people.form_of("tom") is None


async def test_a_draft_is_its_makers_alone(house: House) -> None:
    await house.cop("sally", f"schedule set={SEED_2} date=2018-01-31 time=19:30")
    number = (await house.chat()).id
    assert f"There is no chat {number}" in await house.cop("tom", f"preview chat={number}")
    await house.cop("tom", f"schedule set={SEED_2} date=2018-02-07 time=19:30 chat={number}")
    assert "Confirmed" in await house.press("sally", "draft-confirm", value=str(number))


async def test_verbs_for_chats_ahead_do_not_hit_the_one_that_is_closing(live: House) -> None:
    await live.until("2018-01-31 20:31")
    await live.schedule("sally", "set=looking-back date=2018-02-21 time=19:30")
    assert "21 Feb" in await live.cop("sally", "cancel")
    assert "21 February" in await live.cop("sally", "reschedule date=2018-02-22 time=19:30")


async def test_chats_are_named_by_number_from_a_private_place(house: House) -> None:
    await house.schedule()
    await house.room.people.say("sally", "health-visiting", "Known here, too")
    assert "Cancel **Thinking together" in await house.cop("sally", f"cancel chat={(await house.chat()).id}", "@sally")
    assert "There is no chat 99" in await house.cop("sally", "cancel chat=99")


async def test_words_with_an_equals_sign_stay_words(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.cop("sally", "ask What is n=3, and is x_y too few?")
    entry = [one for one in live.room.people.shown(CHANNEL) if one.opens_thread][-1]
    assert entry.title == "Extra question What is n=3, and is x_y too few?"
    assert "At most 300 characters" in await live.cop("sally", f"ask {'long ' * 80}?")


async def test_who_pressed_before_the_announcement_hears_of_a_cancellation(house: House) -> None:
    await house.schedule()
    await house.cop("maria", "upcoming")
    await house.press("maria", "coming")
    await house.cop("sally", "cancel")
    await house.press("sally", "cancel-confirm")
    assert "is cancelled" in house.room.people.private("maria")[-1].text
    assert house.texts() == []


async def test_a_week_without_answers_gets_its_midweek_prompt(open_house: Open) -> None:
    house = await open_house("2027-01-04 12:00", community="health-visiting")
    await house.cop("jane", "schedule set=hv-reflections-12-weeks date=2027-01-13 time=12:30", "health-visiting")
    assert "so the first comes on Tuesday 19 January" in house.room.people.told("jane")[-1].text
    await house.press("jane", "draft-confirm")
    await house.until("2027-01-22 13:00")
    steps = await house.steps()
    assert steps["midweek:1"].state is StepState.DONE
    thread = next(entry.id for entry in house.room.people.shown("health-visiting") if entry.opens_thread)
    assert len(house.texts("health-visiting", thread)) == 2


async def test_a_series_started_early_says_first_what_is_kept_and_keeps_its_calendar(open_house: Open) -> None:
    house = await open_house("2027-01-04 12:00", community="health-visiting")
    await house.cop("jane", "schedule set=hv-reflections-12-weeks date=2027-01-12 time=12:30", "health-visiting")
    await house.press("jane", "draft-confirm")
    await house.until("2027-01-08 10:00")
    await house.cop("jane", "start", "health-visiting")
    await house.press("jane", "start")
    posts = house.room.people.shown("health-visiting")
    kept = next(index for index, entry in enumerate(posts) if "What I keep" in entry.text)
    first = next(index for index, entry in enumerate(posts) if entry.opens_thread)
    assert kept < first
    assert f"{(await house.steps())['ask:2'].due_at:%d %b %H:%M}" == "19 Jan 12:30"
