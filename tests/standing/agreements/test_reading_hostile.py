"""Texts and PDFs made to be read forever: the work grows with what was sent, not with its square."""

from time import process_time

import pytest
from hostile_given import nested_forms
from reading_given import refused

from comity.standing.agreements.reading import candidates, contents, document
from comity.standing.agreements.reading.document import MOST_LINE, Document, read_document
from comity.standing.agreements.reading.found import Why
from comity.standing.agreements.reading.lines import Line, join_lines
from comity.standing.agreements.reading.numbers import MOST_NUMBERS, OUT_OF_ORDER, repaired

PATTERNS = {
    "a leader of dots": lambda size: contents._LEAD.sub("", "." * size + "!x!"),
    "a leader of spaces": lambda size: contents._LEAD.sub("", "x" + " " * size + "x"),
    "a table's dots": lambda size: candidates.LEADER.search("." * size + "!"),
    "a sentence's end": lambda size: candidates._ENDS.match(("." * size + "x")[::-1]),
    "lines joined": lambda size: join_lines([Line(n, 1, "a-") for n in range(size)]),
}


def took(work, size):
    def once():
        began = process_time()
        work(size)
        return process_time() - began

    return min(once() for _ in range(3))


@pytest.mark.parametrize("name", PATTERNS)
def test_sixteen_times_the_text_is_about_sixteen_times_the_work(name):
    assert took(PATTERNS[name], 32_000) < 80 * max(took(PATTERNS[name], 2_000), 0.000_1)  # its square: 256 times


def test_a_line_is_broken_where_a_word_ends_before_any_pattern_sees_it():
    words = " ".join(f"word{number}" for number in range(2_000))
    found = read_document(f"short\n{words}\n{'.' * 9_999}".encode())
    assert isinstance(found, Document)
    lines = found.pages[0].split("\n")
    assert max(map(len, lines)) <= MOST_LINE
    assert lines[0] == "short"
    assert " ".join(lines[1:]).startswith(words)
    assert sum(line.count(".") for line in lines) == 9_999


def test_a_word_broken_over_three_lines_is_still_made_whole():
    lines = [Line(n, 1, text) for n, text in enumerate(("the zub-", "qwor-", "blin of it"), start=1)]
    joined = join_lines(lines)
    assert joined.text == "the zubqworblin of it"
    assert [joined.text[start:][:4] for start, _ in joined.marks] == ["the ", "qwor", "blin"]


def test_numbers_beyond_any_agreement_are_not_repaired():
    assert repaired([1, 2] * MOST_NUMBERS)[-1] == (2, OUT_OF_ORDER)


def test_forms_that_draw_forms_are_refused_on_the_first_page(monkeypatch):
    steps = []
    step = document._Drawn.step
    monkeypatch.setattr(document._Drawn, "step", lambda self, *given: (steps.append(1), step(self, *given)))
    assert refused(nested_forms(levels=7, fan=10, pages=5)).why == Why.TANGLED
    assert len(steps) < 10 * document.MOST_DRAWN_EACH  # of 1,111,111 forms


def test_a_page_that_draws_a_few_forms_is_read():
    found = read_document(nested_forms(levels=2, fan=9, pages=1))
    assert isinstance(found, Document)
    assert found.pages[0].count("an agreement") == 9


def test_many_drawn_things_on_many_pages_are_too_much_together(monkeypatch):
    monkeypatch.setattr(document, "MOST_DRAWN", 25)
    assert refused(nested_forms(levels=2, fan=9, pages=3)).why == Why.TANGLED
