"""What people do in Slack, and what they see there."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from slack_loopback import filling, interactions, talking
from slack_loopback.deliveries import Delivery
from slack_loopback.model import Body, Channel, Message, Notice, Upload, User, View, Wrong
from slack_loopback.reading import plain, pressables, words
from slack_loopback.submitting import command_answered, submission_answered

if TYPE_CHECKING:
    from slack_loopback.server import Loopback

ADDRESS = re.compile(r"https?://[^\s<>|]+")


class People:
    """Everybody in one workspace. Ids are Slack's; texts are as typed, unless ``raw``."""

    def __init__(self, loopback: "Loopback") -> None:
        self._loopback = loopback
        self._workspace = loopback.workspace

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread: str | None = None,
        *,
        broadcast: bool = False,
        me: bool = False,
        files: Sequence[str] = (),
        raw: bool = False,
    ) -> str:
        """Post a message; gives its ts."""
        place = self._inside(user, channel)
        subtype = "thread_broadcast" if broadcast else "me_message" if me else "file_share" if files else None
        uploads = [Upload(self._workspace.new_id("F"), user, name, 100) for name in files]
        typed = text if raw else self.typed(text)
        return talking.post(self._workspace, place, user, typed, thread=thread, subtype=subtype, files=uploads).ts

    def bot_says(self, channel: str, text: str, name: str = "weather") -> str:
        """Another app posts, in the way of old integrations."""
        bot = self._workspace.add_user("U0OTHERBOT", name, bot="B0OTHERBOT")
        return talking.post(self._workspace, self._workspace.channels[channel], bot.id, text, subtype="bot_message").ts

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        place, message = self._own(user, channel, ts)
        talking.edit(self._workspace, place, message, self.typed(text), message.blocks, by=user)

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        talking.delete(self._workspace, *self._own(user, channel, ts))

    def clear(self, channel: str, ts: str) -> None:
        """An admin deletes anybody's message."""
        place = self._workspace.channels[channel]
        talking.delete(self._workspace, place, self._workspace.message(place, ts))

    def react(self, user: str, channel: str, ts: str, name: str, *, on: bool = True) -> None:
        """Put a reaction on, or take it off."""
        place = self._inside(user, channel)
        talking.react(self._workspace, place, self._workspace.message(place, ts), user, name, on=on)

    def unfurl(self, channel: str, ts: str) -> None:
        """Slack shows a preview under a message with a link."""
        place = self._workspace.channels[channel]
        talking.unfurl(self._workspace, place, self._workspace.message(place, ts))

    def join(self, user: str, channel: str) -> None:
        talking.join(self._workspace, self._workspace.channels[channel], user)

    def leave(self, user: str, channel: str) -> None:
        talking.leave(self._workspace, self._workspace.channels[channel], user)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Look at the app's home tab, or at its messages."""
        talking.open_home(self._workspace, user, tab)

    def slash(self, user: str, channel: str, text: str, command: str = "/cop") -> Delivery:
        """Type a command in a channel; Slack has none in threads."""
        who, place = self._workspace.user(user), self._inside(user, channel)
        payload = interactions.slash(self._workspace, who, place, command, text)
        self._loopback.judge.sent("SlashCommand", payload)
        return self._act("slash_commands", payload, who, lambda ack: command_answered(self._loopback, who, place, ack))

    def press(self, user: str, channel: str, ts: str, label: str) -> Delivery:
        """Press the button with this label under a message, or under a notice of one's own."""
        who, place = self._workspace.user(user), self._inside(user, channel)
        for notice in [one for one in self._workspace.notices if (one.ts, one.user) == (ts, user)]:
            return self._pressed(who, interactions.press_notice(self._workspace, who, place, notice, *_button(notice.blocks, label)))
        message = self._workspace.message(place, ts)
        payload = interactions.press(self._workspace, who, place, message, *_button(message.blocks, label))
        self._loopback.judge.sent("BlockAction", payload)
        return self._pressed(who, payload)

    def press_view(self, user: str, label: str) -> Delivery:
        """Press a button in the modal in front."""
        return self._press_in(user, self._workspace.views_of(user)[-1], label)

    def press_home(self, user: str, label: str) -> Delivery:
        """Press a button in the app's home tab."""
        return self._press_in(user, self._workspace.homes[user], label)

    def _press_in(self, user: str, view: View, label: str) -> Delivery:
        who = self._workspace.user(user)
        return self._pressed(who, interactions.press_view(self._workspace, who, view, *_button(view.body["blocks"], label)))

    def shortcut(self, user: str, channel: str, ts: str, callback: str) -> Delivery:
        """Use a shortcut on a message."""
        who, place = self._workspace.user(user), self._inside(user, channel)
        payload = interactions.shortcut(self._workspace, who, place, self._workspace.message(place, ts), callback)
        self._loopback.judge.sent("MessageShortcut", payload)
        return self._act("interactive", payload, who)

    def submit(self, user: str, fields: Mapping[str, str]) -> Delivery:
        """Fill in the modal in front and submit it."""
        who, view = self._workspace.user(user), self._workspace.views_of(user)[-1]
        filling.type_in(view, fields)
        view.errors = {}
        payload = interactions.submission(self._workspace, who, view)
        self._loopback.judge.sent("ViewSubmit", payload)
        return self._act("interactive", payload, who, lambda ack: submission_answered(self._loopback, view, ack))

    def close(self, user: str) -> None:
        """Close the modal in front."""
        view = self._workspace.views_of(user).pop()
        if view.body.get("notify_on_close"):
            who = self._workspace.user(user)
            self._act("interactive", interactions.closing(self._workspace, who, view), who)

    def _pressed(self, who: User, payload: Body) -> Delivery:
        return self._act("interactive", payload, who)

    def _act(self, kind: str, payload: Body, who: User, taken: object = None) -> Delivery:
        delivery = Delivery(kind, payload, given_up=lambda: self._loopback.failures.append((who.id, kind)))
        if callable(taken):
            delivery.taken = taken
        return self._loopback.deliveries.send(delivery)

    def shown(self, channel: str, thread: str | None = None) -> list[Message]:
        """What stands in a channel, or in a thread with its root; oldest first, without tombstones."""
        place = self._workspace.channels[channel]
        found = [
            one
            for one in place.messages.values()
            if one.subtype != "tombstone" and (one.in_channel if thread is None else thread in {one.ts, one.thread})
        ]
        return sorted(found, key=lambda one: one.ts)

    def notices(self, user: str) -> list[Notice]:
        """What this person alone was shown."""
        return [one for one in self._workspace.notices if one.user == user]

    def front(self, user: str) -> View | None:
        """The modal in front of somebody."""
        stack = self._workspace.views_of(user)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """Somebody's home tab of the app."""
        return self._workspace.homes.get(user)

    def read(self, shown: Message | Notice | View) -> str:
        """The words of something shown, buttons left out."""
        blocks = shown.body["blocks"] if isinstance(shown, View) else shown.blocks
        if blocks or isinstance(shown, View):
            return words(blocks, self._names())
        return plain(shown.text, self._names())

    def buttons(self, shown: Message | Notice | View) -> list[str]:
        """The labels of the buttons of something shown."""
        blocks = shown.body["blocks"] if isinstance(shown, View) else shown.blocks
        return [button["text"]["text"] for _, button in pressables(blocks)]

    def typed(self, text: str) -> str:
        """What Slack's client sends for what somebody typed: escaped, with mentions, channels and addresses marked."""
        sent = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        sent = ADDRESS.sub(lambda match: f"<{match[0]}>", sent)
        for user in self._workspace.users.values():
            sent = re.sub(rf"@{re.escape(user.name)}\b", f"<@{user.id}>", sent)
        for channel in self._workspace.channels.values():
            sent = re.sub(rf"#{re.escape(channel.name)}\b", f"<#{channel.id}|{channel.name}>", sent) if channel.kind == "channel" else sent
        return sent

    def _names(self) -> dict[str, str]:
        people = {user.id: user.name for user in self._workspace.users.values()}
        return people | {channel.id: channel.name for channel in self._workspace.channels.values()}

    def _inside(self, user: str, channel: str) -> Channel:
        place = self._workspace.channels[channel]
        if user not in place.members:
            raise Wrong("not_in_channel")
        return place

    def _own(self, user: str, channel: str, ts: str) -> tuple[Channel, Message]:
        place = self._inside(user, channel)
        message = self._workspace.message(place, ts)
        if message.user != user:
            raise Wrong("cant_update_message")
        return place, message


def _button(blocks: Sequence[Body], label: str) -> tuple[str, Body]:
    [found] = [(block, button) for block, button in pressables(blocks) if button["text"]["text"] == label]
    return found
