"""The guild in which whole chats are played: who will join it, its channels, and a config folder with a community in them."""

from pathlib import Path
from shutil import copytree

from discord_loopback.model import TEXT
from discord_loopback.server import Loopback
from discord_loopback.world import BOT_USER
from playhouse import BACKSTAGE, CHANNEL, HOSTS, PEOPLE

from copbot.resources import data_dir

CHANNELS = {CHANNEL: "700000000000000011", BACKSTAGE: "700000000000000012"}
ACCOUNTS = {who: f"9000000000000001{number:02}" for number, who in enumerate(PEOPLE)}


def populate(discord: Loopback, kind: int = TEXT) -> None:
    """Everybody who will join, the community's channel (or forum, by ``kind``), and the private one of its hosts."""
    for who in PEOPLE:
        discord.world.add_user(ACCOUNTS[who], who.capitalize(), member=False)
    discord.world.add_channel(CHANNELS[CHANNEL], CHANNEL, kind)
    discord.world.add_private(CHANNELS[BACKSTAGE], BACKSTAGE, BOT_USER, *(ACCOUNTS[who] for who in HOSTS))


def config_on_discord(folder: Path) -> Path:
    """The shipped config folder with the community's channels in the guild."""
    config = Path(copytree(data_dir("config"), folder / "config"))
    file = config / "communities" / "resnetslt.yaml"
    text = file.read_text(encoding="utf-8").replace("platform: room", "platform: discord")
    for name in (BACKSTAGE, CHANNEL):
        text = text.replace(f"channel: {name}\n", f'channel: "{CHANNELS[name]}"\n')
    file.write_text(text, encoding="utf-8")
    return config
