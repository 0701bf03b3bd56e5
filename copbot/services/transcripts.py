"""Transcripts: collecting what may be shown of a chat, and handing it to hosts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from copbot.domain.chat import FACILITATORS, AskedQuestion, Chat, State
from copbot.domain.consent import Scope
from copbot.domain.message import Message, Private, Reply
from copbot.domain.plan import questions_of
from copbot.domain.question import Paper
from copbot.domain.response import Response
from copbot.domain.step import Fate, Outgoing, Verb
from copbot.domain.transcript import BOT, Author, Line, Section, Transcript, may_quote, names_of, without_names
from copbot.domain.transcript_text import file
from copbot.ports.platform import CommandSpec
from copbot.services import gaps, outgoing
from copbot.services.call import Call, Command, Press, Who, private
from copbot.services.desk import Desk
from copbot.services.options import CHAT

SPOKEN_BY_THE_BOT = ("probe", "unasked", "nudge")
"""Purposes of outgoing rows that people may have replied to, so that they belong in the transcript."""


def collect(desk: Desk, chat: Chat) -> Transcript:
    """The chat as it may be shown: only text that was kept, names only where people agreed to them."""
    edition, community = desk.edition(chat), desk.community(chat)
    hidden = community.privacy.chatham_house
    responses = [each for each in desk.uow.responses.of_chat(chat.id) if each.asked is not None]
    authors = _authors(desk, chat, responses)
    shown = [each for each in responses if each.text and each.member in authors and may_quote(authors[each.member])]
    names = names_of((authors[each.member] for each in shown), chatham_house=hidden)
    called = _called(desk, chat, names)
    return Transcript(
        chat=chat.id,
        community=community.name,
        title=chat.title,
        starts_at=chat.starts_at,
        ends_at=chat.ends_at,
        time_zone=chat.time_zone,
        hashtag=edition.question_set.hashtag,
        hosts=() if hidden else tuple(host.name for host in outgoing.hosts_of(desk, chat)),
        paper=_paper(edition.question_set.paper),
        sections=_sections(
            desk, chat, responses, [_line(each, authors[each.member], names, called, hidden=hidden) for each in shown], shown
        ),
        gaps=gaps.of(desk, chat),
        chatham_house=hidden,
    )


def _authors(desk: Desk, chat: Chat, responses: Sequence[Response]) -> dict[int, Author]:
    ids = {each.member for each in responses}
    if not ids:
        return {}
    choices = desk.uow.consents.current(ids)
    hosts = {role.member for role in desk.uow.chats.roles([chat.id]) if role.role in FACILITATORS}
    quotes = {id: scopes[Scope.QUOTE].state for id, scopes in choices.items() if Scope.QUOTE in scopes}
    members = desk.uow.members.many(ids)
    return {id: Author(id, member.name, quotes.get(id, ""), id in hosts) for id, member in members.items()}


def _called(desk: Desk, chat: Chat, names: Mapping[int, str]) -> dict[str, str]:
    """What everybody in the community is called in the transcript, by account and by name; who says nothing in it is somebody."""
    members = desk.uow.members.of_community(chat.community)
    return {word: names.get(member.id, "somebody") for member in members for word in (member.person.id, member.name)}


def _line(response: Response, author: Author, names: Mapping[int, str], called: Mapping[str, str], *, hidden: bool) -> Line:
    return Line(
        author=names[author.member],
        text=without_names(response.text or "", called),
        at=None if hidden else response.at,
        part=response.part,
        to="" if hidden or response.replies_to is None else names.get(response.replies_to, ""),
        is_host=author.is_host and not hidden,
    )


def _sections(
    desk: Desk, chat: Chat, responses: Sequence[Response], lines: Sequence[Line], shown: Sequence[Response]
) -> tuple[Section, ...]:
    """One section a question, in the order in which they were asked; the bot's own further questions stand where they came."""
    said: dict[int, list[tuple[datetime, Line]]] = defaultdict(list)
    for response, line in zip(shown, lines, strict=True):
        said[response.asked or 0].append((response.at, line))
    hidden = desk.community(chat).privacy.chatham_house
    for row in desk.uow.outbox.of(chat.id):
        if row.asked is not None and row.sent_at is not None and _is_spoken(row):
            said[row.asked].append((row.sent_at, Line(BOT, row.message.text, None if hidden else row.sent_at, is_bot=True)))
    kept = {response.id for response in shown}
    return tuple(
        _section(desk, chat, asked, said[asked.id], sum(each.asked == asked.id and each.id not in kept for each in responses))
        for asked in sorted(desk.uow.questions.of([chat.id]), key=lambda asked: (asked.asked_at, asked.id))
        if asked.root is not None
    )


def _is_spoken(row: Outgoing) -> bool:
    return row.verb is Verb.POST and row.fate is Fate.SENT and row.purpose in SPOKEN_BY_THE_BOT


def _section(desk: Desk, chat: Chat, asked: AskedQuestion, said: list[tuple[datetime, Line]], untold: int) -> Section:
    edition = desk.edition(chat)
    questions = questions_of(edition.format, edition.question_set)
    question = next((each for each in questions if asked.number and each.number == asked.number), None)
    part_b = question.part_b.text if question and question.part_b and asked.part_b_at else ""
    lines = tuple(line for _, line in sorted(said, key=lambda pair: pair[0]))
    asked_at = None if desk.community(chat).privacy.chatham_house else asked.asked_at
    return Section(asked.label, asked.text, asked_at, part_b, lines, untold)


def _paper(paper: Paper | None) -> str:
    if paper is None:
        return ""
    when = f" ({paper.year})" if paper.year else ""
    doi = f"doi:{paper.doi}" if paper.doi else ""
    parts = [part for part in (f"{paper.authors}{when}".strip(), paper.title, paper.journal, doi) if part]
    return " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts)


def give(desk: Desk, call: Call) -> Reply:
    """Hand a host the transcript as a file."""
    if call.chat is None or call.chat.state in {State.DRAFT, State.PLANNED, State.CANCELLED}:
        return private(desk.say("transcript-none"))
    collected = collect(desk, call.chat)
    words = sum(len(section.lines) for section in collected.sections)
    text = desk.say("transcript-ready", chat=call.chat, lines=words, untold=collected.untold, gaps=len(collected.gaps))
    return Private(Message(text, files=(file(collected),)))


COMMANDS: tuple[Command, ...] = (
    Command(CommandSpec("transcript", "get the chat by question, as a file", "transcript", (CHAT,)), give, Who.HOST, needs_chat=True),
)

PRESSES: Mapping[str, Press] = {"transcript": Press(give, Who.HOST)}
