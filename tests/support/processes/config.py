"""What the bots of a campaign host: communities with a channel each, and for each a short chat of four questions."""

from pathlib import Path

from copbot_discord.names import DISCORD

QUESTIONS = 4
HOSTS = ("sally", "lucy")
MEMBERS = ("maria", "tom", "aisha", "ben", "chloe", "dev")

ON_DISCORD, BACKSTAGE = 600_000_000_000_000_000, 660_000_000_000_000_000
"""There channels are numbers, from these on; both have no remainder when divided by three."""

LONG = 120.0
"""Real seconds after which something that should have happened long ago did not."""

COMMUNITY = """\
kind: community
version: 1
id: {id}
name: "Community {id}"
time_zone: Europe/London
language: en-GB
quiet_hours: {{from: "21:30", to: "08:00", weekends: true}}
channels: [{{platform: {platform}, channel: "{channel}", hosts_channel: "{hosts}"}}]
people:
  admins: []
  safeguarding_contact: "The safeguarding lead"
  wellbeing_contact: "Occupational health"
  privacy_contact: "privacy@example.org"
  controller: "Example"
privacy:
  keep_message_text: {keep}
  text_kept_for: "90 days"
  activity_kept_for: "24 months"
  smallest_group_shown: 5
  identifier_check: true
  identifier_tells_host_after: never
  research_use: off
  chatham_house: false
facilitation: {{level: light, fade_when_self_running: true, greet_newcomers_within: {{live: "3 min", async: "12 hours"}}}}
frameworks: []
"""

QUESTION_SET = """\
kind: question_set
version: 1
id: {id}-questions
title: "What {id} asks"
community: {id}
language: en-GB
format: short-chat
questions:
{questions}
closing: {{text: "One thing to try before the next chat?"}}
"""

QUESTION = '  - {{number: {number}, text: "What do you think about matter {number} of {id}?", minutes: 5, kind: opinion}}'

FORMAT = """\
kind: format
version: 1
id: short-chat
title: "A short chat"
mode: live
total: "28 min"
group_size: {at_least: 2, comfortable: 10, at_most: 20}
roles: [host, participant]
before:
  - {id: announce, when: "-28 days", does: announce}
  - {id: soon, when: "-3 min", does: remind, prompt: before-hour}
during:
  - {id: welcome, lasts: "2 min", does: welcome, who: host, prompt: welcome-live}
  - {id: hello, lasts: "1 min", does: introductions, who: everyone, prompt: intro-why}
  - {id: questions, lasts: "20 min", does: ask_questions, who: everyone, warn_before_end: "2 min", next: at_time_or_host}
  - {id: take_away, lasts: "4 min", does: round, who: everyone, prompt: take-line}
  - {id: close, lasts: "1 min", does: close, who: host, prompt: take-thanks}
after:
  - {id: open_thread, when: "+0 min", does: keep_open, for: "24 hours"}
  - {id: record, when: "+10 min", does: send_record, audience: each_participant}
  - {id: transcript, when: "+25 hours", does: draft_transcript, audience: hosts}
  - {id: summary_due, when: "+7 days", does: nudge_host_summary, audience: hosts}
budget: {unasked_posts_per_question: 1, unasked_posts_per_hour: 5, gap: "4 min"}
"""


def names(channels: int) -> list[str]:
    """The channels, which are named as their communities."""
    return [f"c{number}" for number in range(1, channels + 1)]


def id_of(channel: str, platform: str) -> str:
    """The id of a channel, or with ``-hosts`` behind it of its hosts' one, where bots find it."""
    if platform != DISCORD:
        return channel
    number, _, hosts = channel[1:].partition("-")
    return str((BACKSTAGE if hosts else ON_DISCORD) + int(number))


def keeps_text(id: str) -> bool:
    """Whether the community of the channel with this id keeps what people write: every third one never does."""
    return int(id.removeprefix("c")) % 3 != 0


def write_config(folder: Path, channels: int, platform: str = "room") -> Path:
    """Write it all into a folder; the folder."""
    for kind in ("communities", "formats", "question-sets"):
        (folder / kind).mkdir(parents=True)
    (folder / "formats" / "short-chat.yaml").write_text(FORMAT, "utf-8")
    for id in names(channels):
        questions = "\n".join(QUESTION.format(number=number, id=id) for number in range(1, QUESTIONS + 1))
        channel, hosts = id_of(id, platform), id_of(f"{id}-hosts", platform)
        keep = "with_notice" if keeps_text(channel) else "never"
        community = COMMUNITY.format(id=id, platform=platform, channel=channel, hosts=hosts, keep=keep)
        (folder / "communities" / f"{id}.yaml").write_text(community, "utf-8")
        (folder / "question-sets" / f"{id}.yaml").write_text(QUESTION_SET.format(id=id, questions=questions), "utf-8")
    return folder
