"""Files beside messages: they are part of the same request, and so of the same post."""

from collections.abc import Sequence
from typing import Any

from copbot.domain.message import File


def with_files(body: dict[str, Any], files: Sequence[File]) -> dict[str, Any]:
    """A message's body that names its files, with their alternative texts (https://docs.discord.com/developers/reference#uploading-files)."""
    return body | {"attachments": [_named(number, file) for number, file in enumerate(files)]} if files else body


def _named(number: int, file: File) -> dict[str, Any]:
    return {"id": str(number), "filename": file.name, **({"description": file.description} if file.description else {})}
