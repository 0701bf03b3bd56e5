"""A community of practice and its settings, as its admin wrote them."""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from copbot.domain.place import Place


class KeepText(StrEnum):
    """Whether the text of messages may be kept; an admin must choose."""

    WITH_NOTICE = "with_notice"
    WITH_CONSENT = "with_consent"
    NEVER = "never"


class Level(StrEnum):
    """How often the bot may speak unasked."""

    SILENT = "silent"
    LIGHT = "light"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No unasked post and no private message between these local times, nor at weekends if ``weekends``."""

    start: time
    end: time
    weekends: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """Humans the bot may name. ``admins`` are handles such as ``@jane`` or ``platform:id``."""

    safeguarding_contact: str
    admins: tuple[str, ...] = ()
    wellbeing_contact: str = ""
    privacy_contact: str = ""
    controller: str = ""


@dataclass(frozen=True, slots=True)
class Privacy:
    """What may be kept, and for how long."""

    keep_message_text: KeepText
    text_kept_for: timedelta = timedelta(days=90)
    activity_kept_for: timedelta = timedelta(days=730)
    smallest_group_shown: int = 5
    identifier_check: bool = True
    identifier_tells_host_after: timedelta | None = None
    research_use: str = "off"
    chatham_house: bool = False


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """A channel of the community on one platform, and the private channel where its hosts meet backstage, if any."""

    platform: str
    channel: str
    hosts_channel: str | None = None


@dataclass(frozen=True, slots=True)
class Community:
    """People who care about the same real problems and learn together by talking about them."""

    id: str
    name: str
    time_zone: str
    people: People
    privacy: Privacy
    language: str = "en-GB"
    purpose: str = ""
    quiet_hours: QuietHours | None = None
    level: Level = Level.LIGHT
    fade_when_self_running: bool = True
    channels: tuple[ChannelSetting, ...] = ()
    frameworks: tuple[str, ...] = ()
    prompts_off: tuple[str, ...] = ()
    greet_within_live: timedelta = timedelta(minutes=3)
    greet_within_async: timedelta = timedelta(hours=12)

    @property
    def zone(self) -> ZoneInfo:
        """The community's time zone."""
        return ZoneInfo(self.time_zone)

    def backstage(self, channel: Place) -> Place | None:
        """The hosts' private channel that belongs to this channel, if the admin named one."""
        for setting in self.channels:
            if (setting.platform, setting.channel) == (channel.platform, channel.channel) and setting.hosts_channel:
                return Place(setting.platform, setting.hosts_channel)
        return None
