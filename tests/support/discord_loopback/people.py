"""What people do in Discord, and what they see there."""

import re
from collections.abc import Mapping, Sequence

from discord_loopback import acting, talking
from discord_loopback.model import (
    DIRECT,
    EPHEMERAL,
    LOADING,
    SPOKEN,
    Channel,
    Interaction,
    Message,
    Modal,
    Upload,
    Wrong,
)
from discord_loopback.reading import label_of, plain, pressables
from discord_loopback.world import BOT_USER, World


class People:
    """Everybody in the guild. Ids are Discord's, a thread's being a channel's; texts are as typed, unless ``raw``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def say(self, user: str, channel: str, text: str, *, answers: str | None = None, files: Sequence[str] = (), raw: bool = False) -> str:
        """Post a message; gives its id. ``answers`` is the message that it replies to."""
        place = self._inside(user, channel)
        if place.type != DIRECT and not self._world.may(user, place, _sending(place)):
            raise Wrong(403, 50013, "Missing Permissions")
        uploads = [Upload(self._world.snowflake(), name, b"x") for name in files]
        reply = {"type": 19, "answers": answers} if answers else {}
        return talking.post(self._world, place, user, text if raw else self.typed(text), files=uploads, **reply).id

    def open_post(self, user: str, forum: str, title: str, text: str) -> str:
        """Write a post of one's own in a forum; gives its id."""
        tags = [tag["id"] for tag in self._world.channel(forum).tags][:1]
        return talking.forum_post(self._world, self._inside(user, forum), title, user, self.typed(text), applied=tags).id

    def open_thread(self, user: str, channel: str, message: str, title: str) -> str:
        """Begin a thread at a message; gives its id."""
        place = self._inside(user, channel)
        return talking.thread_from(self._world, place, self._world.message(place, message), title, user).id

    def webhook_says(self, channel: str, text: str, name: str = "weather") -> str:
        """Something that is no member posts."""
        id = "800000000000000900"
        self._world.add_user(id, name, bot=True, member=False)
        return talking.post(self._world, self._world.channel(channel), id, text, webhook=id).id

    def bot_says(self, channel: str, text: str, name: str = "weather") -> str:
        """Another bot posts."""
        id = "800000000000000901"
        self._world.add_user(id, name, bot=True)
        return talking.post(self._world, self._world.channel(channel), id, text).id

    def edit(self, user: str, channel: str, message: str, text: str) -> None:
        """Change one's own message."""
        place, found = self._own(user, channel, message)
        talking.edit(self._world, place, found, content=self.typed(text))

    def delete(self, user: str, channel: str, message: str) -> None:
        """Delete one's own message."""
        talking.delete(self._world, *self._own(user, channel, message))

    def clear(self, channel: str, *messages: str) -> None:
        """A moderator deletes anybody's message, or several at once."""
        place = self._world.channel(channel)
        if len(messages) > 1:
            talking.delete_many(self._world, place, list(messages))
        else:
            talking.delete(self._world, place, self._world.message(place, messages[0]))

    def react(self, user: str, channel: str, message: str, emoji: str, *, on: bool = True) -> None:
        """Put a reaction on, or take it off. ``emoji``: of Unicode, or ``name:id``."""
        place = self._inside(user, channel)
        talking.react(self._world, place, self._world.message(place, message), user, emoji, on=on)

    def clear_reactions(self, channel: str, message: str, emoji: str | None = None) -> None:
        """A moderator takes all reactions off a message, or all with one emoji."""
        place = self._world.channel(channel)
        talking.clear_reactions(self._world, place, self._world.message(place, message), emoji)

    def preview(self, channel: str, message: str) -> None:
        """Discord shows a preview under a message with a link."""
        place = self._world.channel(channel)
        talking.preview(self._world, place, self._world.message(place, message))

    def pin(self, user: str, channel: str, message: str, *, on: bool = True) -> None:
        """A moderator pins a message, or takes the pin off."""
        place = self._inside(user, channel)
        talking.pin(self._world, place, self._world.message(place, message), user, on=on)

    def lock(self, thread: str) -> None:
        """A moderator locks a thread that is open."""
        talking.archive(self._world, self._world.channel(thread), on=False, locked=True)

    def archive(self, thread: str, *, locked: bool = False) -> None:
        """A thread is closed, and perhaps locked."""
        talking.archive(self._world, self._world.channel(thread), on=True, locked=locked)

    def delete_channel(self, channel: str) -> None:
        """A moderator deletes a channel, or a thread."""
        talking.delete_channel(self._world, self._world.channel(channel))

    def join(self, user: str) -> None:
        talking.join(self._world, user)

    def leave(self, user: str) -> None:
        talking.leave(self._world, user)

    def slash(self, user: str, channel: str, text: str) -> Interaction:
        """Type ``/cop`` and this, in a channel or in a thread."""
        return acting.slash(self._world, user, channel, text)

    def complete(self, user: str, channel: str, verb: str, option: str, text: str, **others: str) -> Interaction:
        """Type into an option of a command that offers choices; ``others`` are filled in already."""
        return acting.complete(self._world, user, channel, verb, option, text, others)

    def shortcut(self, user: str, channel: str, message: str, name: str) -> Interaction:
        """Choose an entry of a message's menu."""
        place = self._inside(user, channel)
        return acting.shortcut(self._world, user, self._world.message(place, message), name)

    def press(self, user: str, channel: str, message: str, label: str) -> Interaction:
        """Press the button with this label under a message, or under what one alone is shown."""
        for notice in self.notices(user):
            if notice.id == message:
                return acting.press(self._world, user, notice, label)
        return acting.press(self._world, user, self._world.message(self._inside(user, channel), message), label)

    def submit(self, user: str, fields: Mapping[str, str]) -> Interaction:
        """Fill in the modal in front and submit it."""
        return acting.submit(self._world, user, fields)

    def close(self, user: str) -> None:
        """Close the modal in front; the bot is not told."""
        self._world.fronts_of(user).pop()

    def dismiss(self, user: str, message: str) -> None:
        """Dismiss what one alone is shown; the bot is not told."""
        self._world.notices = [(who, one) for who, one in self._world.notices if (who, one.id) != (user, message)]

    def shown(self, channel: str) -> list[Message]:
        """What somebody said in a channel or a thread, oldest first. What a thread hangs on is shown on top of it, not again in it."""
        found = [one for one in self._world.channel(channel).messages.values() if one.type in SPOKEN]
        return sorted(found, key=lambda one: int(one.id))

    def notices(self, user: str) -> list[Message]:
        """What this person alone is shown, oldest first; not what the bot still thinks about."""
        return [one for who, one in self._world.notices if who == user and not one.flags & LOADING]

    def thinking(self, user: str) -> list[Message]:
        """Where this person alone is shown that the bot thinks."""
        return [one for who, one in self._world.notices if who == user and one.flags & LOADING and one.flags & EPHEMERAL]

    def front(self, user: str) -> Modal | None:
        """The modal in front of somebody."""
        return next(iter(self._world.fronts_of(user)), None)

    def read(self, shown: Message) -> str:
        """The words of something shown, buttons left out."""
        return plain(shown.content, self._names())

    def buttons(self, shown: Message) -> list[str]:
        """The labels of the buttons under something shown."""
        return [label_of(button) for button in pressables(shown.components)]

    def typed(self, text: str) -> str:
        """What Discord's client sends for what somebody typed: with mentions and channels marked."""
        sent = text
        for user in self._world.users.values():
            sent = re.sub(rf"@{re.escape(user.name)}\b", f"<@{user.id}>", sent)
        for channel in self._world.channels.values():
            if channel.name:
                sent = re.sub(rf"#{re.escape(channel.name)}(?![-\w])", f"<#{channel.id}>", sent)
        return sent

    def _names(self) -> dict[str, str]:
        people = {user.id: user.nick or user.name for user in self._world.users.values()}
        return people | {channel.id: channel.name for channel in self._world.channels.values()}

    def _inside(self, user: str, channel: str) -> Channel:
        place = self._world.channel(channel)
        if not self._world.may(user, place, "VIEW_CHANNEL"):
            raise Wrong(403, 50001, "Missing Access")
        return place

    def _own(self, user: str, channel: str, message: str) -> tuple[Channel, Message]:
        place = self._inside(user, channel)
        found = self._world.message(place, message)
        if found.author != user:
            raise Wrong(403, 50005, "Cannot edit a message authored by another user")
        return place, found


def _sending(place: Channel) -> str:
    return "SEND_MESSAGES_IN_THREADS" if place.is_thread else "SEND_MESSAGES"


def bot(message: Message) -> bool:
    """Whether copbot posted it."""
    return message.author == BOT_USER
