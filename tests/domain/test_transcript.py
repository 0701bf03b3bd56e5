import pytest

from copbot.domain.transcript import Author, may_quote, names_of, without_names


@pytest.mark.parametrize(
    ("author", "name"),
    [
        (Author(1, "Ada"), "Member 1"),
        (Author(1, "Ada", "no_name"), "Member 1"),
        (Author(1, "Ada", "named"), "Ada"),
        (Author(1, "Ada", is_host=True), "Ada"),
        (Author(1, "Ada", "named", is_host=True), "Ada"),
        (Author(1, "Ada", "no_name", is_host=True), "Host"),
    ],
)
def test_names_follow_each_person_s_choice(author: Author, name: str) -> None:
    assert names_of([author]) == {1: name}


def test_numbers_come_in_order_of_appearance_and_stay() -> None:
    ada, ben, sally = Author(7, "Ada"), Author(3, "Ben"), Author(5, "Sally", is_host=True)
    assert names_of([ada, sally, ben, ada]) == {7: "Member 1", 5: "Sally", 3: "Member 2"}


def test_under_the_chatham_house_rule_nobody_has_a_name() -> None:
    assert set(names_of([Author(1, "Ada", "named"), Author(2, "Sally", is_host=True)], chatham_house=True).values()) == {"A member"}


def test_only_an_explicit_never_takes_words_out() -> None:
    assert [may_quote(Author(1, "Ada", quote)) for quote in ("", "named", "no_name", "never")] == [True, True, True, False]


def test_a_mention_does_not_give_away_who_is_a_number() -> None:
    known = {"Maria": "Member 2", "Mari": "Member 3", "Sally": "Sally", "Tom": "somebody"}
    text = "@Maria, @mari and @Sally: ask @Tom, not maria@example.org or @Thomas"
    assert without_names(text, known) == "@Member 2, @Member 3 and @Sally: ask @somebody, not maria@example.org or @Thomas"
