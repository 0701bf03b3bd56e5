"""A host steers a running chat, with commands and with the panel's buttons."""

from playhouse import BACKSTAGE, House, Open

from copbot.domain.chat import State


async def test_next_brings_a_question_forward_and_leaves_the_close_in_place(live: House) -> None:
    """T13: at T+12; Q2 was due at T+18."""
    await live.until("2018-01-31 19:42")
    told = await live.cop("sally", "next")
    assert live.posted_at("Q2") == "19:42"
    assert "19:52 **Q3**" in told
    assert "20:02 **Q4**" in told
    assert "20:10 **Q4b**" in told
    await live.until("2018-01-31 20:31")
    assert [live.posted_at(label) for label in ("Q3", "Q4", "Take-away")] == ["19:52", "20:02", "20:24"]
    assert f"{(await live.chat()).ends_at:%H:%M}" == "20:30"


async def test_the_button_next_does_the_same(live: House) -> None:
    await live.until("2018-01-31 19:42")
    await live.press("lucy", "next")
    assert live.posted_at("Q2") == "19:42"


async def test_a_stale_press_says_who_did_what_when_and_does_nothing(live: House) -> None:
    await live.until("2018-01-31 19:42")
    old = next(button.value for button in live.panel().buttons if button.action == "next")
    await live.press("lucy", "next")
    await live.after(8 / 60)
    told = await live.press("sally", "next", value=old)
    assert "Lucy posted Q2 8 s ago" in told
    assert live.asked() == ["Q1", "Q2"]


async def test_a_press_that_the_plan_has_overtaken_posts_nothing(live: House) -> None:
    await live.until("2018-01-31 19:47")
    old = next(button.value for button in live.panel().buttons if button.action == "next")
    await live.until("2018-01-31 19:48")
    told = await live.press("sally", "next", value=old)
    assert "Q2 was posted by the plan 0 s ago" in told
    assert live.asked() == ["Q1", "Q2"]


async def test_extend_takes_minutes_from_the_last_question(live: House) -> None:
    await live.until("2018-01-31 19:40")
    told = await live.cop("sally", "extend 4")
    assert "19:52 **Q2**" in told
    await live.until("2018-01-31 20:31")
    assert [live.posted_at(label) for label in ("Q2", "Q3", "Q4", "Take-away")] == ["19:52", "20:02", "20:12", "20:24"]


async def test_extend_keeps_three_minutes_for_the_last_question_and_offers_a_later_close(live: House) -> None:
    await live.until("2018-01-31 19:40")
    told = await live.cop("sally", "extend 14")
    assert "has 13 minutes to give" in told
    assert "20:44" in told
    await live.press("sally", "extend-later")
    assert f"{(await live.chat()).ends_at:%H:%M}" == "20:44"
    await live.until("2018-01-31 20:45")
    assert [live.posted_at(label) for label in ("Q2", "Q4", "Take-away")] == ["20:02", "20:22", "20:38"]


async def test_extend_needs_a_number(live: House) -> None:
    await live.until("2018-01-31 19:40")
    assert "/cop extend 5" in await live.cop("sally", "extend lots")


async def test_skip_leaves_a_question_out_and_there_is_a_way_back(live: House) -> None:
    await live.until("2018-01-31 19:40")
    assert "Q2 is left out" in await live.cop("sally", "skip")
    await live.until("2018-01-31 19:59")
    assert live.asked() == ["Q1", "Q3"]
    await live.press("sally", "ask-missed")
    assert live.asked() == ["Q1", "Q3", "Q2"]


async def test_ask_puts_an_unplanned_question_and_leaves_the_plan(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.cop("sally", "ask What would *you* ask @everyone?")
    assert live.asked() == ["Q1", "Extra"]
    post = live.texts()[-1]
    assert r"What would \*you\* ask @everyone?" in post
    await live.until("2018-01-31 19:49")
    assert live.posted_at("Q2") == "19:48"


async def test_ask_without_words_opens_a_form(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.cop("sally", "ask")
    await live.room.people.submit("sally", {"question": "And what about students?"})
    await live.bot.turn()
    assert live.asked() == ["Q1", "Extra"]


async def test_pause_stops_the_clock_and_resume_moves_everything(live: House) -> None:
    await live.until("2018-01-31 19:40")
    await live.cop("sally", "pause")
    await live.until("2018-01-31 19:55")
    assert live.asked() == ["Q1"]
    assert "Paused" in live.panel().text
    told = await live.cop("lucy", "resume")
    assert "15 minutes later than planned" in told
    await live.until("2018-01-31 20:46")
    assert [live.posted_at(label) for label in ("Q2", "Q3", "Q4", "Take-away")] == ["20:03", "20:13", "20:23", "20:39"]
    assert (await live.chat()).state is State.CLOSING


async def test_start_before_the_time_moves_the_whole_hour(house: House) -> None:
    await house.schedule()
    await house.until("2018-01-31 19:21")
    await house.press("sally", "start")
    await house.until("2018-01-31 20:22")
    assert [house.posted_at(label) for label in ("Q1", "Q2", "Take-away")] == ["19:26", "19:39", "20:15"]
    assert (await house.chat()).state is State.CLOSING


async def test_close_asks_first_and_then_says_goodbye(live: House) -> None:
    await live.until("2018-01-31 20:00")
    assert "Q4 would not be asked" in await live.cop("sally", "close")
    await live.press("sally", "close-confirm")
    assert "Thank you all" in live.texts()[-1]
    assert (await live.chat()).state is State.CLOSING
    await live.until("2018-01-31 20:40")
    assert live.asked() == ["Q1", "Q2", "Q3"]


async def test_pinning_from_a_messages_menu(live: House) -> None:
    await live.until("2018-01-31 19:40")
    message = await live.room.people.say("maria", "resnetslt", "Worth keeping", live.thread("Q1"))
    await live.room.people.use_shortcut("sally", message, "pin")
    await live.bot.turn()
    assert live.room.server.entry(message).pinned
    assert "1 message" in await live.cop("sally", "pin")


async def test_the_probes_are_offered_backstage_and_posted_once(live: House) -> None:
    await live.until("2018-01-31 19:36")
    assert any("What makes you say so?" in text for text in live.texts(BACKSTAGE))
    await live.press("sally", "probe-post")
    in_thread = live.texts(thread=live.thread("Q1"))
    assert sum("What makes you say so?" in text for text in in_thread) == 1


async def test_if_nobody_answers_hosts_hear_first_then_the_questions_own_words_come_once(live: House) -> None:
    """T11."""
    await live.until("2018-01-31 19:38")
    assert any("No reply to Q1 yet" in text for text in live.texts(BACKSTAGE))
    assert live.texts(thread=live.thread("Q1"))[1:] == []
    await live.until("2018-01-31 19:39")
    await live.until("2018-01-31 19:47")
    quiet = [text for text in live.texts(thread=live.thread("Q1")) if "Yes, no and 'not sure' all count" in text]
    assert len(quiet) == 1


async def test_a_hushed_chat_hears_nothing_unasked(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.cop("sally", "hush")
    await live.until("2018-01-31 19:47")
    assert live.texts(thread=live.thread("Q1"))[1:] == []
    assert "stayed quiet" in await live.cop("sally", "restraint")


async def test_two_missed_questions_are_left_to_the_host(live: House) -> None:
    """The second half of T29: away from T+10 to T+30."""
    await live.until("2018-01-31 19:40")
    await live.bot.stop()
    live.clock.set(live.clock.now().replace(hour=20, minute=0))
    await live.restart()
    await live.bot.turn()
    assert live.asked() == ["Q1"]
    assert any("missed 2 questions" in text for text in live.texts(BACKSTAGE))
    await live.press("sally", "ask-missed")
    assert live.asked() == ["Q1", "Q2"]


async def test_one_missed_question_is_asked_once_when_the_bot_is_back(live: House) -> None:
    """The first half of T29: away from T+10 to T+20."""
    await live.until("2018-01-31 19:40")
    await live.bot.stop()
    live.clock.set(live.clock.now().replace(hour=19, minute=50))
    await live.restart()
    await live.until("2018-01-31 19:55")
    assert live.texts(thread=live.thread("Q2"))[1:] == []  # nothing unasked for five minutes
    await live.until("2018-01-31 20:09")
    assert [live.posted_at(label) for label in live.asked()] == ["19:35", "19:50", "19:58", "20:08"]
    [told] = [text for text in live.texts(BACKSTAGE) if "comes only now" in text]
    assert "Q2" in told
    assert "was due at 19:48" in told


async def test_the_confirmed_chat_can_be_seen_and_moved_by_buttons(house: House) -> None:
    await house.schedule()
    assert "19:48 **Q2**" in await house.press("sally", "preview")
    await house.schedule("lucy", "set=looking-back date=2018-02-21 time=19:30")
    await house.press("lucy", "reschedule")
    await house.room.people.submit("lucy", {"date": "2018-02-22", "time": "20:00"})
    await house.press("lucy", "move-confirm")
    assert f"{(await house.chat(2)).starts_at:%d %H:%M}" == "22 20:00"


async def test_hosts_get_the_transcript_as_a_file_and_others_do_not(live: House) -> None:
    await live.until("2018-01-31 19:36")
    await live.room.people.say("maria", "resnetslt", "We meet on Thursdays, @Tom", live.thread("Q1"))
    await live.cop("lucy", "transcript")
    [file] = live.room.people.told("lucy")[-1].files
    text = file.content.decode()
    assert "We meet on Thursdays, @somebody" in text
    assert "Maria" not in text
    assert "Only the hosts" in await live.cop("tom", "transcript")


async def test_somebodys_message_becomes_a_question_with_room_to_word_it(live: House) -> None:
    await live.until("2018-01-31 19:40")
    message = await live.room.people.say("maria", "resnetslt", "Why do we always meet on Tuesdays?", live.thread("Q1"))
    await live.room.people.use_shortcut("sally", message, "ask")
    form = live.room.people.form_of("sally")
    assert form is not None
    assert form.form.fields[0].value == "Why do we always meet on Tuesdays?"
    await live.room.people.submit("sally", {"question": "Maria asks: why Tuesdays?"})
    await live.bot.turn()
    assert live.asked() == ["Q1", "Extra"]


async def test_a_message_that_becomes_a_question_says_names_where_it_mentions_accounts(open_house: Open) -> None:
    house = await open_house("2018-01-28 12:00", names={"tom": "Thomas"})
    await house.schedule()
    await house.until("2018-01-31 19:40")
    message = await house.room.people.say("maria", "resnetslt", "@tom why always Tuesdays?", house.thread("Q1"))
    await house.room.people.use_shortcut("sally", message, "ask")
    form = house.room.people.form_of("sally")
    assert form is not None
    assert form.form.fields[0].value == "@Thomas why always Tuesdays?"
