"""The shipped templates: whole, sourced, in our own words; a folder that does not fit is refused by file and key."""

import os
import re
from importlib.resources import files
from pathlib import Path

import pytest

from comity.standing.agreements.template_parts import BrokenTemplateError, one_line
from comity.standing.agreements.templates import load_templates, read_templates
from comity.standing.agreements.vocabulary import AgreementKind

ROOT = Path(__file__).parents[3]
RUN = 7
"""As many words in a row may be those of a real agreement."""
TEMPLATES = {
    "cji-user",
    "compact",
    "iga-az",
    "interlocal-ut",
    "jem",
    "mou",
    "resource-sharing",
    "stonegarden",
    "tfm",
    "tribal",
    "wso",
}
PROTECTIVE = {
    "approval-before-release",
    "audit-access",
    "body-cameras",
    "complaint-deadlines",
    "fixed-term",
    "funding-disclosure",
    "homes-and-sites",
    "independent-review",
    "interpreters",
    "minimum-training",
    "minors",
    "no-targets",
    "onward-consent",
    "outreach",
    "protected-persons",
    "public-notice",
    "public-statistics",
    "retention-and-deletion",
    "stops",
    "tribal-land",
}


def shipped() -> dict[str, str]:
    folder = files("comity.standing.agreements").joinpath("templates")
    return {
        f"{sub}{item.name}": item.read_text("utf-8")
        for sub in ("", "clauses/", "words/")
        for item in folder.joinpath(sub).iterdir()
        if item.name.endswith(".toml")
    }


def test_there_is_a_template_for_each_sort_of_agreement_and_the_protective_clauses():
    known = load_templates()
    assert set(known.templates) == TEMPLATES
    assert {code for code, clause in known.clauses.items() if clause.protective} == PROTECTIVE
    assert {one.kind for one in known.templates.values()} == set(AgreementKind) - {AgreementKind.SHARING_MOU}


def test_the_three_delegations_offer_every_clause_their_models_lack():
    lacking = {
        "fixed-term",
        "retention-and-deletion",
        "audit-access",
        "body-cameras",
        "minimum-training",
        "public-statistics",
        "protected-persons",
        "minors",
        "tribal-land",
        "funding-disclosure",
        "complaint-deadlines",
        "independent-review",
    }
    for code in ("tfm", "wso", "jem"):
        template = load_templates().templates[code]
        assert lacking <= {one.id for one in template.clauses}
        assert {one.id for one in template.clauses if one.take == "required"} & lacking == set()


def test_a_user_agreement_has_the_eleven_headings_in_their_order():
    known = load_templates()
    headings = [
        known.clauses[one.id].title.en
        for one in known.templates["cji-user"].clauses
        if one.id.startswith("cji-") and one.take == "required"
    ]
    assert headings == [
        "Audit",
        "Dissemination",
        "Hit confirmation",
        "Logging",
        "Quality assurance",
        "Screening",
        "Security",
        "Timeliness",
        "Training",
        "Use of the system",
        "Validation",
    ]


def test_every_source_a_template_may_cite_is_listed_in_the_documents_and_cited():
    known = load_templates()
    page = (ROOT / "docs" / "sources.md").read_text("utf-8")
    listed = set(re.findall(r"`([^`]+)`", page))
    ours = {key for key in known.sources if not re.fullmatch(r"(law|xe)-\d\d", key)}
    assert ours - listed == set()
    cited = {key for one in (*known.clauses.values(), *known.templates.values()) for key in one.sources}
    assert set(known.sources) == cited


def test_a_contested_clause_says_that_counsel_decides():
    contested = [clause for clause in load_templates().clauses.values() if clause.contested]
    assert len(contested) > 15
    assert [clause.title.en for clause in contested if "counsel" not in clause.text.lower()] == []


def test_the_two_languages_are_not_the_same_text():
    for code, clause in load_templates().clauses.items():
        assert clause.summary.en != clause.summary.es, code


def test_no_choice_of_clauses_shares_about_protected_persons():
    known = load_templates()
    protected = {"protected_1367", "asylum", "tu_visa", "continued_presence"}
    for template in known.templates.values():
        always = {one.id for one in template.clauses if one.take == "required"}
        excluded = {
            mark
            for clause in always
            for term in known.clauses[clause].terms
            if term["kind"] == "exclude"
            for mark in term["marks"]
        }
        for term in template.terms:
            assert protected <= excluded | set(term.get("excluded", ())), (template.code, term["id"])
        assert "protected-persons" in {one.id for one in template.clauses}


def test_no_clause_hands_on_figures_as_records_of_persons():
    shares = [term for one in load_templates().templates.values() for term in one.terms if term["kind"] == "share"]
    assert shares
    assert [term["id"] for term in shares if "statistics" in term["purposes"]] == []


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[at : at + RUN + 1]) for at in range(len(said) - RUN)}


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["kansas-bureau-task-force-model-2025", "navajo-county-az-warrant-service-2025"])
def test_no_clause_has_the_words_of_a_real_agreement(name):
    folder = Path(os.environ.get("COMITY_REAL_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "agreements" / f"{name}.txt"
    if not path.exists():
        pytest.skip("the public agreements are absent: set COMITY_REAL_DATA to their folder")
    theirs = runs(path.read_text("utf-8"))
    assert len(theirs) > 2000
    shared = {
        f"{code}: {' '.join(run)}"
        for code, clause in load_templates().clauses.items()
        for text in (clause.text, clause.summary.en, clause.title.en)
        for run in runs(text) & theirs
    }
    assert shared == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("tfm.toml", '{ id = "local-charges" }', '{ id = "local-charge" }', r"`tfm\.toml`.*clauses\[.*local-charge"),
        ("tfm.toml", '{ id = "nomination" }', '{ id = "authorization" }', r"`tfm\.toml`.*`authorization` stands twice"),
        ("tfm.toml", 'kind = "task_force_model"', 'kind = "club"', r"`tfm\.toml`: `kind`.*club"),
        ("tfm.toml", 'role = "federal"', 'role = "boss"', r"`tfm\.toml`: `parties\[.*role`.*boss"),
        ("tfm.toml", '"MOA-TFM", "MOA', '"MOA-X", "MOA', r"`tfm\.toml`: `sources\[1\]`.*MOA-X"),
        ("tfm.toml", '"privacy_assessment"]', '"horoscope"]', r"`tfm\.toml`: `reviews\[2\]`.*horoscope"),
        ("tfm.toml", 'clause = "local-charges"', 'clause = "minor"', r"`tfm\.toml`: `terms\[2\]\.clause`: `minor`"),
        ("tfm.toml", '"alien_number"', '"alien_numbr"', r"`tfm\.toml`: `terms`.*alien_numbr"),
        ("tfm.toml", 'side = "second"', 'side = "first"', r"`tfm\.toml`: `parties`.*a side has no place"),
        ("tfm.toml", 'title.es = "Acuerdo', 'title.fr = "Accord', r"`tfm\.toml`: `title`: .*fr"),
        ("tfm.toml", "sides = {", "defaults = { exam_retakes = 1 }\nsides = {", r"`defaults\.exam_retakes`: no clause"),
        ("tfm.toml", "sides = {", "defaults = { hold_hours = 72 }\nsides = {", r"`defaults\.hold_hours`: `72`"),
        (
            "clauses/delegation.toml",
            "{hold_hours} hours, week",
            "{hours} hours, week",
            r"`hold-limit\.text`.*`\{hours\}`",
        ),
        (
            "clauses/delegation.toml",
            "no longer than {hold_hours} hours,",
            "{hold_hours} hours,",
            r"hold-limit\.provisions",
        ),
        (
            "clauses/delegation.toml",
            'title.es = "Costos"',
            "",
            r"`clauses/delegation\.toml`: `costs-delegation\.title`",
        ),
        ("clauses/delegation.toml", 'sources = ["MOA-TFM"]', 'sources = ["X9"]', r"`nomination\.sources\[0\]`: `X9`"),
        ("clauses/general.toml", "[meetings]", "[suspension]", r"`clauses/general\.toml` is not TOML"),
        (
            "clauses/tribal.toml",
            "[consultation]",
            "[meetings]",
            r"`clauses/tribal\.toml`: `meetings` stands in another",
        ),
        (
            "words/fields.toml",
            "least = 1, most = 48, default = 48",
            "least = 1, most = 48, default = 49",
            r"default lies",
        ),
        ("words/fields.toml", "[subject]\n", "[topic]\n", r"`\{subject\}` is no field"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused_by_file_and_key(path, old, new, told):
    changed = shipped()
    changed[path] = changed[path].replace(old, new, 1)
    assert changed[path] != shipped()[path]
    with pytest.raises(BrokenTemplateError, match=told):
        read_templates(changed)


@pytest.mark.parametrize(
    ("path", "more", "told"),
    [
        (
            "words/fields.toml",
            '\n[spare]\ntype = "text"\nlabel = {en="a",es="b"}\nhelp = {en="a",es="b"}',
            "`spare`: no",
        ),
        ("words/fields.toml", '\n[spare]\ntype = "days"\nlabel = {en="a",es="b"}\nhelp = {en="a",es="b"}', "have one"),
        (
            "clauses/general.toml",
            '\n[spare]\ntitle = {en="a",es="b"}\ntext = "a"\nsummary = {en="a",es="b"}\nsources = ["F01"]',
            "no template has this clause",
        ),
        (
            "clauses/general.toml",
            '\n[spare]\ntitle = {en="a",es="b"}\ntext = "a {"\nsummary = {en="a",es="b"}\nsources = ["F01"]',
            "a brace stands alone",
        ),
    ],
)
def test_what_nobody_uses_is_refused(path, more, told):
    changed = shipped()
    changed[path] += more
    with pytest.raises(BrokenTemplateError, match=told):
        read_templates(changed)


def test_the_text_of_no_clause_is_cut_short():
    for code, clause in load_templates().clauses.items():
        assert one_line(clause.text).endswith("."), code
