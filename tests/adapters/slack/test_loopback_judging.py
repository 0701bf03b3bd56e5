"""What the loopback Slack finds wrong with requests, and what it takes people to read."""

from contextlib import suppress
from typing import Any

import pytest
from slack_loopback.reading import plain
from slack_loopback.schemas import absent
from slack_loopback.server import BOT_TOKEN, Loopback
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

ADA, SLT = "U0ADA", "C0SLT"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Ready?*"}}
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
TWICE = {"type": "actions", "elements": [BUTTON, BUTTON]}
UNKNOWN = {"type": "section", "text": {"type": "mrkdown", "text": "x"}}
LINE = {"type": "plain_text_input", "action_id": "t"}
TITLE = {"type": "input", "block_id": "title", "label": {"type": "plain_text", "text": "Title"}, "element": LINE}
ENDLESS = {"type": "modal", "title": {"type": "plain_text", "text": "Schedule"}, "blocks": [TITLE]}


async def faults_of(method: str, args: dict[str, Any]) -> list[str]:
    """What is wrong with a call, whatever it is answered with."""
    async with Loopback() as slack:
        with suppress(SlackApiError):
            await AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url).api_call(method, json=args)
        return slack.faults


class TestJudging:
    @pytest.mark.parametrize(
        ("method", "args", "fault"),
        [
            (
                "chat.postMessage",
                {"channel": SLT, "text": "x", "blocks": [TWICE]},
                "action_id go",
            ),
            ("chat.postMessage", {"channel": SLT, "text": "x", "blocks": [SECTION] * 51}, "51 blocks"),
            ("chat.postMessage", {"channel": SLT, "blocks": [SECTION]}, "text missing"),
            ("chat.postMessage", {"channel": SLT, "text": "<!everyone> look"}, "calls everybody"),
            ("views.open", {"trigger_id": "1.2.3", "view": ENDLESS}, "without submit"),
        ],
    )
    async def test_what_the_schemas_miss(self, method: str, args: dict[str, Any], fault: str) -> None:
        faults = await faults_of(method, args)
        assert any(fault in found for found in faults), faults

    @pytest.mark.skipif(bool(absent()), reason=absent())
    @pytest.mark.parametrize(
        ("method", "args", "fault"),
        [
            ("chat.postMessage", {"channel": SLT, "text": "x", "colour": "red"}, "colour"),
            (
                "chat.postMessage",
                {"channel": SLT, "text": "x", "blocks": [UNKNOWN]},
                "blocks/0/text/type",
            ),
            ("views.publish", {"user_id": ADA, "view": {"type": "home"}}, "not valid"),
        ],
    )
    async def test_what_the_schemas_catch(self, method: str, args: dict[str, Any], fault: str) -> None:
        faults = await faults_of(method, args)
        assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("*bold* _it_ ~no~ `c*d*e`", "bold it no c*d*e"),
        ("<https://example.org|label> &amp; <@U0ADA> in <#C0SLT|slt>", "label & @Ada in #slt"),
        ("<!date^1517427000^{time}|19:30>", "19:30"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("&gt; quoted\n*both _styles_*", "quoted\nboth styles"),
    ],
)
def test_people_read_words(sent: str, read: str) -> None:
    assert plain(sent, {ADA: "Ada"}) == read
