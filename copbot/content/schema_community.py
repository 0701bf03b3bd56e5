"""Communities as written (2-domain.md 7.7)."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from copbot.content.schema_base import FileSpec, Language, Spec
from copbot.content.schema_format import QuietHoursSpec
from copbot.content.schema_prompts import PromptSpec
from copbot.content.values import Duration, DurationOrNever, Id, Line, Name, Text, Zone
from copbot.domain.community import ChannelSetting, Community, KeepText, Level, People, Privacy


class PeopleSpec(Spec):
    """Humans whom the bot may name."""

    admins: list[str] = Field(default_factory=list, description='Handles in quotes: "@jane"')
    safeguarding_contact: Text = Field(description="Whom to turn to when somebody may be at risk. copbot does not start without it.")
    wellbeing_contact: str = ""
    privacy_contact: str = ""
    controller: str = Field(default="", description="The organisation that answers for the data")


class PrivacySpec(Spec):
    """What may be kept, and for how long."""

    keep_message_text: Literal["with_notice", "with_consent", "never"] = Field(description="You must choose; there is no default.")
    text_kept_for: Duration = timedelta(days=90)
    activity_kept_for: Duration = timedelta(days=730)
    smallest_group_shown: int = Field(default=5, ge=1, description="No figure is shown for fewer people than this")
    identifier_check: bool = Field(default=True, description="Tell authors privately when a post may identify a patient")
    identifier_tells_host_after: DurationOrNever = timedelta(0)
    research_use: Literal["off", "ask"] = "off"
    chatham_house: bool = False

    def value(self) -> Privacy:
        """As the domain has it."""
        tells = self.identifier_tells_host_after or None
        return Privacy(**{**dict(self), "keep_message_text": KeepText(self.keep_message_text), "identifier_tells_host_after": tells})


class GreetSpec(Spec):
    """When hosts hear of a newcomer whom nobody has answered."""

    live: Duration = timedelta(minutes=3)
    in_own_time: Duration = Field(default=timedelta(hours=12), alias="async")


class FacilitationSpec(Spec):
    """How often the bot may speak unasked."""

    level: Literal["silent", "light", "standard"] = "light"
    fade_when_self_running: bool = True
    greet_newcomers_within: GreetSpec = Field(default_factory=GreetSpec)


class ChannelSpec(Spec):
    """A channel of the community on one platform."""

    platform: Name = Field(description="slack, discord or room")
    channel: Line = Field(description="The platform's id of the channel")
    hosts_channel: Line | None = Field(default=None, description="A private channel where the hosts meet, if there is one")


class CommunityPromptsSpec(Spec):
    """Changes to the prompt library for this community alone."""

    off: list[Id] = Field(default_factory=list, description="Prompts never to use here")
    own: list[PromptSpec] = Field(default_factory=list, description="Prompts of your own; the same id replaces the library's")


class CommunitySpec(FileSpec):
    """A community of practice."""

    kind: Literal["community"]
    id: Id
    name: Line
    time_zone: Zone
    language: Language = "en-GB"
    purpose: str = ""
    quiet_hours: QuietHoursSpec | None = None
    channels: list[ChannelSpec] = Field(default_factory=list)
    people: PeopleSpec
    privacy: PrivacySpec
    facilitation: FacilitationSpec = Field(default_factory=FacilitationSpec)
    frameworks: list[Id] = Field(default_factory=list, description="The ids of CPD frameworks")
    prompts: CommunityPromptsSpec = Field(default_factory=CommunityPromptsSpec)

    def value(self) -> Community:
        """As the domain has it."""
        greet = self.facilitation.greet_newcomers_within
        return Community(
            id=self.id,
            name=self.name,
            time_zone=self.time_zone,
            people=People(**{**dict(self.people), "admins": tuple(self.people.admins)}),
            privacy=self.privacy.value(),
            language=self.language,
            purpose=self.purpose,
            quiet_hours=self.quiet_hours.value() if self.quiet_hours else None,
            level=Level(self.facilitation.level),
            fade_when_self_running=self.facilitation.fade_when_self_running,
            channels=tuple(ChannelSetting(**dict(channel)) for channel in self.channels),
            frameworks=tuple(self.frameworks),
            prompts_off=tuple(self.prompts.off),
            greet_within_live=greet.live,
            greet_within_async=greet.in_own_time,
        )
