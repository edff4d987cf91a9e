"""A signed text is imported at the console: read by rules, looked over by a person, stored as a draft or downloaded."""

import tomllib
from threading import Thread

import pytest
from agreements_pages import CODE, SCAN, offer_second
from test_web_words import left_in
from web_people import words_of

from comity.standing.agreements.reading import apart
from comity.standing.agreements.reading.found import Why

START = "/console/agreements/import/"
READ, DRAFT, FILE = f"{START}read/", f"{START}draft/", f"{START}draft/file/"
HEAD = {"code": "pima-wso-2027", "title": "Pima warrant service", "starts": "2027-01-01", "ends": ""}
PARTIES = {"party-0": "dhs-ice", "party-1": "pima-so"}


def send(person, content, **rest):
    from django.core.files.uploadedfile import SimpleUploadedFile

    name = rest.pop("name", "signed.txt")
    return person.post(START, {"file": SimpleUploadedFile(name, content, rest.pop("kind", "text/plain")), **rest})


def doubtful(person):
    """The names of the terms that are doubtful, as the form has them."""
    return doubtful_in(person, "Read without doubt")


def doubtful_in(person, heading):
    """The same, before the heading of what is not doubtful."""
    page = person.get(READ).content.decode()
    before = page[: page.index(heading)]
    return [part.split('"')[0] for part in before.split('<fieldset class="usa-fieldset comity-term" id="')[1:]]


@pytest.fixture
def reader(house):
    """Counsel of a party, once the text was read."""
    person = house.inside("pima-so", "counsel")
    assert send(person, SCAN.encode())["Location"] == READ
    return person


def test_what_is_doubtful_stands_first_beside_the_words_it_was_read_from(reader):
    page = words_of(reader.get(READ))
    assert page.index("Doubtful: decide about each") < page.index("Parties") < page.index("Read without doubt")
    assert "the figure in words and the one in digits differ: 75 and 70" in page
    assert "A seventy-five (70) percent rating on the final examination is needed" in page
    assert "page 1, line 38, section IV.C" in page
    assert len(doubtful(reader)) == 1


def test_a_doubtful_term_is_not_taken_over_until_somebody_decides(reader):
    answer = reader.post(READ, {**HEAD, **PARTIES})
    assert answer.status_code == 422
    page = words_of(answer)
    assert "1 thing is still open" in page
    assert "Say whether it is right, correct it, or leave it out." in page


@pytest.mark.parametrize(
    ("choice", "typed", "value"),
    [("keep", "", 75), ("fix", "70", 70), ("drop", "", None)],
)
def test_a_term_is_accepted_corrected_or_left_out(reader, choice, typed, value):
    [name] = doubtful(reader)
    answer = reader.post(READ, {**HEAD, **PARTIES, name: choice, f"{name}-value": typed, "clause-0": "1"})
    assert answer["Location"] == DRAFT
    found = tomllib.loads(reader.get(FILE).content.decode())
    scores = [one["value"] for one in found["provisions"] if one["unit"] == "percent"]
    assert scores == ([] if value is None else [value])
    assert found["parties"] == {"dhs-ice": "federal", "pima-so": "local"}
    assert found["kind"] == "warrant_service"
    assert found["clauses"][0] == {
        "id": "ice-control", "kind": "onward", "from": ["dhs-ice"], "to": ["pima-so"], "rule": "consent"
    }  # fmt: skip


WRONG = (
    ({"code": "No Code"}, "Code: Small letters, digits and hyphens"),
    ({"title": "two\nlines"}, "Title: One line of text."),
    ({"starts": ""}, "From: The day the last party signed"),
    ({"starts": "yesterday"}, "From: This is no day"),
    ({"ends": "2026-01-01"}, "Until: It ends after it begins."),
    ({"ends": "9999-99-99"}, "Until: This is no day"),
    ({"party-1": "nowhere"}, "The directory has no agency with this code."),
    ({"party-1": "dhs-ice"}, "This agency is already another party."),
    ({"party-1": ""}, "An agreement has at least two parties"),
    ({"party-1": "<script>alert(1)</script>"}, "The directory has no agency with this code."),
    ({"DOUBT": "fix", "DOUBT-value": "many"}, "Write a whole number."),
    ({"DOUBT": "fix", "DOUBT-value": "9" * 400}, "Write a whole number."),
    ({"DOUBT": "nonsense"}, "Say whether it is right"),
)


def test_what_is_typed_wrongly_is_said_beside_its_field_and_kept(reader):
    [name] = doubtful(reader)
    for given, said in WRONG:
        typed = {**HEAD, **PARTIES, name: "keep", "clause-0": "1"}
        answer = reader.post(READ, typed | {key.replace("DOUBT", name): value for key, value in given.items()})
        assert answer.status_code == 422, given
        assert said in words_of(answer), given
        assert "<script>alert" not in answer.content.decode()
        assert 'value="pima-so"' in answer.content.decode() or "party-1" in given


def test_a_code_that_is_an_address_is_refused_and_an_empty_title_is_the_usual_one(reader):
    [name] = doubtful(reader)
    typed = {**HEAD, **PARTIES, name: "keep", "clause-0": "1", "code": "import", "title": ""}
    assert reader.post(READ, typed)["Location"] == DRAFT
    page = words_of(reader.get(DRAFT))
    assert "code `import` is no code" in page
    assert "Pima County Sheriff" in page
    assert reader.post(DRAFT).status_code == 422


def test_a_party_stores_the_draft_and_nobody_is_bound(house, reader):
    [name] = doubtful(reader)
    reader.post(READ, {**HEAD, **PARTIES, name: "keep", "clause-0": "1"})
    page = words_of(reader.get(DRAFT))
    assert "Store it as a draft of your agency" in page
    answer = reader.post(DRAFT)
    assert answer["Location"] == "/console/agreements/pima-wso-2027/"
    page = words_of(reader.get(answer["Location"]))
    assert "The draft of your agency is stored" in page
    assert "Being drafted . No text was offered yet: nobody is bound." in page
    [(acts,)] = house.node.look(
        "SELECT count(*) FROM agreements_event e JOIN agreements_agreement a ON a.id = e.agreement_id"
        " WHERE a.code = 'pima-wso-2027' AND e.event = 'drafted'"
    )
    assert acts == 1
    again = reader.post(DRAFT)
    assert again["Location"] == START
    assert house.inside("az-dps", "counsel").get("/console/agreements/pima-wso-2027/").status_code == 404


def test_a_code_that_is_taken_is_refused_and_nothing_typed_is_lost(reader):
    [name] = doubtful(reader)
    reader.post(READ, {**HEAD, **PARTIES, "code": "az-sharing-2026", name: "keep", "clause-0": "1"})
    answer = reader.post(DRAFT)
    assert answer.status_code == 422
    assert "Another agreement has the code az-sharing-2026" in words_of(answer)
    assert reader.get(READ).status_code == 200


def test_an_agency_that_is_no_party_downloads_and_does_not_store(house):
    person = house.inside("az-dps", "counsel")
    send(person, SCAN.encode())
    [name] = doubtful(person)
    person.post(READ, {**HEAD, **PARTIES, name: "keep", "clause-0": "1"})
    assert "Your agency is no party of it" in words_of(person.get(DRAFT))
    assert person.post(DRAFT).status_code == 422
    assert person.get(FILE)["Content-Disposition"] == 'attachment; filename="pima-wso-2027.toml"'
    assert house.node.look("SELECT 1 FROM agreements_agreement WHERE code = 'pima-wso-2027'") == []


def test_a_draft_without_a_clause_is_not_stored_and_says_why(reader):
    [name] = doubtful(reader)
    assert reader.post(READ, {**HEAD, **PARTIES, name: "keep"})["Location"] == DRAFT
    assert "An agreement has at least one clause" in words_of(reader.get(DRAFT))
    assert reader.post(DRAFT).status_code == 422


UNREADABLE = (
    (b"", "The file holds hardly any text"),
    (b"\x00\x01\x02" * 400, "This is no PDF and no plain text"),
    (b"PK\x03\x04" + b"x" * 900, "This is no PDF and no plain text"),
    (b"%PDF-1.7\n" + b"x" * 900, "This PDF is damaged"),
    (b"A letter about the weather. " * 60, "This is no 287(g) agreement"),
    (SCAN.encode() * 2, "The file holds two agreements"),
)


def test_what_cannot_be_read_is_refused_by_its_content_whatever_its_name_says(house):
    person = house.inside("pima-so", "counsel")
    for content, said in UNREADABLE:
        answer = send(person, content, name="../../signed.pdf", kind="application/pdf")
        assert answer.status_code == 422, said
        assert said in words_of(answer)
        assert person.get(READ)["Location"] == START


def test_a_file_made_to_be_read_forever_is_refused_in_time_and_others_go_on(house, monkeypatch):
    person, other = house.inside("pima-so", "counsel"), house.inside("az-dps", "counsel")
    # what is not needed to be asked while the file is read is made before
    assert other.get(START).status_code == 200
    with monkeypatch.context() as short:
        short.setattr(apart, "MOST_SECONDS", 3)
        # a process that never ends by itself stands for a file that takes hours
        short.setattr(apart, "COMMAND", ("-c", "while True: pass"))
        answers = []
        thread = Thread(target=lambda: answers.append(apart.read_apart(b"x", model=None, agencies={}, account="a")))
        thread.start()
        served = 0
        while thread.is_alive() and served < 3:
            served += other.get(START).status_code == 200
        assert served == 3
        thread.join()
        assert [one.why for one in answers] == [Why.TANGLED]
        answer = send(person, SCAN.encode())
    assert answer.status_code == 422
    assert "too large or too tangled to read in time" in words_of(answer)
    assert send(person, SCAN.encode())["Location"] == READ


def test_one_file_of_an_account_is_read_at_a_time(house):
    person = house.inside("pima-so", "counsel")
    with apart._alone(str(person.account_id)):
        answer = send(person, SCAN.encode())
    assert answer.status_code == 422
    assert "A file that you sent is still being read" in words_of(answer)
    assert send(person, SCAN.encode())["Location"] == READ


def test_no_more_than_two_files_are_read_at_a_time(house, monkeypatch):
    monkeypatch.setattr(apart, "WAIT_SECONDS", 0.01)
    person = house.inside("pima-so", "counsel")
    with apart._turn(), apart._turn():
        answer = send(person, SCAN.encode())
    assert answer.status_code == 422
    assert "Files of others are being read" in words_of(answer)
    assert send(person, SCAN.encode())["Location"] == READ


def test_a_form_without_a_file_is_told(house):
    answer = house.inside("pima-so", "counsel").post(START, {"model": "nonsense"})
    assert answer.status_code == 422
    assert "Choose a file first." in words_of(answer)


def test_a_file_that_is_too_large_is_refused_before_it_is_read_with_the_words_of_its_one_bound(house, monkeypatch):
    from comity.doors.web import uploads
    from comity.doors.web.limits import MOST_FILE

    held = []
    person = house.inside("pima-so", "counsel")
    with monkeypatch.context() as watched:
        watched.setattr(uploads.BoundedUpload, "receive_data_chunk", lambda _self, raw, _start: held.append(raw))
        answer = send(person, b"x" * MOST_FILE)
    assert answer.status_code == 413
    assert "The file is too large: 20 MB at most." in words_of(answer)
    assert held == []


def test_a_file_of_the_largest_size_that_is_read_passes_and_one_more_byte_is_refused_in_the_same_words(house):
    from comity.standing.agreements.reading.document import MOST_BYTES

    person = house.inside("pima-so", "counsel")
    for more, said in ((0, "This PDF is damaged"), (1, "The file is too large: 20 MB at most.")):
        answer = send(person, b"%PDF-1.7\n".ljust(MOST_BYTES + more, b"x"))
        assert answer.status_code == 422
        assert said in words_of(answer), more


def test_a_file_sent_anywhere_else_or_by_nobody_is_not_held(house, monkeypatch):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from web_people import new_client

    from comity.doors.web import uploads

    held = []
    monkeypatch.setattr(uploads.BoundedUpload, "receive_data_chunk", lambda _self, raw, _start: held.append(raw))
    file = {"file": SimpleUploadedFile("x.txt", SCAN.encode())}
    house.inside("pima-so", "counsel").post("/console/draft/", file)
    new_client().post("/accounts/login/", {"login": "x", "password": "y", **file})
    assert new_client().post(START, file)["Location"].startswith("/accounts/login/")
    assert held == []


def test_what_was_read_is_seen_by_nobody_else_and_stands_sealed(house, reader):
    other = house.inside("pima-so", "head")
    assert other.get(READ)["Location"] == START
    rows = house.node.look("SELECT sealed FROM accounts_draft")
    assert rows
    assert not [one for (one,) in rows if b"MEMORANDUM" in bytes(one)]


def test_another_model_is_taken_where_somebody_says_so(house):
    person = house.inside("pima-so", "counsel")
    send(person, SCAN.encode(), model="tfm")
    page = words_of(person.get(READ))
    assert "the text looks more like the model wso" in page


def test_a_person_named_in_the_text_is_left_out(house):
    text = SCAN + "\nFor the LEA:\nSignature: ______  Printed name: Example Q. Person\nDate: ____\n"
    person = house.inside("pima-so", "counsel")
    send(person, text.encode())
    [name] = doubtful(person)
    person.post(READ, {**HEAD, **PARTIES, name: "drop", "clause-0": "1"})
    for path in (READ, FILE):
        assert "Example Q" not in person.get(path).content.decode()


def test_every_step_is_in_spanish_where_somebody_reads_spanish(reader):
    from django.conf import settings

    reader.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    [name] = doubtful_in(reader, "Leído sin duda")
    steps = [
        reader.get(START),
        reader.post(START, {}),
        reader.get(READ),
        reader.post(READ, {**HEAD, "code": "", "starts": "", "party-0": "nowhere", name: "fix"}),
    ]
    reader.post(READ, {**HEAD, **PARTIES, name: "keep", "clause-0": "1"})
    steps += [reader.get(DRAFT)]
    assert [left_in(one) for one in steps] == [[]] * 5


def test_two_versions_are_compared_in_spanish(house):
    from django.conf import settings

    offer_second(house)
    person = house.inside("az-dps", "counsel")
    person.get("/console/")  # what signing in said was said in the language it happened in
    person.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    for page in ("compare/", "who-brought/?version=2", "?version=2"):
        assert left_in(person.get(f"/console/agreements/{CODE}/{page}")) == [], page
