"""Files of an instance, for tests of what admins write."""

from pathlib import Path

from copbot.resources import data_dir

COMMUNITY = """\
kind: community
version: 1
id: ResNetSLT
name: "ResNetSLT"
time_zone: Europe/London
people:
  safeguarding_contact: "The safeguarding lead; in an emergency 999"
privacy:
  keep_message_text: with_notice
"""
"""The smallest community file that passes the checks."""


def seed_set() -> str:
    """The text of the shipped question set of 31 January 2018."""
    return (data_dir("config") / "question-sets" / "resnetslt-thinking-together.yaml").read_text(encoding="utf-8")


def write(path: Path, text: str) -> Path:
    """Write a file in UTF-8, with the folders that it needs. Returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
