import msgspec
import pytest
from cli_terminal import an_ask


def test_ask_tells_by_class_what_goes_what_waits_and_on_which_authority(lodged):
    told = lodged.run("ask", "-", "--as", "hsi-arizona", typed=msgspec.json.encode(an_ask()))
    assert told.code == 0
    assert "who a person is: disclosed (person_name)" in told.out
    assert "where a person lives, works or is reached: needs approval (home_address)" in told.out
    assert "approval by: records supervisor" in told.out
    assert "Arizona Information Sharing Memorandum (demonstration), version 1, clause cases" in told.out
    assert "recorded in ledger entry" in told.out
    assert "Ana Example" not in told.out + told.err


def test_ask_names_missing_evidence_and_the_way_forward(reader):
    ask = an_ask(
        "m1", holder="az-dps", category="criminal_history", elements=["criminal_history_record"], reference="none"
    )
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--preview", typed=msgspec.json.encode(ask))
    assert told.code == 0
    assert "would be refused" in told.out
    assert "not shown: criminal justice purpose code" in told.out
    assert "28 U.S.C. 534" in told.out
    assert "→ Complete what is missing" in told.out


def test_ask_answers_in_spanish(reader):
    ask = msgspec.json.encode(an_ask(category="criminal_history", elements=["criminal_history_record"]))
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--preview", "--lang", "es", typed=ask)
    assert "Los antecedentes penales" in told.out


def test_preview_records_nothing_and_needs_no_reference(reader):
    before = reader.node.look("SELECT (SELECT count(*) FROM ledger_pending), (SELECT count(*) FROM exchange_ask)")
    ask = an_ask()
    del ask["reference"], ask["ask_id"]
    (line,) = reader.ask(ask, options=("--preview",))
    assert (line["status"], line["preview"]) == ("disclosed", True)
    assert line["elements"] == {"contact": ["home_address"], "identity": ["person_name"]}
    assert (
        reader.node.look("SELECT (SELECT count(*) FROM ledger_pending), (SELECT count(*) FROM exchange_ask)") == before
    )


def test_ask_run_again_shows_the_recorded_answer(lodged):
    (first,) = lodged.ask(an_ask())
    (second,) = lodged.ask(an_ask())
    assert second["repeated"] is True
    assert {**second, "repeated": None} == {**first, "repeated": None}


def test_ask_under_a_used_key_is_told_which_ask_stands(lodged):
    (first,) = lodged.ask(an_ask())
    (line,) = lodged.ask(an_ask(reference="C-2"))
    assert (line["status"], line["id"]) == ("conflict", first["id"])
    assert line["errors"][0]["field"] == "ask_id"


BAD = (
    (b"this is not json", "", "is not JSON"),
    (b"\xff\xfe\x00", "", "is not"),
    (b"[" * 3000, "", "expected an object"),
    (b'"text"', "", "expected an object"),
    (an_ask("b1", holder="nobody"), "holder", "no agency `nobody`"),
    (an_ask("b2", purpose="fishing"), "purpose", "`fishing` is not known"),
    (an_ask("b3", elements=["shoe_size"]), "elements", "`shoe_size` is not known"),
    (an_ask("b4", elements=["plate_read"]), "elements", "does not belong to the category"),
    (an_ask("b5", elements="person_name"), "elements", "expected a list"),
    (an_ask("b6", agreement="none-such"), "agreement", "no agreement `none-such`"),
    (an_ask("b7", reference="C\x001"), "reference", "NUL"),
    (an_ask("b8", holder="pima\x00so"), "holder", "NUL"),
    (an_ask("b9", claims={"x\x00": True}), "claims.x\x00", "NUL"),
    (an_ask("b10", reference=""), "reference", "is empty"),
    (an_ask("b11", subject="somebody"), "subject", "is not a known field"),
    (b'{"ask_id": 99999999999999999999999}', "ask_id", "expected text"),
    (an_ask("b12", reference="x" * 5000), "reference", "characters"),
    (an_ask("b13", post="none"), "post", "no post `none`"),
    (an_ask("b14", claims={"counsel_mandate": True}), "claims", "is not known"),
)


@pytest.mark.parametrize(
    ("bad", "field", "says"), BAD, ids=[f"{field or 'line'}-{n}" for n, (_, field, _) in enumerate(BAD)]
)
def test_one_line_that_cannot_be_used_is_named_with_its_remedy(reader, bad, field, says):
    raw = bad if isinstance(bad, bytes) else msgspec.json.encode(bad)
    good = an_ask("good", holder="tucson-pd", elements=["person_name"], reference="none")
    for options in ((), ("--preview",)):
        if options and field == "reference" and "NUL" not in says:
            continue  # a preview does not look at the reference
        lines = reader.ask(good, raw, options=options)
        assert [line["status"] in {"invalid", "conflict"} for line in lines] == [False, True]
        faults = lines[1]["errors"]
        assert [f for f in faults if f["field"] == field and says in f["message"] and f["remedy"]], faults


def test_one_bad_line_among_a_thousand_stops_no_other(reader):
    lines = [
        msgspec.json.encode(an_ask(f"n{n}", holder="tucson-pd", elements=["person_name"], reference=f"none-{n}"))
        for n in range(1000)
    ]
    lines[417] = b'{"ask_id": "n417"'
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--json", "--preview", typed=b"\n".join(lines))
    assert told.code == 1
    assert len(told.lines) == 1000
    assert [line["line"] for line in told.lines if line["status"] == "invalid"] == [418]


def test_ask_takes_an_object_over_several_lines_and_an_array(reader):
    whole = msgspec.json.format(msgspec.json.encode(an_ask()), indent=2)
    assert [
        line["status"]
        for line in reader.run("ask", "-", "--as", "hsi-arizona", "--preview", "--json", typed=whole).lines
    ] == ["disclosed"]
    both = msgspec.json.encode([an_ask("x"), an_ask("y", purpose="z")])
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--preview", "--json", typed=both)
    assert [line["status"] for line in told.lines] == ["disclosed", "invalid"]
    assert told.code == 1


def test_ask_with_nothing_usable_ends_with_two(reader):
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--preview", typed=msgspec.json.encode(an_ask(purpose="z")))
    assert told.code == 2
    assert "use one of:" in told.out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"ori,name\nAZ,x\n", "is not JSON"),
        (b"\x7fELF\x00\x00", "is not JSON"),
        ("{}".encode("utf-16"), "is UTF-16"),
        (b"\xe9{", "is not"),
    ],
)
def test_ask_refuses_a_wrong_file_in_a_sentence(reader, write, content, says):
    told = reader.run("ask", write("wrong", content), "--as", "hsi-arizona")
    assert told.code == 2
    assert says in told.err
    assert "→" in told.err
    assert told.out == ""


def test_ask_says_that_a_file_is_missing_before_it_opens_the_node(reader, tmp_path):
    told = reader.run("ask", tmp_path / "none", "--as", "nobody")
    assert told.code == 2
    assert "cannot be read: No such file" in told.err
    assert reader.run("ask", tmp_path, "--as", "nobody").code == 2


@pytest.mark.parametrize(
    ("acting", "says"),
    [
        ("hsi-arizon", "did you mean `hsi-arizona`"),
        ("", "names no agency"),
        ("/head", "names no agency"),
        ("x\x00", "names no agency"),
        ("hsi-arizona/nobody", "its posts: `commander`"),
    ],
)
def test_an_unknown_actor_is_named_with_what_there_is(reader, acting, says):
    told = reader.run("ask", "-", "--as", acting, "--preview", typed=msgspec.json.encode(an_ask()))
    assert told.code == 2
    assert "--as" in told.err
    assert says in told.err


def test_an_agency_is_named_by_its_ori_too(reader):
    (line,) = reader.ask(an_ask(holder="AZ0100000"), acting="USDEMO101", options=("--preview",))
    assert line["status"] in {"disclosed", "refused"}


def test_an_ask_whose_record_may_be_hidden_shows_no_rule_and_no_class(terminal):
    asked = an_ask("h1", holder="az-dps", category="sealed", elements=["sealed_record"], reference="none")
    (line,) = terminal.ask(asked)
    assert line["status"] == "pending"
    assert not {"reasons", "elements"} & line.keys()


def test_a_control_character_never_reaches_the_terminal(reader):
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--preview", typed=msgspec.json.encode(an_ask("\x1b[2Jx")))
    assert "\x1b" not in told.out + told.err


def test_every_status_of_an_ask_has_words():
    from comity.coordination.exchange.ask import STATUSES
    from comity.doors.cli.ask_words import STATUS_WORDS

    assert set(STATUSES) <= STATUS_WORDS.keys()


def test_ask_that_waits_says_what_its_type_permits_and_refuses_nothing(terminal):
    asked = msgspec.json.encode(an_ask("w1", elements=["person_name"], reference="not lodged"))
    told = terminal.run("ask", "-", "--as", "hsi-arizona", typed=asked)
    assert "waits for the holder's answer" in told.out
    assert "who a person is: permitted by type (person_name)" in told.out
    assert "refused" not in told.out


def test_refusal_says_what_would_help_and_whom_to_ask(reader):
    ask = msgspec.json.encode(an_ask(purpose="civil_immigration"))
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--preview", typed=ask)
    assert "→ In force between you and `pima-so`: `az-sharing-2026`." in told.out
    assert "→ Whom to ask: `pima-so/liaison`" in told.out
    assert told.out.count("Whom to ask") == 1  # classes that came out alike are told of together
    told = reader.run("ask", "-", "--as", "hsi-arizona", "--preview", "--lang", "es", typed=ask)
    assert "→ A quién preguntar: `pima-so/liaison`" in told.out
    (line,) = reader.ask(an_ask(purpose="civil_immigration"), options=("--preview",))
    assert {way["class"] for way in line["ways_forward"]} == {"contact", "identity"}
    assert {way["contact"] for way in line["ways_forward"]} == {"pima-so/liaison"}


def test_refusal_for_want_of_evidence_names_the_claim(reader):
    ask = an_ask(holder="az-dps", category="criminal_history", elements=["criminal_history_record"])
    (line,) = reader.ask(ask, options=("--preview",))
    assert line["ways_forward"][0]["claims"] == ["cji_purpose_code", "repository_access"]


def test_refusal_that_rests_on_the_record_does_not_say_that_nothing_permits_it(terminal):
    from comity.coordination.exchange.commands.file import NewRecord, file_records

    demo = terminal.node
    record = NewRecord(category="case", reference="C-9", values={"person_name": "Ana"}, marks=("tribal_data",))
    file_records(records=(record,), by=demo.actor("pima-so"), now=demo.clock(), keys=demo.keys)
    asked = msgspec.json.encode(an_ask("t1", elements=["person_name"], reference="C-9"))
    told = terminal.run("ask", "-", "--as", "hsi-arizona", typed=asked)
    assert "The holder withholds this; on which rule is not told." in told.out
    assert "No law and no agreement permits this" not in told.out
    assert "tribal" not in told.out.lower()


def test_ask_under_a_suspended_agreement_says_so(terminal):
    suspended = terminal.run(
        "agreement", "suspend", "az-sharing-2026", "--as", "pima-so/head", "--reason", "legal_review"
    )
    assert suspended.code == 0, suspended.err
    for options in ((), ("--preview",)):
        (line,) = terminal.ask(an_ask("s1", agreement="az-sharing-2026"), options=options)
        (fault,) = line["errors"]
        assert (fault["field"], fault["message"]) == ("agreement", "`az-sharing-2026` is suspended")
        assert fault["remedy"]
