"""Links to single messages: Discord wants the server's id in them, which copbot's own addresses do not have."""

import re

from copbot.domain.message import Message
from copbot.errors import PlatformError
from copbot_discord.names import DISCORD, place
from copbot_discord.places import Places
from copbot_discord.threads import Kinds

ADDRESS = re.compile(rf"\(place:{DISCORD}:(?P<channel>\d+)/(?P<thread>\d+)/(?P<message>\d+)\)")
URL = "https://discord.com/channels/{server}/{channel}/{message}"


class MessageLinks:
    """Asks Discord, once each, of which server a channel is."""

    def __init__(self, kinds: Kinds, places: Places) -> None:
        self._kinds = kinds
        self._places = places

    async def whole(self, text: str) -> str:
        """Markdown with the addresses of messages as addresses in the web; where Discord does not say the server, they stay as they are."""
        addresses = {found[0]: await self._url(found) for found in ADDRESS.finditer(text)}
        for address, url in addresses.items():
            text = text.replace(address, url)
        return text

    async def in_message(self, message: Message) -> Message:
        """The same for a message."""
        if f"(place:{DISCORD}:" not in message.text:
            return message
        return Message(await self.whole(message.text), message.buttons, message.files)

    async def _url(self, found: re.Match[str]) -> str:
        """What stands in a forum itself stands in its lobby."""
        channel, thread = found["channel"], found["thread"]
        try:
            server = (await self._kinds.of(channel))["guild_id"]
            at = thread if thread != channel else (await self._places.target(place(channel))).channel
        except (PlatformError, KeyError):
            return found[0]
        return f"({URL.format(server=server, channel=at, message=found['message'])})"
