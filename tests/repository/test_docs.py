"""The documentation says what is so: links lead somewhere, commands exist, sources are listed, made pages are fresh."""

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
SOURCE: Final = ROOT / "src" / "comity"
PAGES: Final = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *SOURCE.rglob("README.md")])
FORBIDDEN: Final = frozenset({"manager", "utils", "util", "helper", "helpers", "entity", "info"})
FOREIGN: Final = frozenset({"Entities", "_entities", "entities"})
"""Names another library gives: Cedar calls its principals so."""
BRITISH: Final = re.compile(
    r"\b(\w*isation\w*|\w+ised\b|minimis\w*|authoris\w*|recognis\w*|organis\w*|neighbour\w*|colour\w*|behaviour\w*"
    r"|licence|catalogued|judgement|centre\w*|favour\w*|defence|cancelled|labelled|travelled|programme\w*)\b",
    re.IGNORECASE,
)
ENGLISH: Final = frozenset(
    {"advised", "comprised", "exercised", "promised", "raised", "revised", "supervised", "surprised"}
)
KEY: Final = re.compile(
    r"\b(?:[FAUCP]\d{2}|MOA-[A-Z]+|RFC \d+|C2SP (?:tlog-tiles|tlog-checkpoint|signed-note)|NIST SP [\d-]+[A-Z]?"
    r"|NIEM \d\.\d|odrl-2\.2|28-cfr-23|cjis-security-policy|ise-privacy|utah-grama-206|287g-(?:tfm|wso|jem)-moa-\d{4}"
    r"|webauthn-\d|fbi-agencies-2025|ice-287g-2025)\b"
)
GIVEN: Final = re.compile(r'^source = "([^"]+)"|@source\("([^"]+)"\)', re.MULTILINE)
"""Where data names its sources: demonstration files and rule packs."""
REMARK: Final = re.compile(r"\b(TODO|FIXME|XXX)\b")


def words_of(path: Path) -> str:
    return path.read_text("utf-8")


def fenced(path: Path, language: str) -> Iterator[str]:
    """Yield the code blocks of a page in `language`, also those indented in a list."""
    for _, block in re.findall(rf"^( *)```{language}\n(.*?)^ *```", words_of(path), re.DOTALL | re.MULTILINE):
        yield block


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", words_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    text = re.sub(r"```.*?```", "", words_of(page), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            lost.append(target)
    assert lost == []


def test_every_page_is_reached_from_the_index() -> None:
    reached = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in (DOCS / "README.md", DOCS / "adr" / "README.md")
        for target in re.findall(r"\]\(([^)\s]+)\)", words_of(page))
    }
    assert [page for page in DOCS.rglob("*.md") if page.resolve() not in reached | {DOCS / "README.md"}] == []


Menu = Mapping[tuple[str, ...], frozenset[str]]
LIST_COMMANDS: Final = """
import json
from tools.docs import set_up
set_up()
from tools.pages.commands import commands
found = [[words, [o for p in one.params for o in (*p.opts, *p.secondary_opts)]] for words, one in commands()]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def menu() -> Menu:
    """Every `comity` command by its words, with its options; read in a process of its own, which sets Django up."""
    command = (sys.executable, "-c", LIST_COMMANDS)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    return {tuple(words): frozenset(options) for words, options in json.loads(done.stdout)}


def typed(page: Path) -> Iterator[list[str]]:
    """Yield the `comity` commands of a page's shell blocks and inline code, word by word."""
    lines = [line for block in fenced(page, "sh") for line in block.splitlines()]
    lines += re.findall(r"`(comity [^`]+)`", re.sub(r"```.*?```", "", words_of(page), flags=re.DOTALL))
    for line in lines:
        for found in re.findall(r"(?:^|\$\(|bin/) *(?:\.venv/bin/)?comity ([a-z][^|)#`]*)", line):
            lexer = shlex.shlex(found.replace("…", " "), posix=True, punctuation_chars=False)
            lexer.whitespace_split, lexer.quotes = True, "'\""
            yield list(lexer)


@pytest.mark.parametrize("page", sorted([*DOCS.rglob("*.md"), ROOT / "README.md"]), ids=lambda page: page.stem)
def test_commands_in_documents_exist(page: Path, menu: Menu) -> None:
    unknown = []
    for words in typed(page):
        names = [word for word in words if not word.startswith("-")]
        found = next((menu[key] for n in (3, 2, 1) if (key := ("comity", *names[:n])) in menu), None)
        groups = {key[1] for key in menu if len(key) > len(("comity", "one"))}
        if found is None:
            if names[:1] and names[0] in groups and len(names) == 1:
                continue
            unknown.append(" ".join(words))
            continue
        unknown += [f"{names[0]}: {word}" for word in words if word.startswith("--") and word not in found]
    assert unknown == []


def test_the_verifier_for_outsiders_explains_itself() -> None:
    command = (sys.executable, str(ROOT / "src" / "comity_verify.py"), "--help")
    assert "--key" in subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours


def packages() -> list[Path]:
    """Return every package a reader meets: those on a floor, and the floors without inner packages."""
    contracts = tomllib.loads(words_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    inner = {contract["containers"][0].partition(".")[2] for contract in contracts if "containers" in contract}
    floors = [path.parent for path in SOURCE.glob("*/__init__.py") if path.parent.name not in inner]
    return floors + [path.parent for floor in inner if floor for path in (SOURCE / floor).glob("*/__init__.py")]


@pytest.mark.parametrize("package", sorted(packages()), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_every_package_says_what_it_is(package: Path) -> None:
    readme = package / "README.md"
    assert readme.exists(), f"`{package.relative_to(ROOT)}` has no README.md"
    first, second, third = words_of(readme).split("\n")[:3]
    assert first == f"# {package.name}"
    assert second == ""
    assert third != ""


def test_every_source_key_is_listed() -> None:
    listed = set(re.findall(r"`([^`]+)`", words_of(DOCS / "sources.md")))
    used: set[str] = set()
    for path in sorted([*SOURCE.rglob("*"), ROOT / "src" / "comity_verify.py"]):
        if path.suffix in {".py", ".toml", ".cedar", ".md"}:
            text = words_of(path)
            used |= set(KEY.findall(text))
            used |= {key for groups in GIVEN.findall(text) for group in groups for key in group.split()}
    assert used
    assert used - listed == set()


def test_every_variable_is_documented() -> None:
    page = words_of(DOCS / "reference" / "environment.md")
    used = {name for path in SOURCE.rglob("*.py") for name in re.findall(r"\bCOMITY_[A-Z_]+\b", words_of(path))}
    assert used
    assert {name for name in used if name not in page} == set()


def names(tree: ast.Module) -> Iterator[str]:
    """Yield every name a module gives: classes, functions, arguments, variables."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name


def test_names_use_no_forbidden_word() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCE.rglob("*.py")
        for name in [path.stem, *names(ast.parse(words_of(path)))]
        if name not in FOREIGN
        if FORBIDDEN & set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))
    ]
    assert found == []


def test_documents_are_written_in_american_english() -> None:
    found = [
        f"{page.relative_to(ROOT)}: {word[0]}"
        for page in PAGES
        for word in BRITISH.finditer(re.sub(r"`[^`]*`", "", words_of(page)))
        if word[0].lower() not in ENGLISH
    ]
    assert found == []


def test_nothing_is_left_to_do_in_a_comment() -> None:
    pages = [*PAGES, *SOURCE.rglob("*.py"), *(ROOT / "tools").rglob("*.py")]
    assert [page for page in pages if page.name != "CONTRIBUTING.md" and REMARK.search(words_of(page))] == []


def test_made_pages_are_fresh() -> None:
    command = (sys.executable, "-m", "tools.docs", "--check")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tool
    assert done.returncode == 0, done.stdout + done.stderr
