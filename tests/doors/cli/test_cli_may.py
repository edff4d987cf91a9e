"""May I, now? One screen: yes, after whose approval, or no and why; by type, and nothing is written."""

import pytest

CASE = ("--purpose", "criminal_investigation", "--category", "case")


def ask(terminal, *words, holder="az-dps", asker="hsi-arizona"):
    return terminal.run("law", "may", "--from", holder, "--to", asker, *words)


def test_a_yes_names_the_clause_and_its_authority(reader):
    told = ask(reader, *CASE, "--element", "case_number")
    assert told.out.startswith("Yes: `az-dps` may share this with `hsi-arizona` now.")
    found = ask(reader, *CASE, "--element", "case_number", "--json").value
    assert found["may"] == "yes"
    assert found["reasons"][0]["rule_id"].startswith("agr-")
    assert all(one["citation"] for one in found["reasons"] if one["rule_id"])


def test_a_no_says_why_on_which_authority_and_what_helps(reader):
    words = ("--purpose", "civil_immigration", "--category", "case", "--element", "home_address")
    told = ask(reader, *words, asker="ice-ero-phoenix").out
    found = ask(reader, *words, "--json", asker="ice-ero-phoenix").value
    assert (found["may"], told.startswith("No: ")) == ("no", True)
    [reason, *_] = found["reasons"]
    assert reason["words"] in told
    assert reason["citation"] in told
    assert found["ways_forward"][0]["hints"]
    assert "→ " in told


def test_evidence_the_asker_would_show_changes_the_answer(reader):
    words = ("--purpose", "criminal_investigation", "--category", "intelligence", "--element", "intelligence_report")
    before = ask(reader, *words, "--json").value
    missing = {code for way in before["ways_forward"] for code in way["claims"]}
    assert missing
    claims = [word for code in missing for word in ("--claim", code)]
    after = ask(reader, *words, *claims, "--json").value
    assert after["reasons"] != before["reasons"]


def test_an_answer_is_given_in_spanish(reader):
    told = ask(reader, *CASE, "--element", "case_number", "--lang", "es")
    assert told.out.startswith("Sí: `az-dps` puede compartir")
    assert "Solo por tipo" in told.err


def test_some_of_it_may_go_and_some_may_not(reader):
    words = ("--element", "case_number", "--element", "home_address")
    found = ask(reader, *CASE, *words, "--json").value
    outcomes = {one["outcome"] for one in found["classes"].values()}
    expected = {1: {"disclosed": "yes", "needs_approval": "after_approval", "refused": "no"}.get(min(outcomes))}
    assert found["may"] == expected.get(len(outcomes), "in_part" if "refused" in outcomes else "after_approval")


def test_the_holder_asks_as_well_and_a_third_agency_does_not(reader):
    words = (*CASE, "--element", "case_number", "--json")
    own = ask(reader, *words).value
    theirs = ask(reader, *words, "--as", "az-dps/privacy").value
    assert theirs == own | {"counts_on": ["Counts on: training of who receives."]}
    assert (own["counts_on"], ask(reader, *words, "--as", "hsi-arizona/liaison").value) == ([], own)
    told = ask(reader, *words[:-1], "--as", "az-dps/privacy", "--lang", "es")
    assert "Depende de: la formación de quien recibe." in told.out
    third = ask(reader, *words, "--as", "ut-dps-bci")
    assert (third.code, "you ask about two other agencies" in third.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "holder", "asker", "says"),
    [
        (
            ("--purpose", "gossip", "--category", "case", "--element", "case_number"),
            "az-dps",
            "hsi-arizona",
            "--purpose",
        ),
        (
            ("--purpose", "criminal_investigation", "--category", "x", "--element", "y"),
            "az-dps",
            "hsi-arizona",
            "--category",
        ),
        ((*CASE, "--element", "shoe_size"), "az-dps", "hsi-arizona", "--element"),
        ((*CASE, "--element", "case_number", "--claim", "magic"), "az-dps", "hsi-arizona", "--claim"),
        ((*CASE, "--element", "case_number"), "nobody", "hsi-arizona", "no agency `nobody`"),
        ((*CASE, "--element", "case_number"), "az-dps", "nobody", "no agency `nobody`"),
        ((*CASE, "--element", "case_number"), "az-dps", "az-dps", "is the agency that would share"),
        ((*CASE, "--element", "case_number"), "az-dps", "hsi-arizona/none", "has no post `none`"),
        (
            (*CASE, "--element", "case_number", "--as", "az-dps/privacy"),
            "az-dps",
            "hsi-arizona/liaison",
            "names a post",
        ),
    ],
)
def test_what_cannot_be_asked_is_named(reader, words, holder, asker, says):
    told = ask(reader, *words, holder=holder, asker=asker)
    assert (told.code, says in told.err, "Traceback" in told.err) == (2, True, False)


def test_the_answer_does_not_depend_on_a_record_and_writes_nothing(lodged):
    tables = ("ledger_pending", "ledger_entry", "vault_item", "exchange_ask", "exchange_decision", "agreements_usage")

    def stored():
        return [lodged.node.look(f"SELECT count(*) FROM {table}") for table in tables]

    words = (*CASE, "--element", "person_name", "--json")
    before = stored()
    here = ask(lodged, *words, holder="pima-so").value
    with_hidden = ask(
        lodged,
        "--purpose",
        "criminal_investigation",
        "--category",
        "victim_protected",
        "--element",
        "person_name",
        "--json",
    )
    assert stored() == before
    from comity.config.node import Role

    with lodged.node.connect(Role.OWNER) as owner:
        owner.execute("REVOKE SELECT ON exchange_record, vault_item FROM comity_app")
    assert ask(lodged, *words, holder="pima-so").value == here
    assert with_hidden.code == 0


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Counts on the holder having recorded: "), ("es", "Depende de que quien tiene el registro haya anotado: ")],
)
def test_what_the_holder_would_have_to_have_recorded_is_named(reader, language, said):
    words = ("--purpose", "criminal_investigation", "--category", "juvenile", "--element", "person_name")
    assert said in " ".join(ask(reader, *words, "--lang", language).out.split())
    [counted] = ask(reader, *words, "--lang", language, "--json").value["counts_on"]
    assert counted.startswith(said)
