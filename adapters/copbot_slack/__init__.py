"""Slack: the adapter on slack-bolt."""
