"""“Report to hosts”: the hosts hear of it and nobody else, and the reporter's name is their own."""

from playhouse import BACKSTAGE, CHANNEL, House


async def report(house: House, **fields: str) -> str:
    """Tom reports what Maria wrote; what he is told."""
    thread = house.thread("Q1")
    await house.room.people.say("maria", CHANNEL, "Well, the manager said no, again.", thread)
    message = house.room.people.shown(CHANNEL, thread)[-1].id
    await house.room.people.use_shortcut("tom", message, "report")
    await house.room.people.submit("tom", {"reason": "She named her *own* team", "name": "nameless", **fields})
    await house.bot.turn()
    return house.room.people.told("tom")[-1].text


async def test_hosts_get_the_link_and_the_reason_without_a_name(live: House) -> None:
    await live.until("2018-01-31 19:40")
    assert "without your name" in await report(live)
    [told] = [text for text in live.texts(BACKSTAGE) if "She named" in text]
    assert "Somebody asks the hosts" in told
    assert "Tom" not in told
    assert r"> She named her \*own\* team" in told
    assert f"(place:room:{CHANNEL}/" in told


async def test_who_wants_to_be_named_is(live: House) -> None:
    await live.until("2018-01-31 19:40")
    assert "with your name" in await report(live, name="named")
    assert any(text.startswith("Tom asks the hosts") for text in live.texts(BACKSTAGE))


async def test_it_is_a_message_s_menu_and_no_command(live: House) -> None:
    assert "Open the menu of the message" in await live.cop("tom", "report")
