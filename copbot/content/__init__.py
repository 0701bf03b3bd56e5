"""YAML and wording in: a strict loader, checks with file, line and column, frozen editions."""

from copbot.content.checking import check, explain
from copbot.content.kinds import copbot_schema
from copbot.content.library import Content
from copbot.content.reporting import report
from copbot.content.starter import init
from copbot.content.watch import watch

__all__ = ["Content", "check", "copbot_schema", "explain", "init", "report", "watch"]
