"""An admin edits files while chats are planned and running."""

import shutil
from pathlib import Path

import pytest
from playhouse import BACKSTAGE, SEED_2, House, Open

from copbot.resources import data_dir

FILE = "question-sets/resnetslt-thinking-together.yaml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copytree(data_dir("config"), tmp_path / "config")
    return tmp_path / "config"


async def edit(house: House, path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    house.content.reload()
    await house.bot.report_content()
    await house.bot.turn()


async def test_a_file_with_errors_is_told_backstage_once_and_replaces_nothing(open_house: Open, config: Path) -> None:
    """T2."""
    house = await open_house(config=config)
    await edit(house, config / FILE, 'hashtag: "#ResNetSLT"', "hashtag: #ResNetSLT")
    await house.bot.report_content()
    await house.bot.turn()
    told = [text for text in house.texts(BACKSTAGE) if "cannot use the newest version" in text]
    assert len(told) == 1
    assert f"{Path(FILE).name}:7:" in told[0]
    assert Path(FILE).name in await house.cop("sally", "check")
    kept = house.content.question_set(SEED_2)
    assert kept is not None
    assert kept.hashtag == "#ResNetSLT"


async def test_tonights_chat_keeps_its_version_unless_the_host_takes_the_newer(open_house: Open, config: Path) -> None:
    house = await open_house(config=config)
    await house.schedule()
    await edit(house, config / FILE, "Do you believe you are a member of a CoP?", "Are you in a CoP?")
    assert "Do you believe you are a member" in await house.cop("sally", "preview")
    shown = await house.cop("sally", "reschedule date=2018-01-31 time=19:00")
    assert "has been edited since" in shown
    value = next(b.value for b in house.room.people.told("sally")[-1].buttons if b.value.endswith("newer"))
    await house.press("sally", "move-confirm", value=value)
    await house.until("2018-01-31 19:06")
    assert "Are you in a CoP?" in house.texts()[-1]


async def test_a_running_chat_is_not_touched_by_an_edit(open_house: Open, config: Path) -> None:
    house = await open_house("2018-01-28 12:00", config=config)
    await house.schedule()
    await house.until("2018-01-31 19:36")
    await edit(house, config / FILE, "Name some examples of organised CoPs you have been involved in?", "Something else?")
    await house.until("2018-01-31 19:48")
    assert "Name some examples of organised CoPs" in house.texts()[-1]
