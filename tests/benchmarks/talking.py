"""What people say in a live chat: mostly known members in the threads of its questions, and a little of everything else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

from copbot.domain.heard import Said
from copbot.domain.place import Person, Place

START = datetime(2018, 1, 31, 19, 30, tzinfo=UTC)
CHANNEL = Place("room", "resnetslt")
QUESTIONS = (1, 2, 3, 4)
MEMBERS = tuple(Person("room", f"U0MEMBER{number}") for number in range(200))
SILENT = Person("room", "U0SILENT")
"""Who is off the record."""
LENGTH = 200
"""About so many characters has a message."""

NEWCOMERS, MENTIONING, REPLYING, IN_CHANNEL, OFF_RECORD, IDENTIFYING = 0.01, 0.15, 0.1, 0.1, 0.01, 0.005
"""Shares of messages: by somebody new, naming a member, replying to a message, in the channel with a label, off the record, with a
telephone number in it.
"""

SENTENCES = (
    "We tried a journal club with the students last year, and they came when lunch was there.",
    "I think trust comes first, and that takes longer than any project plan allows for.",
    "For example, our team meets every second Tuesday and nobody takes minutes any more.",
    "What would help me is somebody who has done it before and says what went wrong.",
    "The paper says that thinking together is what makes a community, not the mailing list.",
    "In a service of 12 people spread over 30 miles, that is easier said than done.",
    "Yes! Our manager gave us an hour a month, which was more than we had hoped.",
    "How do you keep it going when the person who started it leaves?",
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A round of messages, and what must be stored of them: the words by the message's id, None where only that it was said."""

    said: list[Said] = field(default_factory=list)
    stored: dict[str, str | None] = field(default_factory=dict)


def thread(number: int) -> Place:
    """The thread of a question."""
    return Place(CHANNEL.platform, CHANNEL.channel, f"1517426999.00000{number}")


class Talkers:
    """People who go on talking, by chance, but the same in every run."""

    def __init__(self) -> None:
        self._random = Random(3)
        self._numbers = count(1)
        self._earlier = "nothing"

    def say(self, messages: int) -> Talk:
        """The next messages, half a second apart."""
        talk = Talk()
        for number, _ in zip(self._numbers, range(messages), strict=False):
            self._add(talk, number)
        return talk

    def _add(self, talk: Talk, number: int) -> None:
        chance, message = self._random.random, f"1517427000.{number:06d}"
        off_record = chance() < OFF_RECORD
        person = SILENT if off_record else Person("room", f"U0NEW{number}") if chance() < NEWCOMERS else self._random.choice(MEMBERS)
        place, label = self._place()
        words = label + self._words()
        mentions = (self._random.choice(MEMBERS),) if chance() < MENTIONING else ()
        replies_to = self._earlier if chance() < REPLYING else None
        identifying = chance() < IDENTIFYING
        text = f"{words} Ring me: 020 7946 0018" if identifying else words
        at = START + timedelta(seconds=number / 2)
        talk.said.append(Said(at, place, person, message, text, mentions, replies_to, name=person.id.title()))
        if not off_record:
            talk.stored[message] = None if identifying else text
            self._earlier = message if chance() < REPLYING else self._earlier

    def _place(self) -> tuple[Place, str]:
        number = self._random.choice(QUESTIONS)
        return (CHANNEL, f"A{number}: ") if self._random.random() < IN_CHANNEL else (thread(number), "")

    def _words(self) -> str:
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        length = 0
        while length < LENGTH * 0.8:
            sentence = self._random.choice(SENTENCES)
            length += len(sentence)
            yield sentence
