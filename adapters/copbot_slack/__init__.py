"""Slack: the adapter on slack-bolt."""

from copbot_slack.platform import Slack, make

__all__ = ["Slack", "make"]
