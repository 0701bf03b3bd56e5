import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot.content.document import Reader
from copbot.content.library import Content
from copbot.content.watch import watch
from copbot.domain.community import KeepText
from copbot.domain.format import Log, Offset
from copbot.domain.prompt import Autonomy, fill
from copbot.errors import ConfigurationError, WrongState
from copbot.ports.library import Problem
from copbot.resources import data_dir
from copbot.testing.files import COMMUNITY, seed_set, write

QUESTION_SET = seed_set()
SET_ID = "resnetslt-2018-01-thinking-together"
"""The set of the main job."""


@pytest.fixture
def content(config: Path) -> Content:
    return Content.load(config, config.parent / "prompts")


def errors(problems: Sequence[Problem]) -> list[str]:
    return [problem.code for problem in problems if not problem.is_warning]


def test_the_shipped_files_have_no_errors(shipped: Content) -> None:
    assert [str(problem) for problem in shipped.problems() if not problem.is_warning and problem.path.suffix == ".yaml"] == []
    assert len(shipped.formats()) == 12
    assert [community.id for community in shipped.communities()] == ["HV-CoP", "ResNetSLT"]
    assert len(shipped.question_sets()) == 5
    assert [framework.id for framework in shipped.frameworks()] == ["hcpc", "nmc-2016", "rcslt"]


def test_the_seed_set_as_the_domain_has_it(shipped: Content) -> None:
    """T1, its half that is content."""
    chosen = shipped.question_set(SET_ID)
    assert chosen is not None
    assert [(question.number, question.minutes) for question in chosen.questions] == [(1, 13), (2, 10), (3, 10), (4, 16)]
    assert chosen.questions[3].part_b is not None
    assert chosen.questions[3].part_b.after == timedelta(minutes=8)
    assert (chosen.suggested.starts, chosen.suggested.ends) == (time(19, 30), time(20, 30))
    assert chosen.closing == "One thing to try in your own CoP before the next chat on 28 February?"
    assert chosen.reflection is not None
    assert chosen.reflection.then == (timedelta(weeks=2), timedelta(weeks=6))


def test_offsets_in_days_and_exact_ones_are_told_apart(shipped: Content) -> None:
    live = shipped.format("live-chat-60")
    learning = shipped.format("action-learning-set-60")
    assert live is not None
    assert learning is not None
    when = {phase.id: phase.when for phase in (*live.before, *live.after)}
    assert when["announce"] == Offset(days=-28)
    assert when["hour_to_go"] == Offset(exact=timedelta(minutes=-60))
    assert when["reflect"] == Offset(exact=timedelta(hours=24))
    assert learning.after[0].when == Offset(days=-1, of_next=True)
    assert (learning.log, learning.needs) == (Log.PRESENCE_ONLY, ("set_agreement",))
    assert next(phase.stays_open for phase in live.after if phase.id == "open_thread") == timedelta(hours=24)


def test_a_community_is_found_by_its_channel_but_not_by_its_hosts_channel(shipped: Content) -> None:
    found = shipped.community_at("room", "health-visiting")
    assert found is not None
    assert found.id == "HV-CoP"
    assert found.privacy.keep_message_text is KeepText.WITH_CONSENT
    assert found.privacy.identifier_tells_host_after is None
    assert shipped.community_at("room", "health-visiting-hosts") is None
    assert shipped.community_at("slack", "health-visiting") is None


def test_question_sets_of_one_community(shipped: Content) -> None:
    assert [one.id for one in shipped.question_sets("ResNetSLT")] == ["looking-back", SET_ID]


@pytest.mark.parametrize("missing", ["safeguarding_contact", "keep_message_text"])
def test_copbot_does_not_start_without_a_safeguarding_contact_or_a_choice_about_text(config: Path, missing: str) -> None:
    """T34."""
    lines = [line for line in COMMUNITY.splitlines() if missing not in line]
    write(
        config / "communities" / "resnetslt.yaml",
        "\n".join(lines).replace("people:", "people:\n  admins: []").replace("privacy:", "privacy:\n  chatham_house: false"),
    )
    with pytest.raises(ConfigurationError, match=rf"resnetslt\.yaml:\d+:\d+: error\[missing-key\]: .*{missing}: ") as raised:
        Content.load(config, config.parent / "prompts")
    assert "does not start without it" in str(raised.value) or "You must choose" in str(raised.value)


def test_an_empty_safeguarding_contact_is_refused_too(config: Path) -> None:
    write(config / "communities" / "resnetslt.yaml", COMMUNITY.replace('"The safeguarding lead; in an emergency 999"', ""))
    with pytest.raises(ConfigurationError, match="`safeguarding_contact` is empty"):
        Content.load(config, config.parent / "prompts")


def test_a_missing_folder_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="copbot init"):
        Content.load(tmp_path / "nowhere", tmp_path)


def test_at_first_start_a_set_with_errors_is_left_out(config: Path) -> None:
    write(config / "question-sets" / "set.yaml", QUESTION_SET.replace("day: Wednesday", "day: Thursday"))
    content = Content.load(config, config.parent / "prompts")
    assert content.question_sets() == ()
    assert errors(content.problems()) == ["weekday"]


def test_a_file_with_errors_keeps_its_last_good_version_and_an_edit_is_picked_up(content: Content, config: Path) -> None:
    """T2: one error with line number and corrected line; the last good version stays active."""
    path = config / "question-sets" / "set.yaml"
    write(path, QUESTION_SET.replace('hashtag: "#ResNetSLT"', "hashtag: #ResNetSLT").replace("Thinking together: what", "New: what"))
    problems = content.reload()
    (problem,) = [problem for problem in problems if not problem.is_warning]
    assert (problem.path, problem.line, problem.code) == (path, 7, "comment-value")
    assert '`hashtag: "#ResNetSLT"`' in problem.what
    kept = content.question_set(SET_ID)
    assert kept is not None
    assert kept.title == "Thinking together: what makes Communities of Practice work?"
    write(path, QUESTION_SET.replace("Thinking together: what", "New: what"))
    assert errors(content.reload()) == []
    edited = content.question_set(SET_ID)
    assert edited is not None
    assert edited.title == "New: what makes Communities of Practice work?"


def test_a_community_that_breaks_while_running_keeps_its_last_good_version(content: Content, config: Path) -> None:
    write(config / "communities" / "resnetslt.yaml", COMMUNITY.replace("safeguarding_contact", "safeguarding"))
    assert "unknown-key" in errors(content.reload())
    assert content.community("ResNetSLT") is not None
    assert content.question_set(SET_ID) is not None


def test_an_error_that_only_other_files_show_keeps_the_last_good_version_too(content: Content, config: Path) -> None:
    write(config / "question-sets" / "set.yaml", QUESTION_SET.replace("format: live-chat-60", "format: live-chat-90"))
    assert errors(content.reload()) == ["unknown-format"]
    kept = content.question_set(SET_ID)
    assert kept is not None
    assert kept.format == "live-chat-60"


def test_a_removed_file_is_gone(content: Content, config: Path) -> None:
    (config / "question-sets" / "set.yaml").unlink()
    content.reload()
    assert content.question_sets() == ()


def test_a_set_whose_community_was_removed_cannot_be_used(content: Content, config: Path) -> None:
    (config / "communities" / "resnetslt.yaml").unlink()
    assert errors(content.reload()) == ["unknown-community"]
    assert content.question_sets() == ()


def test_an_instance_replaces_packaged_files_one_by_one(config: Path) -> None:
    packaged = (data_dir("config") / "formats" / "live-chat-60.yaml").read_text(encoding="utf-8")
    write(config / "formats" / "live-chat-60.yaml", packaged.replace("Live chat, one hour", "Our hour"))
    write(config.parent / "prompts" / "en-GB" / "wording" / "hello-there.md.j2", "{# variables: name #}\nHello {{ name }}.\n\n\n\nBye  \n")
    content = Content.load(config, config.parent / "prompts")
    ours = content.format("live-chat-60")
    assert ours is not None
    assert ours.title == "Our hour"
    assert len(content.formats()) == 12
    assert content.say("hello-there", name="Ada") == "Hello Ada.\n\nBye"


def test_two_files_may_not_have_the_same_id(config: Path) -> None:
    write(config / "question-sets" / "another.yaml", QUESTION_SET)
    assert errors(Content.load(config, config.parent / "prompts").problems()) == ["duplicate-id"]


def test_two_communities_may_not_share_a_channel(config: Path) -> None:
    channels = "channels:\n  - platform: room\n    channel: slt\n"
    write(config / "communities" / "resnetslt.yaml", COMMUNITY + channels)
    write(config / "communities" / "second.yaml", COMMUNITY.replace("id: ResNetSLT", "id: second") + channels)
    with pytest.raises(ConfigurationError, match="already belongs to ResNetSLT"):
        Content.load(config, config.parent / "prompts")


def test_a_community_switches_prompts_off_and_brings_its_own(config: Path) -> None:
    own = (
        "prompts:\n  off: [take-word]\n  own:\n    - id: take-thanks\n      move: take_away\n      stage: closing\n"
        '      audience: channel\n      autonomy: clockwork\n      text: "Thank you."\n'
    )
    write(config / "communities" / "resnetslt.yaml", COMMUNITY + own)
    content = Content.load(config, config.parent / "prompts")
    edition = content.thaw(*content.freeze(SET_ID))
    assert "take-word" not in edition.prompts
    assert edition.prompts["take-thanks"].text == "Thank you."
    assert edition.prompts["take-line"].autonomy is Autonomy.CLOCKWORK


def test_an_edition_is_equal_to_what_was_frozen_and_its_hash_is_stable(shipped: Content) -> None:
    for chosen in shipped.question_sets():
        hash, body = shipped.freeze(chosen.id)
        edition = shipped.thaw(hash, body)
        assert edition.question_set == chosen
        assert edition.format == shipped.format(chosen.format)
        assert edition.hash == hash
        assert shipped.freeze(chosen.id) == (hash, body)
        assert shipped.thaw(hash, body) is edition
        assert json.loads(body).keys() == {"question_set", "format", "prompts", "wording"}


def test_an_edition_keeps_its_wording_while_the_library_moves_on(config: Path) -> None:
    template = config.parent / "prompts" / "en-GB" / "wording" / "hello-there.md.j2"
    write(template, "{# variables: #}\nOld words.")
    content = Content.load(config, config.parent / "prompts")
    frozen = content.freeze(SET_ID)
    write(template, "{# variables: #}\nNew words.")
    content.reload()
    assert content.say("hello-there") == "New words."
    assert content.thaw(*frozen).say("hello-there") == "Old words."
    assert content.freeze(SET_ID)[0] != frozen[0]


def test_a_comment_in_the_yaml_does_not_change_the_edition(content: Content, config: Path) -> None:
    before = content.freeze(SET_ID)
    write(config / "question-sets" / "set.yaml", QUESTION_SET + "\n# a comment\n")
    content.reload()
    assert content.freeze(SET_ID) == before


def test_an_unknown_set_cannot_be_frozen(shipped: Content) -> None:
    with pytest.raises(WrongState, match="no-such-set"):
        shipped.freeze("no-such-set")


async def test_changes_reach_the_library_and_problems_are_passed_on(content: Content, config: Path) -> None:
    path = config / "question-sets" / "set.yaml"

    async def changes() -> AsyncIterator[object]:
        write(path, QUESTION_SET.replace("minutes: 13", "minutes: 16"))
        yield None
        write(path, QUESTION_SET)
        yield None

    told: list[list[str]] = []

    async def tell(problems: Sequence[Problem]) -> None:
        told.append(errors(problems))

    await watch(content, tell, changes=changes())
    assert told == [["minutes-sum"], []]


async def test_a_real_edit_is_noticed(content: Content, config: Path) -> None:
    stop, noticed = asyncio.Event(), asyncio.Event()

    async def tell(problems: Sequence[Problem]) -> None:
        noticed.set()

    async def edit_until_noticed() -> None:
        number = 0
        while not noticed.is_set():
            number += 1
            write(config / "question-sets" / "set.yaml", QUESTION_SET + f"\n# {number}\n")
            await asyncio.sleep(0.2)
        stop.set()

    async with asyncio.timeout(30):
        await asyncio.gather(watch(content, tell, stop=stop), edit_until_noticed())
    assert noticed.is_set()


def test_importing_content_needs_neither_sqlalchemy_nor_a_platform() -> None:
    code = "import sys, copbot.content; print([name for name in ('sqlalchemy', 'watchfiles', 'starlette') if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ})
    assert run.stdout.strip() == "[]"


@given(st.binary(max_size=300))
def test_no_file_can_make_the_reader_fail(content: bytes) -> None:
    reading = Reader().read(Path("any.yaml"), b"kind: question_set\n" + content)
    assert reading.document is not None or any(not problem.is_warning for problem in reading.problems)


@given(st.text(alphabet="abn: -#'\"[]{}|>@*&!%\n\t\u00a0–“”,?1", max_size=120))
def test_no_text_can_make_the_reader_fail_and_places_are_in_the_file(text: str) -> None:
    content = f"kind: question_set\ntitle: {text}"
    reading = Reader().read(Path("any.yaml"), content.encode())
    lines = content.split("\n")
    assert reading.problems
    for problem in reading.problems:
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column >= 1


def test_placeholders_are_filled() -> None:
    assert fill("Q{n} at {time}", n=2, time="19:30", unused=1) == "Q2 at 19:30"
    with pytest.raises(KeyError):
        fill("{name}", n=1)
