"""Edits that took a message out of its question.

No row remains that could outrank an older version delivered late, so the version is remembered: addresses and numbers, no content.
"""

import json
from collections.abc import Sequence

from copbot.services.desk import Desk
from copbot.services.scene import Scene, Spot
from copbot.services.sifting import Post


def without_outdated(desk: Desk, scene: Scene, placed: Sequence[tuple[Post, Spot]]) -> list[tuple[Post, Spot]]:
    """Those of the messages that no later edit has outdated already. Remembers the edits among them that answer no question."""
    concerned = [(post, spot) for post, spot in placed if spot.by_label and (_leaves(post, spot) or _enters(scene, post, spot))]
    if not concerned:
        return list(placed)
    kept = {chat: _versions(desk, chat) for chat in {spot.chat.id for _, spot in concerned}}
    outdated = {post.key for post, spot in concerned if post.version < kept[spot.chat.id].get(post.key.message, 0)}
    for post, spot in concerned:
        if _leaves(post, spot) and post.key not in outdated:
            kept[spot.chat.id][post.key.message] = post.version
    for chat in {spot.chat.id for post, spot in concerned if _leaves(post, spot)}:
        desk.uow.facts.put(_name(chat), json.dumps(kept[chat]))
    return [(post, spot) for post, spot in placed if post.key not in outdated] if outdated else list(placed)


def _leaves(post: Post, spot: Spot) -> bool:
    return post.version > 0 and spot.by_label and not spot.targets


def _enters(scene: Scene, post: Post, spot: Spot) -> bool:
    return spot.by_label and bool(spot.targets) and not scene.known.get(post.key)


def _versions(desk: Desk, chat: int) -> dict[str, int]:
    return dict(json.loads(desk.uow.facts.get(_name(chat)) or "{}"))


def _name(chat: int) -> str:
    return f"edited-away:{chat}"
