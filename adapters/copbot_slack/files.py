"""Files beside messages, in Slack's three steps. The first two may be repeated; the third shows the file, once (4-platforms.md A7)."""

from copbot.domain.message import File
from copbot.domain.place import Place
from copbot_slack.web import InTime, Web


async def prepare(web: Web, file: File, channel: str = "") -> str:
    """Bring a file to Slack, where nobody sees it yet; its id."""
    spoken = file.description if file.description and file.media_type.startswith("image/") else None
    granted = await web.change(
        lambda slack: slack.files_getUploadURLExternal(filename=file.name, length=len(file.content), alt_txt=spoken), channel
    )
    await web.upload(granted["upload_url"], file.content)
    return str(granted["file_id"])


async def show(web: Web, id: str, name: str, place: Place, in_time: InTime | None = None) -> None:
    """Let a prepared file appear in a channel or thread. Raises Unclear where nobody knows whether it does."""
    await web.post(
        lambda slack: slack.files_completeUploadExternal(
            files=[{"id": id, "title": name}], channel_id=place.channel, thread_ts=place.thread
        ),
        place.channel,
        in_time,
    )


async def share(web: Web, file: File, place: Place) -> None:
    """All three steps, for what is told at most once."""
    await show(web, await prepare(web, file, place.channel), file.name, place)
