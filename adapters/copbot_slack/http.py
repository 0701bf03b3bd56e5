"""HTTP mode: Slack posts what happens to copbot's own web server, signed.

Nothing is read before its signature is found to be Slack's and not older than five minutes
(https://docs.slack.dev/authentication/verifying-requests-from-slack).
"""

import asyncio
import json

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from copbot_slack.bolt import make_app
from copbot_slack.hearing import Me
from copbot_slack.intake import Intake
from copbot_slack.settings import SlackSettings

PATH = "/slack/events"
EVENTS = ("event_callback", "app_rate_limited")
TAKEN, FORGED, TOO_LARGE, FAILED, NOT_YET = 200, 401, 413, 500, 503
LARGEST = 1_000_000
"""Bytes of a request: whoever sends more is not Slack, whose largest are forms of 250 kB."""


class Ears:
    """One run's way from requests that are Slack's to the inbox."""

    def __init__(self, settings: SlackSettings, me: Me, intake: Intake) -> None:
        self.intake = intake
        self._bolt = make_app(settings, me, intake)

    async def take(self, request: Request, body: bytes) -> Response:
        """Hand over what a signed request says; what to answer it with once that is done."""
        if is_json(request):
            payload = json.loads(body)
            if payload.get("type") in EVENTS:
                return await _taken(self.intake, payload)
        return to_starlette_response(await self._bolt.async_dispatch(to_async_bolt_request(request, body)))


class Endpoint:
    """The address for Slack's requests; ``app`` is what the web server mounts. Whoever asks outside of ``listen`` is to ask again."""

    def __init__(self, settings: SlackSettings) -> None:
        self.app = Starlette(routes=[Route(PATH, self._asked, methods=["POST"])])
        self._settings = settings
        self._signed = SignatureVerifier(settings.signing_secret)
        self._ears: Ears | None = None

    async def listen(self, me: Me, intake: Intake) -> None:
        """Hear until cancelled. Returns where events may have been missed: the inbox did not work for a while."""
        self._ears = Ears(self._settings, me, intake)
        try:
            await intake.missed.wait()
        except asyncio.CancelledError:
            await intake.answers.aclose()
            raise
        finally:
            self._ears = None

    async def _asked(self, request: Request) -> Response:
        body = await signed_body(request, self._signed)
        if isinstance(body, Response):
            return body
        return Response(status_code=NOT_YET) if self._ears is None else await self._ears.take(request, body)


async def signed_body(request: Request, signed: SignatureVerifier) -> bytes | Response:
    """The body of a request that Slack has signed just now; else what to answer."""
    body = await _read(request)
    if body is None:
        return Response(status_code=TOO_LARGE)
    return body if _is_slacks(request, body, signed) else Response(status_code=FORGED)


def is_json(request: Request) -> bool:
    """Whether it is an event; what people do comes as a form."""
    return request.headers.get("content-type", "").startswith("application/json")


def _is_slacks(request: Request, body: bytes, signed: SignatureVerifier) -> bool:
    """The SDK does not expect what is no number or no text at all."""
    try:
        return signed.is_valid_request(body, request.headers)
    except (TypeError, ValueError):
        return False


async def _read(request: Request) -> bytes | None:
    """The body, or None if it is too large to be Slack's."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    return body


async def _taken(intake: Intake, payload: dict[str, object]) -> Response:
    try:
        await intake.event(payload)
    except Exception:  # noqa: BLE001 - whatever the inbox raised, and the intake has logged: Slack keeps the event and sends it again
        return Response(status_code=FAILED)
    return Response(status_code=TAKEN)
