"""HTTP mode: the same deliveries, posted to the app's own address and signed."""

import asyncio
import hmac
import json
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_loopback.deliveries import Delivery, NotTaken
from slack_loopback.model import Body
from slack_loopback.workspace import Workspace

SECONDS = 3.0


class Callbacks:
    """Posts to ``url``, events one after the other."""

    def __init__(self, workspace: Workspace, secret: str, url: str = "") -> None:
        self.url = url
        self.seconds = SECONDS
        self._workspace = workspace
        self._secret = secret
        self._turn = asyncio.Lock()

    async def offer(self, delivery: Delivery, attempt: int, reason: str) -> Body:
        """Deliver once. The answer's body is what the acknowledgement carries."""
        if not delivery.is_event:
            return await self._offer(delivery, attempt, reason)
        async with self._turn:
            return await self._offer(delivery, attempt, reason)

    async def _offer(self, delivery: Delivery, attempt: int, reason: str) -> Body:
        again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
        status, text, headers = await self.post(*_written(delivery), again=again)
        if status != 200:
            raise NotTaken("http_error", final=headers.get("x-slack-no-retry") == "1")
        return _ack(text)

    async def post(
        self, body: str, content_type: str, *, secret: str = "", age: float = 0.0, again: dict[str, str] | None = None
    ) -> tuple[int, str, dict[str, str]]:
        """Post a body, signed - with another secret, or some seconds ago, where a test asks for it. Gives status, text and headers."""
        at = str(int(self._workspace.time.now() - age))
        headers = {"Content-Type": content_type, "X-Slack-Request-Timestamp": at, **(again or {})}
        headers["X-Slack-Signature"] = signature(secret or self._secret, at, body)
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=self.seconds)) as session,
                session.post(self.url, data=body.encode(), headers=headers) as answer,
            ):
                return answer.status, await answer.text(), {name.lower(): value for name, value in answer.headers.items()}
        except TimeoutError as error:
            raise NotTaken("http_timeout") from error
        except ClientError as error:
            raise NotTaken("connection_failed") from error


def signature(secret: str, at: str, body: str) -> str:
    """docs.slack.dev/authentication/verifying-requests-from-slack."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), "sha256").hexdigest()


def _written(delivery: Delivery) -> tuple[str, str]:
    form = "application/x-www-form-urlencoded"
    if delivery.kind == "slash_commands":
        return urlencode(delivery.payload), form
    if delivery.kind == "interactive":
        return urlencode({"payload": json.dumps(delivery.payload)}), form
    return json.dumps(delivery.payload), "application/json"


def _ack(text: str) -> Body:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": str(found)}
