"""The room's page, in process."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from copbot.domain.message import Button, File, Message
from copbot.domain.place import Place
from copbot_room import Room
from copbot_room.panes import Panes

SLT = Place("room", "slt")
ORIGIN = {"origin": "http://127.0.0.1"}


@pytest.fixture
def browser(room: Room) -> Iterator[TestClient]:
    assert room.http is not None
    with TestClient(room.http, base_url="http://127.0.0.1") as client:
        yield client


async def test_people_see_their_own_part_of_the_room(room: Room, browser: TestClient) -> None:
    await room.post(SLT, Message("**Welcome** [at 7](time:2018-01-31T19:00:00+00:00)", (Button("Next", "next", "a'\"<b>"),)), key="w")
    await room.people.say("ben", "slt", "<script>alert(1)</script> *ok* @Ada see http://x.org/a.")
    await room.people.say("sally", "hosts", "only for hosts")
    page = browser.get("/?as=ada").text
    assert "<strong>Welcome</strong>" in page
    assert "<script>alert" not in page
    assert '<span class="mention">@Ada</span>' in page
    assert '<a href="http://x.org/a" target="_blank" rel="noopener noreferrer">http://x.org/a</a>.' in page
    assert 'data-value="a&#39;&#34;&lt;b&gt;"' in page
    assert "hosts" not in re.sub(r"Hosts plan one", "", page)
    assert "only for hosts" in browser.get("/?as=sally").text
    assert "Welcome" in browser.get("/?as=nobody&channel=hosts&thread=m99&side=@ben").text


async def test_files_go_to_those_who_see_their_message(room: Room, browser: TestClient) -> None:
    await room.post(Place("room", "@ada"), Message("For you", files=(File("me\r\n.ics", "text/calendar", b"BEGIN"),)), key="f")
    found = browser.get("/room/files/m1/0?as=ada")
    assert (found.content, found.headers["content-type"]) == (b"BEGIN", "text/calendar; charset=utf-8")
    assert found.headers["content-disposition"] == 'attachment; filename="me__.ics"'
    assert [browser.get(f"/room/files/{path}").status_code for path in ("m1/0?as=ben", "m1/1?as=ada", "m9/0?as=ada")] == [404] * 3


def test_other_sites_and_names_are_refused(browser: TestClient) -> None:
    assert browser.get("/", headers={"host": "evil.example"}).status_code == 400
    for origin in ({"origin": "http://evil.example"}, {}):
        with pytest.raises(WebSocketDisconnect), browser.websocket_connect("ws://127.0.0.1/room/ws", headers=origin):
            pass


def test_static_parts_are_served(browser: TestClient) -> None:
    for name in ("htmx.min.js", "hx-ws.min.js", "htmx.LICENSE.txt", "room.js", "room.css", "icon.svg"):
        assert browser.get(f"/room/static/{name}").status_code == 200
    assert "default-src 'none'" in browser.get("/").headers["content-security-policy"]


@pytest.mark.parametrize("rig", ["memory"], indirect=True)
def test_the_socket_pushes_what_changed_only(room: Room, browser: TestClient) -> None:
    with browser.websocket_connect("ws://127.0.0.1/room/ws?as=ada&channel=slt", headers=ORIGIN) as socket:
        whole = socket.receive_text()
        assert all(f'<div id="{pane}" hx-swap-oob=' in whole for pane in ("nav", "head", "log", "side", "form", "notice"))
        socket.send_json({"do": "compose", "pane": "main", "text": "hello"})
        pushed = socket.receive_text()
        assert "<p>hello</p>" in pushed
        assert '<div id="side"' not in pushed
        socket.send_json({"do": "remove", "id": "m77"})
        assert "That did not work" in socket.receive_text()
        socket.send_json(["nonsense"])
        socket.send_json({"do": "compose", "pane": "side", "text": "in private"})
        socket.receive_text()
    assert [entry.text for entry in room.people.shown("@ada")] == ["in private"]


async def test_unread_channels_are_marked(room: Room, browser: TestClient) -> None:
    assert "has new messages" not in browser.get("/?as=sally&channel=slt").text
    await room.people.say("sally", "hosts", "psst")
    assert "has new messages" not in browser.get("/?as=sally&channel=slt").text, "backstage stands beside the channel"
    assert "has new messages" not in browser.get("/?as=ada").text
    await room.post(Place("room", "@sally"), Message("For you"), key="p")
    assert "has new messages" in browser.get("/?as=sally&channel=slt").text
    assert "has new messages" not in browser.get("/?as=sally&channel=slt&side=@sally").text


@pytest.mark.parametrize("rig", ["memory"], indirect=True)
async def test_a_long_channel_shows_its_end_first(room: Room) -> None:
    for number in range(400):
        await room.people.say(
            ("ada", "ben", "sally")[number % 3], "slt", f"**{number}** with some words, @Ada, and a [link](https://x.org) in it"
        )
    panes = Panes(room.people, ())
    where = panes.where({"as": "ada"})
    html = panes.parts(where, "")["log"]
    assert html.count('<li class="msg') == 300
    assert "Show the older messages" in html
    assert panes.parts(panes.where({"as": "ada", "whole": "1"}), "")["log"].count('<li class="msg') == 400
