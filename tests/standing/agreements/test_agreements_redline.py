"""Two texts compared by word: nothing lost on either side, readable, bounded in time; and who brought which word."""

import random
import time
from itertools import pairwise

import pytest
from agreements_given import SHARE, terms_of
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.standing.agreements import redline as module
from comity.standing.agreements.redline import Kind, TooLongError, blame, is_renumbered, paragraphs, redline
from comity.standing.agreements.redline_terms import Fate, redline_terms

OLD = """1 Purpose. The sheriff keeps records for 30 days.

2 End. Either side may end it at any time.

3 Money. Each party pays its own people.
"""
NEW = """1 Purpose. The sheriff keeps records for 60 days.

2 Courts. A court of the county decides what nobody else can settle.

3 End. Either side may end it at any time.

4 Money. Each party pays its own people.
"""
WORDS = st.sampled_from(["a", "b", "c", "1", "2.", "(a)", "the", "Agency", "\n\n", " \n \n", "\n", "  ", "é", "\t"])
TEXTS = st.lists(WORDS, max_size=60).map(" ".join)
SEED = 20271


def marked(old, new):
    forms = {Kind.KEEP: "{}", Kind.DELETE: "[-{}-]", Kind.INSERT: "{{+{}+}}"}
    return "".join(forms[one.kind].format(one.text) for one in redline(old, new))


def a_text(rng, count, size=60):
    said = [f"w{rng.randrange(1500)}" if rng.random() < 0.6 else f"w{rng.randrange(30)}" for _ in range(count)]
    return "\n\n".join(
        f"{number} " + " ".join(said[at : at + size]) for number, at in enumerate(range(0, count, size), 1)
    )


def changed(rng, text, share):
    found = []
    for word in text.split(" "):
        chance = rng.random()
        if chance > share / 2:
            found.append(word)
        if chance > 1 - share / 2:
            found.append(f"n{rng.randrange(99)}")
    return " ".join(found)


@given(TEXTS, TEXTS)
def test_without_what_came_it_is_the_old_text_and_without_what_went_the_new(old, new):
    found = redline(old, new)
    assert "".join(one.old for one in found) == old
    assert "".join(one.new for one in found) == new
    for one in found:
        assert one.kind is Kind.KEEP or not (one.old and one.new)
        assert one.kind is not Kind.KEEP or one.old.split() == one.new.split()


@given(TEXTS)
def test_equal_texts_have_no_change(text):
    assert {one.kind for one in redline(text, text)} <= {Kind.KEEP}
    assert redline(text, text) == redline(text, text)


@given(TEXTS, TEXTS)
def test_the_same_two_texts_are_always_told_the_same(old, new):
    assert redline(old, new) == redline(old, new)


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1), st.sampled_from([" ", "  ", "\n", " \t"]))
def test_white_space_alone_is_no_change(said, space):
    assert {one.kind for one in redline(" ".join(said), space.join(said))} == {Kind.KEEP}


@given(TEXTS, TEXTS)
def test_paragraphs_hold_every_change_once(old, new):
    found = redline(old, new)
    assert tuple(one for paragraph in paragraphs(found) for one in paragraph) == found


def test_a_new_section_is_told_whole_and_the_ones_after_it_as_renumbered():
    assert marked(OLD, NEW) == (
        "1 Purpose. The sheriff keeps records for [-30 -]{+60 +}days.\n\n"
        "{+2 Courts. A court of the county decides what nobody else can settle.\n\n+}"
        "[-2 -]{+3 +}End. Either side may end it at any time.\n\n"
        "[-3 -]{+4 +}Money. Each party pays its own people.\n"
    )


def test_a_section_that_moved_is_told_whole_at_both_places():
    one, two, three = OLD.strip().split("\n\n")
    assert marked(f"{one}\n\n{two}\n\n{three}", f"{two}\n\n{three}\n\n{one}") == (
        f"[-{one}\n\n-]{two}\n\n{three}" + "{+\n\n+}{+" + one + "+}"
    )


def test_a_word_alone_between_two_changes_is_told_as_changed():
    assert marked("one two three four five six", "one 2 three 4 five six") == (
        "one [-two three four -]{+2 three 4 +}five six"
    )


def test_a_text_cut_into_more_paragraphs_shows_where():
    assert marked("one two three four", "one two\n\nthree four") == "one two{+\n\n+}three four"


@pytest.mark.parametrize("count", [0, 1])
def test_an_empty_text_is_all_deleted_or_all_inserted(count):
    text = "word " * count
    assert {one.kind for one in redline("", text)} == ({Kind.INSERT} if count else set())
    assert {one.kind for one in redline(text, "")} == ({Kind.DELETE} if count else set())


def test_five_thousand_words_take_less_than_a_fifth_of_a_second():
    rng = random.Random(SEED)  # noqa: S311 - no secret
    text = a_text(rng, 5000)
    other = changed(rng, text, 0.1)
    spent = []
    for _ in range(5):
        began = time.perf_counter()
        assert len(redline(text, other)) > 100
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.2


@pytest.mark.parametrize("name", ["same word", "two words in turn", "one paragraph", "unrelated", "long"])
def test_what_is_worst_for_a_comparison_stays_bounded(name):
    rng = random.Random(SEED)  # noqa: S311 - as above
    said = a_text(rng, 50_000)
    old, new = {
        "same word": ("a " * 5000, "a " * 4990 + "b"),
        "two words in turn": ("a b " * 2500, "b c " * 2500),
        "one paragraph": (said.replace("\n\n", " "), changed(rng, said, 0.2).replace("\n\n", " ")),
        "unrelated": (said, a_text(rng, 50_000)),
        "long": (said, changed(rng, said, 0.2)),
    }[name]
    began = time.perf_counter()
    found = redline(old, new)
    assert time.perf_counter() - began < 15
    assert "".join(one.new for one in found) == new


def test_what_would_take_too_much_at_once_is_compared_in_slices(monkeypatch):
    monkeypatch.setattr(module, "MOST_CELLS", 100)
    old = " ".join(f"w{at}" for at in range(100))
    new = old.replace("w50 ", "x ")
    assert "".join(one.old for one in redline(old, new)) == old
    assert "".join(one.new for one in redline(old, new)) == new
    assert sum(len(one.old.split()) for one in redline(old, new) if one.kind is Kind.KEEP) > 80


def test_a_text_that_is_no_agreement_any_more_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_WORDS", 3)
    with pytest.raises(TooLongError, match="4 words; at most 3"):
        redline("a b c", "a b c d")


def test_every_word_is_the_version_s_that_brought_it():
    found = blame([(1, OLD), (2, NEW), (3, NEW.replace("60 days", "60 business days"))])
    assert "".join(one.text for one in found) == NEW.replace("60 days", "60 business days")
    by_word = [(one.number, one.text.strip()) for one in found]
    assert (2, "60") in by_word
    assert (3, "business") in by_word
    assert (1, "days.") in by_word
    assert all(one.number != other.number for one, other in pairwise(found))


def test_what_came_back_is_of_the_version_that_brought_it_back():
    found = blame([(1, "a b c"), (2, "a c"), (5, "a b c")])
    assert [(one.number, one.text) for one in found] == [(1, "a "), (5, "b "), (1, "c")]
    assert blame([]) == ()


@settings(max_examples=50)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_blame_gives_the_newest_text_and_versions_that_were_there(texts):
    found = blame(list(enumerate(texts, start=1)))
    assert "".join(one.text for one in found) == texts[-1]
    assert {one.number for one in found} <= set(range(1, len(texts) + 1))


def test_terms_are_compared_clause_by_clause_and_field_by_field():
    narrower = {**SHARE, "elements": ["person_name"], "retention_days": 30}
    exclude = {"id": "minors", "kind": "exclude", "from": ["pima-so"], "to": ["ice-ero-phoenix"], "marks": ["minor"]}
    gone = {**SHARE, "id": "more"}
    first, second, third = redline_terms(terms_of(SHARE, gone), terms_of(exclude, narrower))
    assert (first.key, first.fate, first.old) == ("minors", Fate.ADDED, "")
    assert "nothing marked" in first.new
    assert (second.key, second.fate) == ("custody", Fate.CHANGED)
    assert [(one.name, one.old, one.new) for one in second.fields] == [
        ("elements", SHARE["elements"], ["person_name"]),
        ("retention_days", None, 30),
    ]
    assert "30 days" in second.new
    assert "30 days" not in second.old
    assert (third.key, third.fate, third.new) == ("more", Fate.REMOVED, "")
    assert "compartir" in redline_terms(terms_of(), terms_of(SHARE), language="es")[0].new


def test_provisions_are_compared_by_what_they_lay_down_and_counted_where_it_comes_again():
    one = {"term": "hold_hours", "value": 48, "unit": "hours", "section": "10", "words": "no longer than 48 hours"}
    two = {"term": "hold_hours", "value": 24, "unit": "hours"}
    old = terms_of() | {"provisions": [one, one]}
    new = terms_of() | {"provisions": [one, two]}
    [found] = redline_terms(old, new)
    assert (found.part, found.key, found.fate) == ("provisions", "hold_hours (2)", Fate.CHANGED)
    assert (found.old, found.new) == ("“no longer than 48 hours” (10)", "hold_hours: 24 hours")


def test_a_provision_in_a_section_of_another_number_is_as_it_was():
    one = {"term": "hold_hours", "value": 48, "unit": "hours", "section": "10"}
    old, new = terms_of() | {"provisions": [one]}, terms_of() | {"provisions": [{**one, "section": "9"}]}
    assert redline_terms(old, new) == ()


def test_a_paragraph_with_another_number_and_nothing_else_is_renumbered():
    found = [is_renumbered(one) for one in paragraphs(redline(OLD, NEW))]
    assert found == [False, False, True, True]
    assert not is_renumbered(redline("2 a 3", "2 a 4"))


def test_terms_that_cannot_be_read_are_compared_without_a_sentence():
    [found] = redline_terms(terms_of(), terms_of({"id": "x", "kind": "rank"}))
    assert (found.fate, found.new) == (Fate.ADDED, "")
    assert redline_terms({"clauses": 7}, {"clauses": [7]}) == ()
