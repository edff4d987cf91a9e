"""Files of a release: what makes one, and every reason why files do not, by file and rule."""

import subprocess
import sys

import pytest
import small_law as small
from hypothesis import given
from hypothesis import strategies as st

from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.lint import LintError
from comity.standing.law.rules import Release, shipped_release
from comity.standing.law.sources import MOST_BYTES, files_of, read_files

FILES = dict(files_of(shipped_release()))
SMALL = small.release(small.rule("law-1"), small.rule("law-2"))


def refused(**changes: object) -> tuple[str, ...]:
    files = dict(FILES) | {name: content for name, content in changes.items() if content is not None}
    with pytest.raises(LintError) as error:
        read_files({name: content for name, content in files.items() if changes.get(name, b"") is not None})
    return error.value.problems


def problems(release: Release) -> str:
    return "\n".join(release.problems(load_catalogue()))


def test_a_release_written_as_files_and_read_again_is_the_same():
    for release in (shipped_release(), SMALL):
        assert read_files(files_of(release)).digest == release.digest


@pytest.mark.parametrize("name", ["texts/es.toml", "texts/en.toml", "authorities.toml"])
def test_a_missing_file_is_named(name):
    assert refused(**{name: None}) == (f"{name}: is missing",)


def test_files_without_a_pack_are_no_law():
    files = {name: content for name, content in FILES.items() if not name.startswith("packs/")}
    with pytest.raises(LintError, match="there is no pack"):
        read_files(files)


@pytest.mark.parametrize(
    "name",
    ["packs/us.txt", "packs/us-arizona.cedar", "packs/../us.cedar", "us.cedar", ".git", "texts/EN.toml", "notes.md"],
)
def test_an_unknown_file_is_named(name):
    [problem] = refused(**{name: b"x"})
    assert problem.startswith(f"{name}: is not a file of the law")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"\xff\xfe\x00", "is not text"),
        (b"a\x00b", "is not text"),
        (b"x" * (MOST_BYTES + 1), "has more than 4 MB"),
    ],
)
def test_an_empty_binary_or_huge_file_is_named(content, says):
    for name in ("packs/us.cedar", "texts/en.toml", "authorities.toml"):
        [problem] = refused(**{name: content})
        assert problem.startswith(f"{name}: {says}")


def with_pack(text: str, jurisdiction: str = "us") -> Release:
    return Release({jurisdiction: text}, SMALL.text_sources, SMALL.authority_source)


def test_every_broken_rule_of_a_pack_is_named_not_the_first_alone():
    broken = [small.rule("law-1", kind="nothing"), small.rule("law-2", since="soon"), small.rule("law-1", cite="")]
    found = problems(with_pack("\n".join(broken)))
    for part in ("rule `law-1`: 'nothing'", "rule `law-2`: ", "rule `law-1`: no citation"):
        assert f"packs/us.cedar: {part}" in found


def test_a_rule_that_stands_twice_is_named():
    assert "rule `law-1` stands twice" in problems(with_pack(small.rule("law-1") * 2))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("permit (principal;", "does not parse"),
        ("// nothing here", "holds no rule"),
        (small.rule("law-1", when="(" * 2000 + "true" + ")" * 2000), "brackets lie more than 60 deep, in line 3"),
        (small.rule("law-1", when="[" * 90_000), "brackets lie more than 60 deep"),
        (small.rule("law-1", when=" && ".join(["true"] * 9000)), "has more than 16000 characters"),
        (small.rule("law-1", when=" && ".join(["true"] * 200)), "write several"),
        (small.rule("law-1", when=" || ".join(["true"] * 900)), "write several"),
        ("x" * 20_000, "has more than 16000 characters, after the last"),
    ],
)
def test_a_pack_the_engine_cannot_hold_is_refused_and_ends_nothing(text, says):
    found = problems(with_pack(text))
    assert "packs/us.cedar: " in found
    assert says in found


@pytest.mark.parametrize("end", ["", "\\"])
def test_a_megabyte_of_quotes_without_an_end_is_refused_at_once(end):
    code = (
        "from comity.standing.law.problems import _unsafe\n"
        f"print(*_unsafe(chr(34) + {chr(92) + chr(34)!r} * 500_000 + {end!r}))"
    )
    # In a process of its own: an expression that tries again and again cannot be interrupted in this one.
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert "more than 16000 characters, after the last" in done.stdout


@pytest.mark.parametrize("bad", ['"' + "(" * 15_000, '"' + '\\"[' * 5_000])
def test_brackets_after_a_quote_without_an_end_are_refused_and_end_nothing(bad):
    assert "packs/us.cedar: does not parse" in problems(with_pack(bad))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda _: "= broken", "is not TOML"),
        (lambda _: "a = " + "[" * 5000, "is not TOML: nested too deeply"),
        (lambda text: text.replace("[law-1]", "[law-3]"), "no text `law-1`"),
        (lambda text: text.replace("says = ", "sagt = ", 1), "text `law-1` is not exactly `says` and `forward`"),
        (lambda text: text.replace("what law-1 says", " "), "text `law-1` is not exactly"),
        (lambda text: text.replace("[clause]", "[Clause]"), "no text `clause`"),
    ],
)
def test_broken_texts_are_named_by_file_and_key(change, says):
    sources = dict(SMALL.text_sources) | {"es": change(SMALL.text_sources["es"])}
    found = problems(Release(SMALL.packs, sources, SMALL.authority_source))
    assert f"texts/es.toml: {says}" in found


def test_a_language_nobody_reads_is_named():
    sources = dict(SMALL.text_sources) | {"fr": SMALL.text_sources["en"]}
    found = problems(Release(SMALL.packs, sources, SMALL.authority_source))
    assert "texts/fr.toml: is in no language of the law" in found


@pytest.mark.parametrize(
    ("authorities", "says"),
    [
        ("F02 = 3", "authority `F02`: is no table"),
        ("[F02]\ncitation = 3", "`citation` is missing, or no text"),
        (small.authority("F02", mark="X"), "`mark` is `X`, not one of S, K"),
        (small.authority("F02", mark=""), "`mark` is ``, not one of S, K"),
        (small.authority("F02", starts_on="soon"), "`starts_on` is `soon`, no day"),
        (small.authority("F02", citation=""), "`citation` is empty"),
        ("[F02", "is not TOML"),
    ],
)
def test_broken_authorities_are_named_and_their_rules_are_not_blamed(authorities, says):
    found = problems(Release(SMALL.packs, SMALL.text_sources, authorities))
    assert f"authorities.toml: {says}" in found.replace("authority `F02`: `", "`")
    assert ("unknown authority" in found) == ("is not TOML" in found)


@given(st.text(max_size=300), st.sampled_from(["pack", "en", "authorities"]))
def test_no_text_brings_the_check_down(text, where):
    packs = {"us": text} if where == "pack" else SMALL.packs
    sources = dict(SMALL.text_sources) | ({"en": text} if where == "en" else {})
    authorities = text if where == "authorities" else SMALL.authority_source
    release = Release(packs, sources, authorities)
    assert release.problems(load_catalogue()) is not None
