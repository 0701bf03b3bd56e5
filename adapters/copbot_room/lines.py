"""What the simulated members say. Invented people, invented remarks; nobody is quoted.

``after`` is in seconds after the question was posted; ``about`` is the index, in the same question, of the message that a line replies to,
edits, deletes or reacts to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Act(Enum):
    """What a line does."""

    SAY = auto()
    EDIT = auto()
    DELETE = auto()
    REACT = auto()
    COMMAND = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that one person does. ``in_channel``: said in the channel instead of the question's thread."""

    after: float
    who: str
    text: str
    about: int | None = None
    in_channel: bool = False
    act: Act = Act.SAY


HELLOS: Sequence[Line] = (
    Line(
        15,
        "maria",
        "Maria, community clinic, Bristol. We have just started a peer group and I want it to last longer than our last one.",
        in_channel=True,
    ),
    Line(28, "tom", "Tom, hospital team, Gloucestershire. Reading mostly, one eye on the oven.", in_channel=True),
    Line(40, "aisha", "Aisha here, student on placement. My first chat!", in_channel=True),
    Line(52, "lucy", "Welcome, Aisha. Good to have you with us.", in_channel=True),
    Line(64, "ben", "Ben, school service. On my desk: a report nobody will read.", in_channel=True),
)

TAKE_AWAYS: Sequence[Line] = (
    Line(25, "maria", "I'm taking away Dev's ten minutes at the end of a meeting. Small enough to do on Monday."),
    Line(45, "tom", "That mine may be a CoP after all, it only needed somebody to keep turning up."),
    Line(70, "aisha", "That it's fine to ask the question everybody is thinking."),
    Line(95, "chloe", "One line from Maria: 'we never called it anything'. I'll look for the things that have no name."),
    Line(110, "dev", "/cop try ask one other service what they are stuck on, before we meet again", act=Act.COMMAND),
    Line(118, "chloe", "/cop reflect on", act=Act.COMMAND),
)

GENERIC: Sequence[Line] = (
    Line(
        40, "maria", "For example, last month we tried this in our clinic with two colleagues, and it went better than any of us expected."
    ),
    Line(75, "tom", "That's close to what we see. @Maria what made the difference?", about=0),
    Line(120, "maria", "Somebody said out loud that they weren't sure. That opened it.", about=1),
    Line(170, "dev", "In our team it depends who is in the room. I'd like to hear how others handle that."),
    Line(215, "chloe", "@Dev we agree at the start that questions are as welcome as answers. It helps, mostly.", about=3),
    Line(260, "aisha", "As somebody new: I notice that I wait until someone else has asked first."),
)

_Q1: Sequence[Line] = (
    Line(
        28,
        "dev",
        "Yes, I think so. Four of us from different services meet every other Thursday over one awkward question. Two years now.",
    ),
    Line(55, "maria", "Not sure! We have a mailing list of eighty people and nobody ever writes to it. Is that a CoP?"),
    Line(92, "tom", "@Maria I'd say a list isn't, until two people work something out on it.", about=1),
    Line(130, "maria", "Then we had one once, for about a week, when the new form came in.", about=2),
    Line(165, "chloe", "Yes, though we never called it anything. We just kept asking one another."),
    Line(205, "aisha", "I'm a student, so I don't know whether I am a member or only visiting."),
    Line(238, "dev", "@Aisha if you have ever changed what one of us does, you are a member. I bet you have.", about=5),
    Line(262, "lucy", "What is it, in yours, that people come back for?", about=4),
    Line(310, "chloe", "Somebody always brings a real thing that they are stuck on. That's all of it, really.", about=7),
    Line(360, "ben", "I'd have said yes last year. However, our lead moved on and it stopped in a month."),
    Line(420, "tom", "That's the bit I keep thinking about. Was it ours, or was it hers?", about=9),
    Line(480, "ben", "Hers, I think. We came because she asked.", about=10),
)

_Q2: Sequence[Line] = (
    Line(30, "ben", "A regional network set up by our trust: terms of reference, a chair, a page nobody could find."),
    Line(62, "maria", "A2 Our journal club. Organised by one manager, now run by whoever read the paper last.", in_channel=True),
    Line(98, "chloe", "The dysphagia special interest group. Organised, but the coffee break is where it happens."),
    Line(140, "ben", "Ours had no coffee break. I wonder whether that was the mistake.", about=2),
    Line(
        182,
        "dev",
        "For example, last year we were told to join one and given slides. We were told things; nothing came back the other way.",
    ),
    Line(230, "tom", "So it was about handing knowledge down. @Dev did anybody try to turn it round?", about=4),
    Line(
        276,
        "dev",
        "I asked if we could bring our own questions. Ten minutes at the end of each meeting. Those ten minutes are why I still go.",
        about=5,
    ),
    Line(300, "maria", "👏", about=6, act=Act.REACT),
    Line(330, "aisha", "Our university runs one for students. I went once, there were forty people and no faces"),
    Line(
        352,
        "aisha",
        "Our university runs one for students. I went once: forty people and no faces. I'd go again if it were eight.",
        about=8,
        act=Act.EDIT,
    ),
)

_Q3: Sequence[Line] = (
    Line(26, "tom", "Three of us at the bus stop after the same clinic. Honestly. We sorted out our whole referral form there."),
    Line(60, "aisha", "A group chat of students on placement. Nobody planned it; somebody was frightened of their first home visit."),
    Line(95, "chloe", "@Aisha I love that. What happened after the visit?", about=1),
    Line(128, "aisha", "She wrote down what she wished she had known, and now we each add a line when we move on.", about=2),
    Line(170, "maria", "Ours grew out of a mistake that three services made in the same week."),
    Line(196, "maria", "I meant four, ignore that", about=4),
    Line(212, "maria", "", about=5, act=Act.DELETE),
    Line(250, "dev", "The shared problem came first each time, then the people. @Tom was anybody looking after the bus stop?", about=0),
    Line(290, "tom", "Only the timetable.", about=7),
    Line(335, "ben", "And mine had the people first and went looking for a problem. That says a lot."),
)

_Q4: Sequence[Line] = (
    Line(24, "chloe", "Time. My diary is back to back and nothing counts unless it is a contact."),
    Line(58, "ben", "Being spread over nine sites, and a firewall that blocks anything useful."),
    Line(90, "dev", "Not being sure that it's safe to say 'I don't know' when managers can read along."),
    Line(128, "tom", "@Dev yes. In ours it changed on the day the lead said it first.", about=2),
    Line(170, "maria", "Agree. People wait to be given permission that nobody has asked them to wait for.", about=3),
    Line(215, "aisha", "For students: we rotate out just when we begin to belong."),
    Line(262, "chloe", "@Aisha could you stay on the list when you move? We'd miss you less.", about=5),
    Line(330, "ben", "One barrier is ours: we only meet when there is an agenda."),
    Line(520, "dev", "A4b We put it in the job plan as supervision. Half an hour, protected, and nobody has argued since."),
    Line(560, "chloe", "@Dev how did you word it? I'd like to borrow that.", about=8),
    Line(600, "dev", "'Peer case learning, 30 minutes a fortnight.' Boring on purpose.", about=9),
    Line(648, "tom", "We overcame the firewall with a phone call. Old technology.", about=1),
    Line(700, "ben", "So: no agenda, one stuck thing each, half an hour. I could do that.", about=7),
    Line(745, "aisha", "And somebody keeps a chair for the one who moved on.", about=6),
)

LINES: Mapping[str, Mapping[str, Sequence[Line]]] = {
    "resnetslt-2018-01-thinking-together": {"Q1": _Q1, "Q2": _Q2, "Q3": _Q3, "Q4": _Q4},
}
"""Question set -> label of a question -> what is said about it."""
