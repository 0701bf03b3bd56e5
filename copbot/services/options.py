"""The ``name=value`` arguments that verbs share, each said once."""

from copbot.ports.platform import OptionSpec

CHAT = OptionSpec("chat", "which chat, if it is not the one here", completed=True)
SET = OptionSpec("set", "which question set", completed=True)
DATE = OptionSpec("date", "year-month-day, like 2018-01-31", completed=True)
TIME = OptionSpec("time", "24-hour clock, like 19:30", completed=True)
ZONE = OptionSpec("zone", "time zone, like Europe/London", completed=True)
WITH = OptionSpec("with", "who hosts with you: names, with commas between them", completed=True)
IN = OptionSpec("in", "the channel in which the chat is held", completed=True)
