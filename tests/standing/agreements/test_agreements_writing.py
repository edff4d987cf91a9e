"""An agreement written from a template: what comes out can be offered; what does not fit is refused with a remedy."""

import tomllib
from datetime import UTC, date, datetime

import pytest
from agreements_given import ask, facts_of, live_of
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.time import Period
from comity.standing.agreements.filling import FillingError
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.template_parts import one_line
from comity.standing.agreements.templates import load_templates
from comity.standing.agreements.terms import SCHEMA, check_terms, read_terms
from comity.standing.agreements.toml_text import toml_block, toml_lines
from comity.standing.agreements.vocabulary import PartyRole
from comity.standing.agreements.writing import filled_in, usual_choice, write_from_template

KNOWN = load_templates()
TERM = Period(datetime(2027, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
PARTIES = {
    "cji-user": {"repository": ["az-dps"], "user-local": ["pima-so", "tucson-pd"]},
    "compact": {"state": ["az-dps"], "neighbor": ["ut-dps-bci"]},
    "iga-az": {"state": ["az-dps"], "partner-local": ["pima-so"]},
    "interlocal-ut": {"state": ["ut-dps-bci"], "partner-local": ["utah-so"]},
    "jem": {"local": ["pinal-so"], "federal": ["ice-ero-phoenix"]},
    "mou": {"local": ["pima-so", "yuma-so"], "state": ["az-dps"], "federal": ["hsi-arizona"]},
    "resource-sharing": {"local": ["pima-so"], "receiving-federal": ["hsi-arizona"]},
    "stonegarden": {"administrator": ["az-dohs"], "local": ["cochise-so"]},
    "tfm": {"local": ["pinal-so"], "federal": ["ice-ero-phoenix"]},
    "tribal": {"tribal": ["tohono-oodham-pd"], "federal": ["hsi-arizona"]},
    "wso": {"local": ["navajo-so"], "federal": ["ice-ero-phoenix"]},
}
SAMPLES = {"text": "stolen vehicles", "date": "2027-09-01", "days": 30, "count": 1}


def written(code="tfm", *, choose=None, fields=None, parties=None, period=TERM, **rest):
    template = KNOWN.templates[code]
    given_parties = PARTIES[code] if parties is None else parties
    chosen = usual_choice(template) if choose is None else frozenset(choose)
    every = {one.id for one in template.clauses if one.take == "required" or one.id in chosen}
    needed = {
        name: next(iter(given_parties.values()))[0] if field.type == "agency" else SAMPLES[field.type]
        for name, field in KNOWN.fields_of(template, every).items()
        if KNOWN.default_of(template, name) is None
    }
    return write_from_template(
        template,
        templates=KNOWN,
        code=rest.get("code_given", "an-agreement-2027"),
        title=rest.get("title", 'An "agreement"'),
        parties=given_parties,
        fields=needed | (fields or {}),
        choose=chosen,
        period=period,
    )


@pytest.mark.parametrize("code", sorted(PARTIES))
@pytest.mark.parametrize("choice", ["usual", "none", "all"])
def test_what_is_written_can_be_offered(code, choice):
    template = KNOWN.templates[code]
    optional = [one.id for one in template.clauses if one.take != "required"]
    choose = {"usual": None, "none": (), "all": optional}[choice]
    raw = tomllib.loads(written(code, choose=choose))
    terms = read_terms({"schema": SCHEMA, "clauses": raw["clauses"], "provisions": raw["provisions"]})
    check_terms(terms, vocabulary=current_vocabulary(), parties=raw["parties"])
    assert raw["kind"] == template.kind.value
    assert set(raw["parties"]) == {one for codes in PARTIES[code].values() for one in codes}
    assert set(raw["parties"].values()) <= {role.value for role in PartyRole}
    assert "{" not in raw["text"]
    text = one_line(raw["text"])
    for provision in raw["provisions"]:
        section = text.split(f" {provision['section']} ", 1)[1]
        assert provision["words"] in section
        assert isinstance(provision["value"], int) or provision["unit"] in {"word", "date", "list"}
    for clause in raw["clauses"]:
        assert f"`{clause['id']}`" in text


def test_the_sections_are_numbered_without_a_gap_and_in_the_order_of_the_template():
    template = KNOWN.templates["tfm"]
    text = tomllib.loads(written(choose=()))["text"]
    titles = [KNOWN.clauses[one.id].title.en for one in template.clauses if one.take == "required"]
    for number, title in enumerate(titles, start=1):
        assert f"\n{number} {title}. " in text
    assert f"\n{len(titles) + 1} " not in text


def test_figures_that_are_given_stand_in_text_terms_and_provisions():
    raw = tomllib.loads(written(fields={"retention_days": "90", "hold_hours": 1}))
    [keeping] = [one for one in raw["clauses"] if one["id"] == "keeping"]
    assert keeping["days"] == 90
    assert {one["value"] for one in raw["provisions"] if one["term"] == "data_retention_days"} == {90}
    text = one_line(raw["text"])
    assert "for more than 90 days" in text
    assert "no longer than 1 hour, weekends" in text


def test_the_last_day_is_said_and_a_fixed_term_needs_one():
    raw = tomllib.loads(written())
    [ends] = [one for one in raw["provisions"] if one["term"] == "end_date"]
    assert (ends["value"], ends["words"]) == ("2030-01-01T00:00:00Z", "ends at the start of January 1, 2030 (UTC)")
    with pytest.raises(FillingError, match=r"period has no end.*`fixed-term`.*give its end"):
        written(period=Period(TERM.starts_at))
    assert "until it is ended" in written(choose=(), period=Period(TERM.starts_at))


def test_the_gate_keeps_to_what_was_written():
    live = live_of(*tomllib.loads(written())["clauses"], parties=("ice-ero-phoenix", "pinal-so"))
    custody = {
        "sender": "pinal-so",
        "purpose": "civil_immigration",
        "elements": ("person_name", "custody_status"),
        "met": frozenset({"trained_receive_information"}),
    }
    outcomes = [
        {type(outcome).__name__ for _, outcome in ask(facts_of(**(custody | change)), live).outcomes}
        for change in (
            {},
            {"met": frozenset()},
            {"marks": frozenset({"protected_1367"})},
            {"marks": frozenset({"minor"})},
            {"marks": frozenset({"tribal_data"})},
            {"purpose": "statistics"},
        )
    ]
    assert outcomes == [{"Permit"}, *[{"Refuse"}] * 5]


def test_one_day_is_not_called_days_in_either_language():
    assert filled_in("{n} days' notice, 1 months", values={"n": 1}) == "1 day's notice, 1 month"
    assert filled_in("{n} meses o {n} días", values={"n": 1}) == "1 mes o 1 día"
    assert filled_in("{n} days, 21 days", values={"n": 11}) == "11 days, 21 days"


@pytest.mark.parametrize(
    ("changes", "part", "told"),
    [
        ({"parties": {"local": ["pinal-so"]}}, "party", r"`federal` has 0 agencies, not 1; it is: ICE field office"),
        (
            {"parties": {"federal": ["ice-ero-phoenix"]}},
            "party",
            r"no agency is the Agency; give one as `state` or `lo",
        ),
        ({"parties": {"boss": ["x"], **PARTIES["tfm"]}}, "party", r"`boss` is no place of this template; use one of"),
        ({"parties": {"local": ["a-so"], "federal": ["a-so"]}}, "party", r"`a-so` stands twice"),
        ({"parties": {"local": ["A b"], "federal": ["ice"]}}, "party", r"`A b` is no agency's code"),
        ({"fields": {"hold_hours": "49"}}, "field", r"`hold_hours` `49` is out of range; give 1 to 48 \(hours\)"),
        ({"fields": {"hold_hours": "two"}}, "field", r"`two` is no whole number; it counts hours"),
        ({"fields": {"hold_hours": "-1"}}, "field", r"no whole number"),
        ({"fields": {"hold_hour": "1"}}, "field", r"`hold_hour` is no field of this template; the fields are: .*hold"),
        ({"choose": (), "fields": {"retention_days": 1}}, "field", r"belongs to a clause that was not chosen"),
        ({"choose": ["first-look"], "fields": {"first_look_on": "soon"}}, "field", r"`soon` is no day; write it as"),
        ({"choose": ["first-look"], "fields": {"first_look_on": "2030-01-01"}}, "field", r"outside the period"),
        ({"choose": ["first-look"], "fields": {"first_look_on": date(2026, 12, 31)}}, "field", r"outside the period"),
        ({"choose": ["independent-review"], "fields": {"reviewer": "a\nb"}}, "field", r"is no line of text"),
        ({"choose": ["independent-review"], "fields": {"reviewer": "a {b}"}}, "field", r"is no line of text"),
        ({"choose": ["purpose-tfm"]}, "clause", r"`purpose-tfm` is always in this template"),
        ({"choose": ["cji-use"]}, "clause", r"`cji-use` is none of this template; choose from: minimum-training"),
        ({"code_given": "No Code"}, "code", r"`No Code` is no code"),
        ({"title": " "}, "title", r"is empty"),
        ({"title": "a\nb"}, "title", r"line ends"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place_and_a_remedy(changes, part, told):
    with pytest.raises(FillingError, match=told) as refused:
        written(**changes)
    assert refused.value.part == part
    assert refused.value.remedy


def test_a_field_without_default_must_be_given():
    with pytest.raises(FillingError, match=r"`subject` must be given: what the agreement is about"):
        write_from_template(
            KNOWN.templates["mou"],
            templates=KNOWN,
            code="m-2027",
            title="M",
            parties=PARTIES["mou"],
            fields={},
            choose=(),
            period=TERM,
        )


def test_the_agency_of_a_field_is_a_party():
    assert "pima-so keeps the account" in one_line(written("resource-sharing", fields={"paying_agency": "pima-so"}))
    with pytest.raises(FillingError, match=r"`paying_agency` `az-dps` is no party; name one of: hsi-arizona, pima-so"):
        written("resource-sharing", fields={"paying_agency": "az-dps"})


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r")))
def test_any_text_is_read_back_from_toml_as_it_was(text):
    assert tomllib.loads(toml_lines({"key": text})) == {"key": text}
    printable = "".join(one for one in text if one.isprintable() or one == "\n")
    assert tomllib.loads(toml_block("key", printable)) == {"key": f"{printable}\n"}


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80))
def test_no_line_that_is_filled_in_breaks_out_of_the_file(line):
    try:
        raw = tomllib.loads(written("mou", choose=(), fields={"subject": line}, title=f"x{line}"))
    except FillingError:
        return
    assert set(raw) == {"code", "title", "kind", "starts_at", "ends_at", "text", "parties", "clauses"} | (
        {"provisions"} & set(raw)
    )
    assert one_line(line) in one_line(raw["text"])
