"""Versions compared on the command line: in color and in marks, as JSON, as a page; who brought which word."""

from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from agreement_files import CODE, agreement_file
from cli_terminal import Terminal
from rich.console import Console

from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.demo.conclude import conclude
from comity.standing.agreements.selectors import get_agreement_by_code, list_versions

TEXT = """1 Purpose. Vehicles go to investigators, at most 50 a day.

2 Money. Each pays its own.

3 Meetings. Once a year.

4 Contact. A post of each.

5 End. Either side may end it.
"""
FILE = agreement_file(title="Vehicles", text=TEXT)
NEXT = FILE.replace("at most 50", "at most 40").replace('["vehicle_description"]', '["vehicle_description", "warrant"]')
LAST = NEXT.replace("5 End. Either side may end it.", "5 Courts. A judge decides.\n\n6 End. Either side may end it.")


@contextmanager
def no_node():
    raise AssertionError("a node was opened")
    yield


@pytest.fixture
def alone() -> Terminal:
    """A terminal where opening a node fails the test."""
    return Terminal(None, no_node)


@pytest.fixture
def offered(terminal, write):
    """Three versions: the first in force, the second offered by the federal side, the third by the state again."""
    for number, (text, acting) in enumerate(((FILE, "az-dps"), (NEXT, "hsi-arizona"), (LAST, "az-dps"))):
        for words in (("draft", write(f"{number}.toml", text)), ("offer", CODE)):
            told = terminal.run("agreement", *words, "--as", f"{acting}/counsel")
            assert told.code == 0, told.err
        if not number:
            head = terminal.node.actor("az-dps", "head")
            with reading(head):
                version = list_versions(get_agreement_by_code(CODE).id)[-1]
            conclude(version, by=node_actor(Duty.STEWARD), now=terminal.node.clock())
    return terminal


def test_the_one_in_force_is_compared_with_the_newest_by_default(offered):
    told = offered.run("agreement", "redline", CODE)
    assert told.code == 0, told.err
    assert "version 1 of vehicles-2027, offered by az-dps" in told.out
    assert "version 3 of vehicles-2027, offered by az-dps" in told.out
    assert "at most [-50-] {+40+} a day." in told.out
    assert "{+5 Courts. A judge decides.+}" in told.out
    assert "[-5-] {+6+} End. Either side" in told.out
    assert "… 1 paragraphs as they were …" in told.out
    assert "elements: vehicle_description → vehicle_description, warrant" in told.out


def test_two_versions_are_named_and_it_is_said_who_offered_each(offered):
    told = offered.run("agreement", "redline", CODE, "--from", "1", "--to", "2", "--json").value
    assert (told["from"]["by"], told["to"]["by"]) == ("az-dps", "hsi-arizona")
    assert told["words"] == {"delete": 1, "insert": 1, "keep": 34}
    assert told["terms"][0]["fields"][0]["new"] == ["vehicle_description", "warrant"]
    short = offered.run("agreement", "redline", CODE, "--from", "1", "--to", "2", "--context", "0", "--json").value
    assert [one.get("left", 0) for one in short["paragraphs"]] == [0, 4]
    same = offered.run("agreement", "redline", CODE, "--from", "2", "--to", "2")
    assert "no word changed" in same.out


def test_every_word_stands_beside_the_version_that_brought_it(offered):
    told = offered.run("agreement", "blame", CODE)
    assert told.code == 0
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    assert "2 │ 40" in lines
    assert "3 │ 5 Courts. A judge decides." in lines
    assert "1 │ 2 Money. Each pays its own." in lines
    runs = offered.run("agreement", "blame", CODE, "--json").lines
    assert {(run["version"], run["by"]) for run in runs} == {(1, "az-dps"), (2, "hsi-arizona"), (3, "az-dps")}
    assert {run["version"] for run in offered.run("agreement", "blame", CODE, "--to", "1", "--json").lines} == {1}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((CODE, "--from", "9"), "has no version `9`; it has 1, 2, 3"),
        ((CODE, "--to", "1"), "is its first"),
        (("none",), "no agreement `none`"),
    ],
)
def test_a_version_that_is_not_there_is_told(offered, words, message):
    told = offered.run("agreement", "redline", *words)
    assert (told.code, message in told.err) == (2, True)


def test_an_agreement_that_was_never_offered_has_nothing_to_compare(terminal, write):
    assert terminal.run("agreement", "draft", write("a.toml", FILE), "--as", "az-dps/counsel").code == 0
    for command in ("redline", "blame"):
        told = terminal.run("agreement", command, CODE)
        assert (told.code, "offer its draft first" in told.err) == (2, True)


def test_two_files_are_compared_without_a_node(alone, write):
    old, new = write("a.toml", FILE), write("b.toml", NEXT.replace('"Vehicles"', '"Cars"'))
    told = alone.run("agreement", "redline", "--files", old, new)
    assert told.code == 0, told.err
    assert "title: Vehicles → Cars" in told.out
    assert "[-50-] {+40+}" in told.out
    assert "clause `vehicles` changed" in told.out
    plain = alone.run("agreement", "redline", "--files", write("a.txt", "one two"), write("b.txt", "one 2"))
    assert "one [-two-]{+2+}" in plain.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "CODE, --files: one of the two is needed"),
        (("x", "--files", "a", "b"), "one of the two is needed"),
        (("--files", "{a}", "{b}", "--from", "1"), "--from, --to: are versions of an agreement"),
        (("--files", "{a}", "{b}", "--json", "--html", "x.html"), "are two forms"),
        (("--files", "{a}", "/none"), "--files: `/none` cannot be read"),
        (("--files", "{a}", "{bad}"), "is not UTF-8"),
        (("--files", "{a}", "{nul}"), "is no text"),
        (("--files", "{a}", "{b}", "--html", "{b}"), "is there already"),
    ],
)
def test_what_cannot_be_compared_is_told(alone, write, words, message):
    paths = {
        "a": write("a.txt", "a"),
        "b": write("b.txt", "b"),
        "bad": write("c", b"\xff\xfa"),
        "nul": write("d", "\0"),
    }
    told = alone.run("agreement", "redline", *(word.format(**paths) for word in words))
    assert (told.code, message in told.err) == (2, True), told.err


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.open, self.inside, self.language = [], [], {}, None

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        if tag == "html":
            self.language = dict(attrs)["lang"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in self.open:
            self.inside[tag] = self.inside.get(tag, "") + data


@pytest.mark.parametrize(("language", "deleted"), [("en", "[deleted: "), ("es", "[suprimido: ")])
def test_a_page_is_whole_escaped_and_says_in_words_what_its_colors_say(alone, write, language, deleted):
    evil = "<script> alert('&') </script>"
    old, new = write("a.txt", f"one two {evil}\n\nrest"), write("b.txt", f"one {evil} <b>three</b>\n\nrest")
    told = alone.run("agreement", "redline", "--files", old, new, "--html", "-", "--lang", language)
    page = Page()
    page.feed(told.out)
    assert page.open == []
    assert page.language == language
    assert {"script", "b", "img", "link"} & set(page.tags) == set()
    assert page.inside["del"].startswith(f"{deleted}two")
    assert "<b>three</b>" in page.inside["ins"]
    assert evil in page.inside["p"]
    assert "default-src 'none'" in told.out


def test_a_page_is_written_to_a_new_file(alone, write, tmp_path):
    out = tmp_path / "page.html"
    told = alone.run("agreement", "redline", "--files", write("a", "a"), write("b", "b"), "--html", out)
    assert (told.code, told.out) == (0, "")
    assert out.read_text("utf-8").startswith("<!doctype html>")


def test_with_colors_there_are_no_marks_and_without_them_there_are(alone, write, monkeypatch):
    from comity.doors.cli import redline_sheet

    files = (write("a.txt", "one two"), write("b.txt", "one 2"))
    shown = {}
    for name, no_color in (("color", False), ("none", True)):
        console = Console(markup=False, force_terminal=True, color_system="standard", no_color=no_color, width=99)
        monkeypatch.setattr(redline_sheet, "out", lambda console=console: console)
        with console.capture() as caught:
            assert alone.run("agreement", "redline", "--files", *files).code == 0
        shown[name] = caught.get()
    assert "[-two-]{+2+}" in shown["none"]
    assert "[-" not in shown["color"]
    assert "\x1b[9;31mtwo" in shown["color"]
    assert "\x1b[4;32m2" in shown["color"]
