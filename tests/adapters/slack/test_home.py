"""The Home tab."""

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_shapes import faults_of_view, words_of

from copbot.domain.message import Button, Message
from copbot_slack.home import home_view

COMING = Message("**Coming up**\n\n- Thinking together", (Button("I'll be there", "coming", "1"),))
PRIVACY = Message("What I keep about you", (Button("Off", "privacy", "1:text:off"), Button("On", "privacy", "1:quote:named")))


def test_messages_stand_under_each_other_with_their_own_buttons() -> None:
    view = home_view([COMING, PRIVACY])
    assert faults_of_view(view) == []
    assert [block["type"] for block in view["blocks"]] == ["rich_text", "actions", "divider", "rich_text", "actions"]
    actions = [one["action_id"] for block in view["blocks"] if block["type"] == "actions" for one in block["elements"]]
    assert actions == ["1:coming", "2:privacy", "3:privacy"]


def test_what_does_not_fit_is_said() -> None:
    view = home_view([COMING] * 40)
    assert faults_of_view(view) == []
    assert list(words_of(view["blocks"]))[-1] == "… (The rest does not fit here.)"


@settings(deadline=None, max_examples=25)
@given(st.lists(st.builds(Message, st.text(min_size=1).filter(str.strip)), min_size=1, max_size=120))
def test_any_page_fits(page: list[Message]) -> None:
    assert faults_of_view(home_view(page)) == []
