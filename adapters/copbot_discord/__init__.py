"""Discord: the adapter on discord.py."""

from copbot_discord.platform import Discord, make

__all__ = ["Discord", "make"]
