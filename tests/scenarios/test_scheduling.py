"""A host plans a chat: form, draft, Confirm; and everything that can go wrong on the way."""

import re
from pathlib import Path

from playhouse import PEOPLE, SEED_2, House, Open
from wall_clock import config_in

from copbot.domain.chat import State

WISH = {"set": SEED_2, "date": "2018-01-31", "time": "19:30", "zone": "Europe/London", "with": "Lucy"}


async def fill(house: House, **fields: str) -> str:
    """Submit the open form of Sally's with these fields changed; what is told in return."""
    before = {(note.id, note.text) for note in house.room.people.told("sally")}
    await house.room.people.submit("sally", {**WISH, **fields})
    return "\n".join(note.text for note in house.room.people.told("sally") if (note.id, note.text) not in before)


async def test_the_form_comes_filled_from_the_question_set(house: House) -> None:
    await house.cop("sally", "schedule")
    form = house.room.people.form_of("sally")
    assert form is not None
    values = {field.name: field.value for field in form.form.fields}
    assert values["set"] == SEED_2
    assert (values["date"], values["time"], values["zone"]) == ("2018-01-31", "19:30", "Europe/London")
    assert len(form.form.fields) == 5


async def test_the_draft_shows_every_step_with_its_time(house: House) -> None:
    """T1: the times of 2-domain 7.3."""
    await house.cop("sally", "schedule")
    draft = await fill(house)
    shown = re.findall(r"^- (\w{3} \d+ \w{3} \d\d:\d\d) (.{4,14})", draft, re.M)
    assert ("Wed 3 Jan 12:30", "announcement") in shown
    times = {what: when.split()[-1] for when, what in shown}
    expected = {
        "**Q1** Do you ": "19:35",
        "**Q2** Name so": "19:48",
        "**Q3** Name so": "19:58",
        "**Q4** What ar": "20:08",
        "**Q4b** And ho": "20:16",
    }
    assert {what: times[what] for what in expected} == expected
    for when in ("Wed 17 Jan 12:30", "Wed 24 Jan 12:30", "Tue 30 Jan 12:30", "Wed 31 Jan 18:30", "Wed 31 Jan 20:24", "Wed 31 Jan 20:28"):
        assert when in [one for one, _ in shown]
    assert "Nothing is posted until you confirm" in draft


async def test_nothing_is_posted_before_confirm_nor_after_discard(house: House) -> None:
    await house.cop("sally", f"schedule set={SEED_2} date=2018-01-31 time=19:30")
    await house.until("2018-01-04 12:00")
    assert house.texts() == []
    assert "gone" in await house.press("sally", "draft-discard")
    await house.until("2018-02-01 12:00")
    assert house.texts() == []
    assert await house.store.read(lambda uow: uow.chats.in_states([*State])) == []


async def test_who_was_not_told_of_their_first_confirm_does_not_plan_the_chat_twice(house: House) -> None:
    """Seed 544 of the simulation: five answers to Confirm got lost, and the host typed the command again."""
    wish = f"schedule set={SEED_2} date=2018-01-31 time=19:30"
    for _ in range(2):
        await house.cop("sally", wish)
    assert "Confirmed" in await house.press("sally", "draft-confirm")
    assert "at the same time (Wed 31 Jan 19:30)" in await house.cop("sally", wish)
    assert "is planned already for Wed 31 Jan 19:30" in await house.press("sally", "draft-confirm")
    assert len(await house.store.read(lambda uow: uow.chats.in_states([State.PLANNED]))) == 1


async def test_change_brings_the_form_back_and_makes_a_new_draft(house: House) -> None:
    await house.cop("sally", f"schedule set={SEED_2} date=2018-01-31 time=19:30 with=Lucy")
    await house.press("sally", "draft-change")
    form = house.room.people.form_of("sally")
    assert form is not None
    assert {field.name: field.value for field in form.form.fields}["with"] == "Lucy"
    draft = await fill(house, time="20:00")
    assert "20:05 **Q1**" in draft
    await house.press("sally", "draft-confirm")
    chats = await house.store.read(lambda uow: uow.chats.in_states([*State]))
    assert [(chat.state, f"{chat.starts_at:%H:%M}") for chat in chats] == [(State.PLANNED, "20:00")]


async def test_every_wrong_field_is_named_at_once_and_nothing_is_lost(house: House) -> None:
    await house.cop("sally", "schedule")
    await fill(house, date="31/01/2018", time="half past seven", zone="Europe/Lundon")
    form = house.room.people.form_of("sally")
    assert form is not None
    assert set(form.errors) == {"date", "time", "zone"}
    assert "2018-01-31" in form.errors["date"]
    assert "Europe/London" in form.errors["zone"]
    assert form.values["date"] == "31/01/2018"


async def test_a_past_date_is_refused_with_the_next_possible(house: House) -> None:
    await house.cop("sally", "schedule")
    await fill(house, date="2017-12-31")
    form = house.room.people.form_of("sally")
    assert form is not None
    assert "2018-01-02 at 19:30" in form.errors["date"]


async def test_an_unknown_question_set_is_answered_with_the_nearest(house: House) -> None:
    told = await house.cop("sally", "schedule set=resnetslt-2018-thinking date=2018-01-31 time=19:30")
    assert f"did you mean {SEED_2}?" in told


async def test_an_hour_that_does_not_exist_is_said_with_the_rule(house: House) -> None:
    draft = await house.cop("sally", f"schedule set={SEED_2} date=2018-03-25 time=01:30")
    assert "01:30 does not exist in Europe/London that day" in draft
    assert "the first moment after, 02:00" in draft


async def test_an_hour_that_comes_twice_is_said_with_the_rule(house: House) -> None:
    draft = await house.cop("sally", f"schedule set={SEED_2} date=2018-10-28 time=01:30")
    assert "01:30 comes twice in Europe/London that day" in draft
    assert "the first of the two" in draft


async def test_two_chats_at_the_same_time_in_one_channel_are_warned_of(house: House) -> None:
    await house.schedule()
    draft = await house.cop("lucy", f"schedule set={SEED_2} date=2018-01-31 time=20:00")
    assert "is in this channel at the same time (Wed 31 Jan 19:30)" in draft


async def test_a_format_that_cannot_be_hosted_yet_is_not_offered(house: House) -> None:
    told = await house.cop("sally", "schedule set=hv-leaders-action-learning date=2018-02-01 time=12:00", "health-visiting")
    assert "scheduled by @jane" in told


async def test_members_who_are_not_admins_are_told_who_can_schedule(house: House) -> None:
    told = await house.cop("tom", "schedule", "health-visiting")
    assert "@jane" in told
    assert house.room.people.form_of("tom") is None


async def test_moving_shows_the_new_plan_first_and_tells_the_channel(house: House) -> None:
    await house.schedule()
    await house.until("2018-01-05 12:00")
    shown = await house.cop("sally", "reschedule date=2018-02-07 time=19:00")
    assert "Wednesday 7 February 2018, 19:00" in shown
    assert (await house.chat()).starts_at.day == 31
    await house.press("sally", "move-confirm")
    assert (await house.chat()).starts_at.day == 7
    assert "has moved: it is now" in house.texts()[-1]
    await house.until("2018-02-07 19:06")
    assert house.posted_at("Q1") == "19:05"


async def test_an_outdated_move_is_refused(house: House) -> None:
    await house.schedule()
    await house.cop("sally", "reschedule date=2018-02-07 time=19:00")
    await house.cop("lucy", "reschedule date=2018-02-14 time=19:00")
    await house.press("lucy", "move-confirm")
    assert "has changed since" in await house.press("sally", "move-confirm")
    assert (await house.chat()).starts_at.day == 14


async def test_cancelling_asks_first_then_stops_everything(house: House) -> None:
    await house.schedule()
    await house.until("2018-01-04 12:00")
    assert "cannot be undone" in await house.cop("sally", "cancel")
    assert (await house.chat()).state is State.PLANNED
    await house.press("sally", "cancel-confirm")
    assert "is cancelled" in house.texts()[-1]
    posted = len(house.texts())
    await house.until("2018-03-15 12:00")
    assert len(house.texts()) == posted
    assert (await house.chat()).state is State.CANCELLED


async def test_upcoming_and_preview_show_what_is_planned(house: House) -> None:
    assert "Nothing is planned" in await house.cop("maria", "upcoming")
    await house.schedule()
    assert "Wed 31 Jan 19:30" in await house.cop("maria", "upcoming")
    assert "19:48 **Q2**" in await house.cop("maria", "preview")


async def test_ill_be_there_gives_ones_own_time_and_a_calendar_entry(house: House) -> None:
    await house.schedule()
    await house.until("2018-01-04 12:00")
    told = await house.press("maria", "coming")
    assert "Wed 31 Jan 19:30" in told
    [file] = house.room.people.told("maria")[-1].files
    assert file.name == "chat.ics"
    assert b"DTSTART:20180131T193000Z" in file.content
    assert f"UID:copbot-chat-{(await house.chat()).id}".encode() in file.content


async def test_a_mistyped_command_gets_did_you_mean(house: House) -> None:
    assert "`/cop schedule`" in await house.cop("sally", "shedule")


async def test_help_is_for_everybody_and_for_hosts(house: House) -> None:
    told = await house.cop("maria", "help")
    assert "For everybody" in told
    assert "`/cop extend [MINUTES]`" in told
    assert "give the open question more minutes" in (await house.cop("maria", "help extend")).lower()


async def test_only_hosts_steer(live: House) -> None:
    told = await live.cop("tom", "next")
    assert "Only the hosts" in told
    assert "Sally, Lucy" in told
    assert live.asked() == []


async def test_the_set_that_is_scheduled_keeps_its_version(open_house: Open) -> None:
    house = await open_house()
    await house.schedule()
    before = (await house.chat()).edition
    body = await house.store.read(lambda uow: uow.editions.body(before))
    assert "Do you believe you are a member of a CoP?" in body


async def test_each_person_reads_times_in_their_own_zone(open_house: Open) -> None:
    house = await open_house(zones={"tom": "America/New_York"})
    await house.schedule()
    await house.cop("tom", "help")
    assert "(your time, America/New_York)" in await house.cop("tom", "upcoming")
    assert "Wed 31 Jan 14:30" in await house.cop("tom", "upcoming")


async def test_starting_weeks_before_is_asked_about_first(house: House) -> None:
    await house.schedule()
    assert "Start it now instead?" in await house.cop("sally", "start")
    assert (await house.chat()).state is State.PLANNED
    await house.press("sally", "leave")
    assert (await house.chat()).state is State.PLANNED


async def test_naming_a_guest_makes_room_for_them(open_house: Open) -> None:
    house = await open_house("2027-01-02 12:00", community="health-visiting")
    wish = "schedule set=jc-virtual-cops-health-visitors date=2027-01-12 time=19:30"
    await house.cop("jane", wish, "health-visiting")
    await house.press("jane", "draft-confirm")
    assert "ask_the_author" not in await house.steps()
    await house.room.people.say("ben", "health-visiting", "Hello")
    await house.cop("jane", "cohost Ben as=guest", "health-visiting")
    assert "ask_the_author" in await house.steps()


async def test_somebody_the_bot_has_never_met_gets_the_form_too(open_house: Open) -> None:
    house = await open_house(community="health-visiting")
    await house.cop("sally", "schedule")
    form = house.room.people.form_of("sally")
    assert form is not None
    await house.room.people.submit("sally", WISH)
    await house.press("sally", "draft-confirm")
    assert (await house.chat()).state is State.PLANNED


async def test_the_form_offers_what_comes_next_by_the_community_s_own_date(open_house: Open, tmp_path: Path) -> None:
    """On Lord Howe Island it is Thursday 1 February already while it is Wednesday in UTC."""
    config = config_in("Australia/Lord_Howe", tmp_path)
    house = await open_house("2018-01-31 22:00", config=config, zones=dict.fromkeys(PEOPLE, "Australia/Lord_Howe"))
    await house.cop("sally", "schedule")
    form = house.room.people.form_of("sally")
    assert form is not None
    assert next(field.value for field in form.form.fields if field.name == "set") != SEED_2


async def test_a_community_with_two_channels_is_asked_where(open_house: Open, tmp_path: Path) -> None:
    config = config_in("Europe/London", tmp_path)
    file = config / "communities" / "resnetslt.yaml"
    file.write_text(file.read_text().replace("channels:\n", "channels:\n  - {platform: room, channel: lobby}\n"))
    house = await open_house(config=config)
    await house.cop("sally", "schedule")
    form = house.room.people.form_of("sally")
    assert form is not None
    [where] = form.form.spare
    assert (where.value, [option.value for option in where.options]) == ("resnetslt", ["lobby", "resnetslt"])
    await fill(house, **{"in": "resnetslt-hosts"})
    form = house.room.people.form_of("sally")
    assert form is not None
    assert "does not meet there" in form.errors["in"]
    assert "place:room:lobby" in await fill(house, **{"in": "lobby"})
    await house.press("sally", "draft-confirm")
    assert [(await house.chat()).place.channel] == ["lobby"]


async def test_who_types_a_channel_where_the_community_does_not_meet_is_told_where_it_does(house: House) -> None:
    """A command ready to paste, in each platform's own way of naming a channel."""
    told = await house.cop("sally", f"schedule set={SEED_2} date=2018-01-31 time=19:30 in=#slt")
    assert "does not meet there" in told
    assert "[resnetslt](place:room:resnetslt) (`/cop schedule in=resnetslt`)" in told
    await house.cop("sally", "schedule in=resnetslt")
    assert house.room.people.form_of("sally") is not None


async def test_a_cohost_can_be_picked_who_was_never_met(house: House) -> None:
    await house.cop("sally", "schedule")
    await fill(house, **{"with": "person:room:jane"})
    await house.press("sally", "draft-change")
    form = house.room.people.form_of("sally")
    assert form is not None
    field = next(field for field in form.form.fields if field.name == "with")
    assert (field.value, [person.id for person in field.people]) == ("Jane", ["jane"])
