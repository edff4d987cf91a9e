import csv
from pathlib import Path

import pytest

FBI = "ori,data_year,pub_agency_name,state_abbr,county_name,agency_type_name\n"
ICE = "state,county,agency,ori,type,agency_type,population_policed\n"
DEMO = Path(__file__).parents[3] / "src" / "comity" / "standing" / "agreements" / "demo" / "az-sharing-2026.toml"


def test_import_guesses_the_list_reports_and_is_safe_to_repeat(terminal, write, tmp_path):
    file = write(
        "fbi.csv",
        FBI
        + "AZ0990000,2025,Nowhere Police,AZ,NOWHERE,City\nAZ0100000,2025,Pima,AZ,PIMA,County\nbad,2025,X,AZ,Y,City\n",
    )
    report = tmp_path / "report.csv"
    told = terminal.run("directory", "import", file, "--report", report, "--json")
    assert told.code == 0
    assert told.value["source"] == "fbi-agencies-2025"
    assert told.value["counts"] == {"new": 1, "matched": 1, "ambiguous": 0, "refused": 1}
    rows = list(csv.DictReader(report.read_text().splitlines()))
    assert [(row["line"], row["outcome"]) for row in rows] == [("4", "refused")]
    again = terminal.run("directory", "import", file, "--json").value
    assert again["counts"] == {"new": 0, "matched": 2, "ambiguous": 0, "refused": 1}
    assert "Nowhere Police" in terminal.run("directory", "show", "AZ0990000").out


def test_import_lists_ambiguous_participants_and_never_takes_them_for_agreements(terminal, write):
    agreements = terminal.run("agreement", "list", "--json").lines
    file = write(
        "ice.csv", ICE + "ARIZONA,Pima County,some other name,AZ0100000,Warrant Service Officer,(001) Sheriff,1\n"
    )
    told = terminal.run("directory", "import", file)
    assert "ambiguous: a person decides" in told.out
    assert "another name" in told.out
    assert terminal.run("agreement", "list", "--json").lines == agreements


@pytest.mark.parametrize(
    ("content", "words", "says"),
    [
        ("a,b\n1,2\n", (), "is neither list"),
        ("", (), "is neither list"),
        (ICE, ("--kind", "fbi"), "has no column `pub_agency_name`"),
        (FBI.encode() + b"\xff\xfe\n", (), "is not UTF-8"),
        (FBI + 'AZ0990000,2025,"open\n', (), "is not CSV"),
        ("\x00\x01", (), "is neither list"),
    ],
)
def test_import_refuses_another_file_and_writes_nothing(terminal, write, content, words, says):
    before = terminal.node.look("SELECT count(*) FROM directory_agency")
    told = terminal.run("directory", "import", write("wrong.csv", content), *words)
    assert told.code == 2
    assert says in told.err
    assert terminal.node.look("SELECT count(*) FROM directory_agency") == before


def test_import_of_a_missing_file_is_a_usage_error(reader, tmp_path):
    assert reader.run("directory", "import", tmp_path / "none.csv").code == 2


def test_directory_lists_by_state_and_kind_in_pages(reader):
    first = reader.run("directory", "list", "--state", "az", "--kind", "local", "--limit", 2, "--json").lines
    assert {(one["state"], one["kind"]) for one in first} == {("AZ", "local")}
    rest = reader.run(
        "directory", "list", "--state", "AZ", "--kind", "local", "--after", first[-1]["code"], "--json"
    ).lines
    assert first[-1]["code"] < rest[0]["code"]
    assert "there are more: `--after" in reader.run("directory", "list", "--limit", 1).out
    assert reader.run("directory", "list", "--kind", "martian").code == 2


def test_directory_shows_posts_with_their_holders_by_badge(reader):
    told = reader.run("directory", "show", "pima-so").out
    assert "records-supervisor" in told
    assert "0003 (holder)" in told
    missing = reader.run("directory", "show", "nowhere")
    assert (missing.code, "no agency `nowhere`" in missing.err) == (2, True)


@pytest.mark.parametrize("of", ["elements", "categories", "purposes", "marks", "evidence"])
def test_catalogue_is_printed_in_both_languages(reader, of):
    english, spanish = (reader.run("law", of, "--lang", lang, "--json").lines for lang in ("en", "es"))
    assert len(english) == len(spanish) > 3
    assert [next(iter(one.values())) for one in english] == [next(iter(one.values())) for one in spanish]
    assert english != spanish


def test_elements_of_one_category_are_those_that_may_be_asked_in_it(reader):
    every = reader.run("law", "elements", "--json").lines
    some = reader.run("law", "elements", "--category", "custody", "--json").lines
    assert 0 < len(some) < len(every)
    wrong = reader.run("law", "elements", "--category", "nothing")
    assert (wrong.code, "--category" in wrong.err, "custody" in wrong.err) == (2, True, True)


def test_law_shows_the_release_in_force_and_each_rule_with_its_authority(reader):
    assert "in force" in reader.run("law", "show").out
    rules = reader.run("law", "rules", "--json").lines
    mandates = reader.run("law", "rules", "--kind", "mandate", "--jurisdiction", "us-az", "--json").lines
    assert mandates == [rule for rule in rules if rule["kind"] == "mandate" and rule["jurisdiction"] == "us-az"]
    shown = reader.run("law", "show", "law-28").out
    assert "8 U.S.C. 1373" in shown
    assert 'Comity::Class::"status"' in shown
    assert all(one["citation"] for one in reader.run("law", "authorities", "--json").lines)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("law", "show", "law-999"), "has no rule `law-999`"),
        (("law", "rules", "--jurisdiction", "fr"), "no pack `fr`"),
        (("law", "put-in-force", "--release", "zzz"), "is no release"),
        (("law", "put-in-force", "--at", "tomorrow"), "is not a time"),
        (("law", "approve", "--as", "az-ag/counsel"), "one of the two is needed"),
        (("law", "digest", "--all"), "no release waits for this"),
        (("keys", "revoke-public", "abc", "--as", "pima-so"), "no unrevoked public key"),
        (("keys", "published", "nobody"), "no agency `nobody`"),
        (("agreement", "show", "none"), "no agreement `none`"),
        (("agreement", "history", "none"), "no agreement `none`"),
        (("agreement", "validate", "/none"), "cannot be read"),
        (("keys", "issue-api-key", "--as", "pima-so", "--scope", "exchange:all"), "use one of: agreements:comment"),
        (("keys", "revoke-api-key", "abc", "--as", "pima-so"), "no unrevoked API key"),
        (("ledger", "prove", "nonsense"), "is not an id"),
        (("ledger", "prove", "01a20111-0333-71cc-85fe-d40eac46f3c4"), "no ledger entry"),
        (("audit", "sample", "--seed", "1", "--from", "x", "--to", "2027-01-01"), "`x` is not a time"),
        (("audit", "sample", "--seed", "1", "--from", "2027-01-01", "--to", "2026-01-01"), "is not after"),
    ],
)
def test_a_word_that_fits_nothing_is_named_and_ends_with_two(reader, words, says):
    told = reader.run(*words)
    assert told.code == 2
    assert says in told.err
    assert "Traceback" not in told.err


def test_agreement_is_shown_in_plain_words(reader):
    told = reader.run("agreement", "show", "az-sharing-2026", "--clauses", "--text").out
    assert "signed by  10 of 10 parties" in told
    assert "clause `plates`" in told
    assert "At most 50 a day." in told
    assert "5 Custody." in told
    codes = [one["code"] for one in reader.run("agreement", "list", "--json").lines]
    assert codes == sorted(codes)
    assert "az-sharing-2026" in codes


def test_agreement_is_suspended_and_resumed_by_whom_it_binds(terminal):
    code = "az-sharing-2026"
    stranger = terminal.run("agreement", "suspend", code, "--as", "ut-dps-bci/head", "--reason", "legal_review")
    assert stranger.code == 2  # not a party: not even visible
    clerk = terminal.run("agreement", "suspend", code, "--as", "pima-so/records-clerk", "--reason", "legal_review")
    assert (clerk.code, "`agency_head`" in clerk.err) == (1, True)
    assert terminal.run("agreement", "suspend", code, "--as", "pima-so/head", "--reason", "because").code == 2
    assert terminal.run("agreement", "suspend", code, "--as", "pima-so/head", "--reason", "legal_review").code == 0
    twice = terminal.run("agreement", "suspend", code, "--as", "pima-so/head", "--reason", "legal_review")
    assert (twice.code, "`suspended`" in twice.err) == (1, True)
    other = terminal.run("agreement", "resume", code, "--as", "hsi-arizona/head")
    assert (other.code, "comity agreement history" in other.err) == (1, True)
    assert terminal.run("agreement", "resume", code, "--as", "pima-so/head").code == 0
    events = terminal.run("agreement", "history", code, "--json").lines[-2:]
    assert [(one["event"], one["by"], one["reason"]) for one in events] == [
        ("suspended", "pima-so/head", "legal_review"),
        ("resumed", "pima-so/head", None),
    ]


def test_validate_reads_a_good_agreement_back(reader):
    told = reader.run("agreement", "validate", DEMO)
    assert told.code == 0
    assert "every term known" in told.out
    assert reader.run("agreement", "validate", DEMO, "--json").value["valid"] is True


def test_validate_names_every_unknown_term_with_its_place(reader, write):
    text = DEMO.read_text("utf-8")
    text = text.replace('kind = "sharing_mou"', 'kind = "club"').replace('tucson-pd = "local"', 'tucson-pd = "big"')
    text = text.replace('["home_address", "telephone"]', '["home_adress"]').replace("per_day", "per_days", 1)
    problems = reader.run("agreement", "validate", write("a.toml", text), "--json").value["problems"]
    fields = {problem["field"]: problem for problem in problems}
    assert {"kind", "parties.tucson-pd", "clauses[1].elements[0]"} <= fields.keys()
    assert "did you mean `home_address`" in fields["clauses[1].elements[0]"]["remedy"]
    assert [name for name in fields if "per_days" in fields[name]["message"]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = [", "is not TOML"),
        (b"\xff", "is not UTF-8"),
        ("", "clauses: there are none"),
        ("clauses = 3", "clauses: there are none"),
        ('[[clauses]]\nid = "a"\nkind = "give"', "clauses[0]"),
        ("parties = 3", "parties: is not a table"),
        ('starts_at = "soon"', "are not a period"),
        ("clauses = [3]", "clauses[0]"),
    ],
)
def test_validate_tells_what_is_wrong_with_any_file(reader, write, text, says):
    told = reader.run("agreement", "validate", write("b.toml", text))
    assert told.code == 2
    assert says in told.err
