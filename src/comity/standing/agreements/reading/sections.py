"""The tree of sections: which of the lines that may be headings are, at which level, under which number."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from comity.standing.agreements.reading.candidates import Candidate, find_candidates
from comity.standing.agreements.reading.found import Clause, Section
from comity.standing.agreements.reading.headings import is_loud, known_headings, title_of
from comity.standing.agreements.reading.lines import Joined, Line, join_lines
from comity.standing.agreements.reading.numbers import ROMANS, repaired

APPENDIX: Final = "Appendix"
_ITEM: Final = re.compile(
    r"^\s*(?P<mark>[•●▪■◦·*»°]|[-–o](?=\s+[A-Z])|\(?[a-z0-9]{1,2}[.)]|\([0-9a-zA-Z]{1,4}\)|(?:i{1,3}|iv|vi{0,3}|ix)[.)]|[A-Z0-9][.)])\s+(?=\S)"
)
_ENDS: Final = re.compile(r"[.;:!?](?:[\"”’)]|\s(?:and|or))*\s*$")
_INLINE: Final = re.compile(
    r"(?<=\S)\s+(?P<number>(?:[IVXLl1|]{1,6}|[A-K])\s?[.,]|APPENDIX\s?[A-F])\s{1,4}(?=[A-Z][A-Z][A-Z ,&/’'()-]{3,})"
)
_IN_APPENDIX: Final = {"complaints": "complaint_procedure", "functions": "sop_functions"}
"""What the same words head where they stand in an appendix."""
_NUMBERED: Final = re.compile(r"\s*(?:(?:[IVXLl1|]{1,7}|[A-Z])\s?[.,:]|APPENDIX\s?[A-F])\s+(?=[A-Z])")
SIGNING: Final = re.compile(r"\bby\s+signing\s+th[il1]s\b|\bin\s+w[il1]tness\s+whereof\b", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """A section while the tree grows. `order` is its place among its kind."""

    kind: str
    candidate: Candidate | None
    parent: "Node | None"
    head: Line | None = None
    lines: list[Line] = field(default_factory=list)
    number: str = ""
    doubt: str = ""
    order: int = 0

    @property
    def path(self) -> str:
        """How the section is cited: `IV.B`, `Appendix B.3.A`."""
        own = f"{APPENDIX} {self.number}".strip() if self.kind == "appendix" else self.number
        if not own and self.candidate is not None and self.parent is not None:
            return f"{self.parent.path}: {_name(self)}".removeprefix(": ")
        if self.parent is None or self.parent.kind == "root":
            return own
        return f"{self.parent.path}.{own}" if own else self.parent.path

    @property
    def level(self) -> int:
        """1 for sections and appendices, one more for each section above."""
        return 0 if self.parent is None else self.parent.level + 1


def _heading(node: Node) -> str:
    """Return the code of what a node heads; in an appendix the same words head another thing."""
    code = node.candidate.title.code if node.candidate else ""
    return _IN_APPENDIX.get(code, code) if _appendix_of(node) else code


def _name(node: Node) -> str:
    """Return what a heading without a number is called: as the catalogue has it, whatever the scan made of it."""
    known = known_headings().get(_heading(node))
    return known.names["en"] if known else node.candidate.title.written if node.candidate else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its own words joined, for matching."""

    section: Section
    joined: Joined
    appendix: str


def read_sections(lines: Sequence[Line]) -> tuple[Part, ...]:
    """Return the sections in the order of the document; the first holds what stands before every heading."""
    return tuple(_part(node) for node in _tree(lines))


def split_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines with headings that a scan ran into sentences, before or behind, on lines of their own."""
    found: list[Line] = []
    for line in lines:
        at = 0
        for match in _INLINE.finditer(line.text):
            title = title_of(line.text[match.end() :])
            if title is not None and is_loud(title.written):
                found.extend(_headed(Line(line.number, line.page, line.text[at : match.start()])))
                at = match.start("number")
        found.extend(_headed(Line(line.number, line.page, line.text[at:])) if at else _headed(line))
    return tuple(found)


def _headed(line: Line) -> Iterator[Line]:
    """Yield a heading and the sentence behind it apart; any other line as it is."""
    match = _NUMBERED.match(line.text)
    title = title_of(line.text[match.end() :]) if match else None
    if title is None or not title.rest:
        yield line
        return
    end = len(line.text.rstrip()) - len(title.rest)
    yield Line(line.number, line.page, line.text[:end])
    yield Line(line.number, line.page, line.text[end:])


def _tree(lines: Sequence[Line]) -> list[Node]:
    root = Node("root", None, None)
    nodes, here, at = [root], root, 0
    for one in _kept(list(find_candidates(lines))):
        here.lines.extend(lines[at : one.first])
        here = _placed(one, here, root)
        here.head = lines[one.first]
        nodes.append(here)
        at = one.last + 1
        if one.title.rest:
            last = lines[one.last]
            here.lines.append(Line(last.number, last.page, one.title.rest))
    here.lines.extend(lines[at:])
    _number(nodes)
    return nodes


def _kept(candidates: list[Candidate]) -> Iterator[Candidate]:
    """Yield the candidates that are headings: known ones, and unknown ones whose number is next in its row."""
    top, letter, arabic = 0, 0, 0
    in_appendix, appendix = False, ""
    for one in candidates:
        kinds = one.kinds
        if "appendix" in kinds:
            if one.letters and one.letters == appendix and not one.title.code:
                continue  # the head of the appendix's next page
            in_appendix, letter, arabic, appendix = True, 0, 0, one.letters
            yield one
            continue
        kind = _kind(one, top=top, letter=letter, arabic=arabic, in_appendix=in_appendix)
        if not kind:
            continue
        if kind == "roman":
            top, letter, arabic, in_appendix = (one.roman or top + 1), 0, 0, False
        elif kind == "letter":
            letter = _letter(one, letter)
        elif kind == "arabic":
            arabic, letter = one.arabic or arabic + 1, (0 if in_appendix else letter)
        yield Candidate(
            one.first, one.last, one.written, one.title, frozenset({kind}), one.roman, one.letters, one.arabic,
            one.is_marked,
        )  # fmt: skip


def _kind(one: Candidate, *, top: int, letter: int, arabic: int, in_appendix: bool) -> str:
    """Return what the candidate's number is: `roman`, `letter`, `arabic`, `plain`; nothing where it is no heading."""
    known = bool(one.title.code)
    if one.kinds == {"plain"}:
        return "plain"
    next_letter = chr(ord("A") + letter) if letter < 26 else ""  # noqa: PLR2004 - letters
    if "letter" in one.kinds and next_letter and next_letter in one.letters:
        is_next_roman = "roman" in one.kinds and one.roman == top + 1 and one.letters[0] != next_letter
        is_first = letter == 0 and "roman" in one.kinds and one.roman == top + 1
        if not is_next_roman and not is_first and (known or _is_title(one)):
            return "letter"
    if "roman" in one.kinds:
        value = one.roman
        is_next = value is not None and top < value <= top + 3
        if known and (is_loud(one.title.written) or is_next or not in_appendix):
            return "roman"
        if is_next and _is_title(one) and (is_loud(one.title.written) or value == top + 1):
            return "roman"
    if "arabic" in one.kinds:
        is_next = one.arabic is not None and arabic < one.arabic <= arabic + 2
        if known or (is_next and _is_title(one)):
            return "arabic"
    return "letter" if "letter" in one.kinds and known and one.letters else ""


def _is_title(one: Candidate) -> bool:
    words = one.title.written
    return is_loud(words) or not re.search(r"\b(?:shall|will|must|may|is|are)\b", words)


def _letter(one: Candidate, letter: int) -> int:
    expected = chr(ord("A") + letter)
    return letter + 1 if expected in one.letters else ord((one.letters or expected)[0]) - ord("A") + 1


def _placed(one: Candidate, here: Node, root: Node) -> Node:
    """Return the node of a heading under the right parent."""
    kind = next(iter(one.kinds))
    above = here
    ranks = _ranks(here)
    while above.kind != "root" and (above.kind not in ranks or ranks[above.kind] >= ranks.get(kind, 9)):
        above = above.parent or root
    if kind in ("roman", "appendix"):
        above = root
    return Node(kind, one, above)


def _ranks(here: Node) -> dict[str, int]:
    """Return how high each kind stands: in appendices figures stand above letters, elsewhere letters above figures."""
    above: Node | None = here
    while above is not None and above.kind not in ("appendix", "root") and above.parent is not None:
        above = above.parent
    in_appendix = above is not None and above.kind == "appendix"
    order = ["appendix", "roman", "arabic", "letter", "plain"] if in_appendix else [
        "appendix", "roman", "letter", "arabic", "plain"]  # fmt: skip
    return {kind: rank for rank, kind in enumerate(order)}


def _number(nodes: Sequence[Node]) -> None:
    """Give each node its number: sections from their whole row, others in their parent."""
    top = [node for node in nodes if node.kind == "roman"]
    for node, (value, doubt) in zip(top, repaired([_roman(node) for node in top]), strict=True):
        node.number, node.doubt = (ROMANS[value - 1] if value else "?"), doubt
    _letter_rows(nodes)
    _adopt(nodes)


def _roman(node: Node) -> int | None:
    return node.candidate.roman if node.candidate is not None else None


def _letter_rows(nodes: Sequence[Node]) -> None:
    counts: dict[tuple[int, str], int] = {}
    for node in nodes:
        one = node.candidate
        if one is None or node.kind == "roman":
            continue
        key = (id(node.parent), node.kind)
        before = counts.get(key, 0)
        expected = chr(ord("A") + min(before, 25))
        if node.kind == "arabic":
            node.number = str(one.arabic or before + 1)
            counts[key] = int(node.number)
        elif node.kind in ("letter", "appendix"):
            read = one.letters[:1]
            node.number = expected if expected in one.letters or not read else read
            if node.kind == "appendix" and one.title.code == "addendum" and not read:
                node.number = "Addendum"
                continue
            if not read and node.kind == "appendix":
                node.doubt = "its letter cannot be read"
            elif node.number != read or (not read.isalpha()):
                node.doubt = f"its letter reads as `{read}`"
            elif node.number != expected:
                node.doubt = "its letter is out of order"
            counts[key] = ord(node.number[0]) - ord("A") + 1 if node.number[0].isalpha() else before + 1


def _adopt(nodes: Sequence[Node]) -> None:
    """Give a known heading without a number the one that its neighbors leave free, else none."""
    root = nodes[0]
    tops = [node for node in nodes if node.kind in ("roman", "appendix")]
    for place, node in enumerate(nodes):
        if node.kind != "plain":
            continue
        before = [one for one in nodes[:place] if one.kind == "roman"]
        after = [one for one in nodes[place:] if one.kind == "roman"]
        last = ROMANS.index(before[-1].number) + 1 if before and before[-1].number in ROMANS else 0
        following = ROMANS.index(after[0].number) + 1 if after and after[0].number in ROMANS else None
        in_appendix = any(one.kind == "appendix" for one in nodes[:place]) and not after
        if not in_appendix and tops and following == last + 2:
            node.kind, node.parent, node.number = "roman", root, ROMANS[last]
            node.doubt = f"it has no number; from its neighbors it is {node.number}"
        elif not in_appendix and tops and _is_free_letter(nodes, place):
            continue
        elif not in_appendix:
            node.doubt = "it has no number"


def _is_free_letter(nodes: Sequence[Node], place: int) -> bool:
    """Give a heading the one letter its neighbors leave out; tell whether there was one."""
    node = nodes[place]
    before = next((one for one in reversed(nodes[:place]) if one.kind != "plain"), None)
    after = next((one for one in nodes[place + 1 :] if one.kind != "plain"), None)
    if after is None or after.kind != "letter" or before is None:
        return False
    first = ord(before.number) if before.kind == "letter" else ord("A") - 1
    if ord(after.number[0]) != first + 2:
        return False
    node.kind, node.parent, node.number = "letter", after.parent, chr(first + 1)
    node.doubt = f"it has no letter; from its neighbors it is {node.number}"
    return True


def _part(node: Node) -> Part:
    one = node.candidate
    joined = join_lines(node.lines)
    heads = [line.number for line in node.lines if line.bare]
    title = one.title.written if one else ""
    head = node.head or next((line for line in node.lines if line.bare), Line(1, 1, ""))
    section = Section(
        path=node.path, number=node.number, title=title,
        heading=_heading(node), level=node.level,
        page=head.page, first_line=head.number, last_line=max(heads, default=head.number), doubt=node.doubt,
        clauses=tuple(_clauses(node.lines)),
    )  # fmt: skip
    return Part(section, joined, _appendix_of(node))


def _appendix_of(node: Node | None) -> str:
    while node is not None and node.kind != "appendix":
        node = node.parent
    return node.path if node is not None else ""


def _clauses(lines: Sequence[Line]) -> Iterator[Clause]:
    """Yield paragraphs and items of lists; a sentence that a page's end broke stays whole."""
    held: list[Line] = []
    mark, is_open = "", False
    for line in lines:
        bare = line.bare
        if not bare:
            is_open = bool(held) and not _ENDS.search(held[-1].bare)
            if not is_open and held:
                yield _clause(mark, held)
                held, mark = [], ""
            continue
        item = _ITEM.match(line.text)
        if item and (not held or _ENDS.search(held[-1].bare) or not item["mark"][0].isalnum()):
            if held:
                yield _clause(mark, held)
            held, mark = [Line(line.number, line.page, line.text[item.end() :])], item["mark"]
            continue
        held.append(line)
    if held:
        yield _clause(mark, held)


def _clause(mark: str, lines: Sequence[Line]) -> Clause:
    joined = join_lines(lines)
    return Clause(mark, joined.text, lines[0].page, lines[0].number, lines[-1].number)
