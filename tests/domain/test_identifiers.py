"""The detectors of 2-domain 6.4 with their vectors (T19, T20)."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copbot.domain.identifiers import Confidence, Found, IdentifierKind, find, passes_mod_11, surest

K, C = IdentifierKind, Confidence


def kinds(text: str) -> list[tuple[IdentifierKind, Confidence]]:
    return [(found.kind, found.confidence) for found in find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "confidence"),
    [
        ("her number is 943 476 5919", K.NHS_NUMBER, C.HIGH),
        ("469 819 4180", K.NHS_NUMBER, C.HIGH),
        ("401-023-2137.", K.NHS_NUMBER, C.HIGH),
        ("999 000 0018", K.NHS_NUMBER, C.HIGH),
        ("A1 943 476 5919", K.NHS_NUMBER, C.HIGH),
        ("A2: 9434765919", K.NHS_NUMBER, C.MEDIUM),
        ("NHS no. 9434765919", K.NHS_NUMBER, C.HIGH),
        ("9434765919 is what the nhs gave", K.NHS_NUMBER, C.HIGH),
        ("lives at B15 2TT now", K.POSTCODE, C.MEDIUM),
        ("ec1a1bb", K.POSTCODE, C.MEDIUM),
        ("DOB 3/4/19", K.DATE_OF_BIRTH, C.HIGH),
        ("d.o.b. 03.04.2019", K.DATE_OF_BIRTH, C.HIGH),
        ("born on 3rd of April 2019", K.DATE_OF_BIRTH, C.HIGH),
        ("date of birth: 3-4-2019", K.DATE_OF_BIRTH, C.HIGH),
        ("ring 07700 900123", K.PHONE, C.MEDIUM),
        ("(0131) 496 0000", K.PHONE, C.MEDIUM),
        ("+44 7700 900123", K.PHONE, C.MEDIUM),
        ("+44 (0)20 7946 0958", K.PHONE, C.MEDIUM),
        ("write to mum.smith@example.org please", K.EMAIL, C.MEDIUM),
        ("I saw Mrs Jones", K.TITLED_NAME, C.MEDIUM),
        ("Mr. Khan said", K.TITLED_NAME, C.MEDIUM),
        ("with Baby Oliver", K.TITLED_NAME, C.LOW),
        ("Grandad Joe", K.TITLED_NAME, C.LOW),
        ("hospital number: X12345", K.HOSPITAL_NUMBER, C.MEDIUM),
        ("MRN 1234567", K.HOSPITAL_NUMBER, C.MEDIUM),
        ("rio no 445566", K.HOSPITAL_NUMBER, C.MEDIUM),
    ],
)
def test_what_may_identify_somebody(text: str, kind: IdentifierKind, confidence: Confidence) -> None:
    assert (kind, confidence) in kinds(text)


@pytest.mark.parametrize("digits", ["0101011237", "3112991236"])
def test_a_chi_number_is_a_date_and_passes(digits: str) -> None:
    number = next(digits[:9] + str(check) for check in range(10) if passes_mod_11(digits[:9] + str(check)))
    assert kinds(number) == [(K.CHI_NUMBER, C.MEDIUM)]
    assert kinds(f"{number[:6]} {number[6:]}") == [(K.CHI_NUMBER, C.MEDIUM)]


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5918",
        "999 123 4560",
        "111 111 1111",
        "000 000 0000",
        "999 000 0000",
        "1700000000.123456",
        "<@U0123456789>",
        "<@9434765919>",
        "https://example.org/9434765919",
        "https://example.org/a#9434765919",
        "#9434765919",
        "94347659190",
        "9434765919-1",
        "1069434765919123456",
        "07700 900123",
    ],
)
def test_no_nhs_number(text: str) -> None:
    assert K.NHS_NUMBER not in [kind for kind, _ in kinds(text)]


@pytest.mark.parametrize(
    "text",
    [
        "A1 Yes, I think so",
        "A4 3pm works",
        "Q1 2AB",
        "on the B1 2nd floor",
        "we met in M1 only",
        "I was born in Leeds",
        "DOB is on the form",
        "Dr Smith will come",
        "my Mum. The day was long",
        "we are Baby Friendly",
        "Mum said yes",
        "Master Class next week",
        "in hospital 2018 was hard",
        "Rio 2016",
        "999 or 111",
        "19:30 to 20:30 on 31/01/2018",
        "doi 10.1136/bmjopen-2012-000967",
        "ask @ada",
        "12,345,678 people",
        "A&E at 10",
    ],
)
def test_everyday_talk(text: str) -> None:
    assert kinds(text) == []


def test_names_that_everybody_here_knows() -> None:
    assert find("as Mrs Pratten wrote", known_names=["Sal Pratten"]) == ()
    assert find("as Mrs Pratten wrote", known_names=["Jane Prattenham"]) != ()


def test_contacts_of_the_community_file() -> None:
    contacts = ["Your trust's safeguarding team, 01234 567890", "ig.team@example.nhs.uk"]
    assert find("ring 01234567890 or IG.team@example.nhs.uk", published=contacts) == ()
    assert [found.kind for found in find("ring 01234 567891", published=contacts)] == [K.PHONE]


def test_a_find_holds_no_text_and_the_surest_is_spoken_of() -> None:
    found = find("Mrs Jones of B15 2TT, 943 476 5919")
    assert surest(found).kind is K.NHS_NUMBER
    assert [each.start for each in found] == [0, 13, 22]
    assert all(isinstance(value, int | str) and "Jones" not in str(value) for each in found for value in dataclasses.astuple(each))
    assert {field.name for field in dataclasses.fields(Found)} == {"kind", "confidence", "start", "end"}


@given(st.integers(min_value=0, max_value=999_999_999))
def test_at_most_one_check_digit_fits(nine: int) -> None:
    fitting = [check for check in range(10) if passes_mod_11(f"{nine:09d}{check}")]
    assert len(fitting) <= 1


@given(st.text())
def test_any_text_is_searched_without_an_error(text: str) -> None:
    assert all(0 <= found.start < found.end <= len(text) for found in find(text))
