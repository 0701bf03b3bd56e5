"""Where hosts are told things: their own channel, or each of them privately."""

import shutil
from pathlib import Path

import pytest
from playhouse import House, Open

from copbot.resources import data_dir


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A community that names no hosts' channel."""
    shutil.copytree(data_dir("config"), tmp_path / "config")
    community = tmp_path / "config" / "communities" / "resnetslt.yaml"
    lines = [line for line in community.read_text("utf-8").splitlines() if "hosts_channel" not in line]
    community.write_text("\n".join(lines), "utf-8")
    return tmp_path / "config"


async def live(open_house: Open, config: Path) -> House:
    house = await open_house("2018-01-28 12:00", config=config)
    await house.schedule()
    await house.until("2018-01-31 19:42")
    return house


async def test_without_a_hosts_channel_each_host_has_a_panel_of_their_own(open_house: Open, config: Path) -> None:
    house = await live(open_house, config)
    panels = {who: [e for e in house.room.people.private(who) if "(chat " in e.text] for who in ("sally", "lucy", "tom")}
    assert {who: len(found) for who, found in panels.items()} == {"sally": 1, "lucy": 1, "tom": 0}


async def test_the_buttons_there_work_and_both_panels_are_brought_up_to_date(open_house: Open, config: Path) -> None:
    house = await live(open_house, config)
    panel = next(e for e in house.room.people.private("sally") if "(chat " in e.text)
    old = next(button.value for button in panel.buttons if button.action == "next")
    await house.room.people.press("sally", panel.id, "next")
    await house.bot.turn()
    assert house.asked() == ["Q1", "Q2"]
    for who in ("sally", "lucy"):
        shown = next(e for e in house.room.people.private(who) if "(chat " in e.text)
        assert "**Q2**" in shown.text.split("- ")[0]
    assert "Sally posted Q2" in await house.press("lucy", "next", value=old)
