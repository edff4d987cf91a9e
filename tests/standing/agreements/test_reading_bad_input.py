"""What is handed in and is no agreement: every case a clear answer, never a traceback."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from reading_given import one, pdf_of, read, refused

from comity.standing.agreements.reading.document import MOST_BYTES, MOST_PAGE_BYTES, MOST_PAGES
from comity.standing.agreements.reading.found import Model, Reading, Unreadable, Why
from comity.standing.agreements.reading.reading import read_agreement
from comity.standing.agreements.reading.synthetic import CLEAN, MODERATE, make_agreement, scan

SNOW_PLOWS = b"""MEMORANDUM OF UNDERSTANDING

I. PURPOSE

Two counties lend each other snow plows.

II. AUTHORITY

State law.

III. COSTS

Each pays its own.
"""
SCANNED = scan(make_agreement(2, model=Model.WSO), 2, noise=MODERATE)


def written(writer: PdfWriter) -> bytes:
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def blank(pages: int) -> PdfWriter:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return writer


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Why.EMPTY),
        (b" \n\f\n", Why.EMPTY),
        (b"Agreement.", Why.EMPTY),
        (b"\0" * 500, Why.EMPTY),
        (b"Memorandum of Agreement \0 between two agencies of the same state, I. PURPOSE", Why.NOT_TEXT),
        (bytes(range(256)) * 40, Why.NOT_TEXT),
        (b"PK\x03\x04word/document.xml", Why.NOT_TEXT),
        (b"\x89PNG\r\n\x1a\n", Why.NOT_TEXT),
        (b"%PDF-1.7\nnot really", Why.DAMAGED),
        (b"a" * (MOST_BYTES + 1), Why.TOO_LARGE),
        (b"\f".join([b"some words of an agreement on a page"] * 500), Why.TOO_MANY_PAGES),
        (b"Two eggs, a cup of flour and a little salt. Stir, rest, bake until golden. " * 9, Why.NOT_AN_AGREEMENT),
        (SNOW_PLOWS, Why.NOT_AN_AGREEMENT),
    ],
)  # fmt: skip
def test_what_is_no_agreement_is_answered_with_a_remedy(content, why):
    answer = refused(content)
    assert answer.why == why
    assert answer.message
    assert answer.remedy


def test_a_pdf_of_pictures_only_says_how_to_go_on():
    answer = refused(written(blank(3)))
    assert answer.why == Why.NO_TEXT
    assert "ocrmypdf" in answer.remedy


def test_a_pdf_with_a_stamp_on_pictures_is_still_without_text():
    assert refused(pdf_of(["received"] * 12)).why == Why.NO_TEXT


def test_a_pdf_of_five_hundred_pages_is_not_read():
    answer = refused(written(blank(500)))
    assert answer.why == Why.TOO_MANY_PAGES
    assert str(MOST_PAGES) in answer.message


def test_a_pdf_whose_pages_are_lost_is_damaged():
    assert refused(pdf_of(SCANNED.split("\f")).replace(b"/Kids", b"/Kidz")).why == Why.DAMAGED


def test_a_pdf_with_a_password_is_not_read():
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(SCANNED.split("\f")))))
    writer.encrypt("secret", algorithm="AES-256")
    assert refused(written(writer)).why == Why.ENCRYPTED


def test_a_pdf_locked_against_changes_only_is_read():
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(SCANNED.split("\f")))))
    writer.encrypt("", "owner", algorithm="AES-256")
    assert read(written(writer)).model == Model.WSO


def test_a_page_that_unpacks_without_end_is_not_read():
    assert refused(pdf_of([" " * (MOST_PAGE_BYTES + 1)])).why == Why.TANGLED


def test_a_pdf_is_read_as_its_text_is():
    reading = read(pdf_of(SCANNED.split("\f")))
    text = read(SCANNED)
    assert reading.form == "pdf"
    assert [s.path for s in reading.sections] == [s.path for s in text.sections]
    assert {p.term: p.value for p in reading.provisions} == {p.term: p.value for p in text.provisions}
    assert one(reading, "exam_pass_percent").page == one(text, "exam_pass_percent").page


def test_a_text_of_windows_is_read():
    text = make_agreement(2, model=Model.TFM).text.replace("'", "\u2019")
    assert len(read(text.encode("cp1252")).sections) == len(read(text).sections)


def test_two_agreements_in_one_file_are_told_apart():
    text = make_agreement(1, model=Model.TFM).text
    answer = refused(f"{text}\f{text}".encode())
    assert answer.why == Why.TWO_AGREEMENTS
    assert "page 2" in answer.message


def test_two_parties_of_the_same_name_are_doubted():
    text = make_agreement(1, model=Model.TFM)
    twice = text.text.replace(f"the {text.agency},", f"the {text.agency} and the {text.agency},", 1)
    parties = [party for party in read(twice).parties if party.role != "federal"]
    assert len(parties) == 2
    assert {party.doubt for party in parties} == {"two parties have the same name"}


def test_two_agencies_of_the_directory_with_the_name_are_doubted():
    given_text = make_agreement(1, model=Model.TFM)
    found = read_agreement(given_text.text.encode(), agencies={given_text.agency: ["first-so", "second-so"]})
    assert isinstance(found, Reading)
    (party,) = [party for party in found.parties if party.role != "federal"]
    assert party.code == "LEA"
    assert "first-so, second-so" in party.doubt


def test_a_party_of_the_directory_gets_its_code():
    given_text = make_agreement(1, model=Model.TFM)
    found = read_agreement(given_text.text.encode(), agencies={given_text.agency.upper(): ["first-so"]})
    assert isinstance(found, Reading)
    assert [party.code for party in found.parties] == ["ICE", "first-so"]
    assert found.clauses[0].clause["from"] in (["first-so"], ["ICE"])


def test_a_blank_party_is_told():
    given_text = make_agreement(1, model=Model.TFM)
    reading = read(given_text.text.replace(given_text.agency, "______________"))
    assert [party.role for party in reading.parties] == ["federal"]
    assert any("local party was not found" in note for note in reading.notes)
    assert "blank" in {unplaced.why for unplaced in reading.unplaced}


def test_the_wrong_model_is_doubted():
    reading = read(make_agreement(1, model=Model.WSO).text, Model.TFM)
    assert reading.model == Model.TFM
    assert "wso" in reading.model_doubt


PDF = pdf_of(scan(make_agreement(4, model=Model.JEM), 4, noise=CLEAN).split("\f"), pack=False)


@settings(max_examples=60)
@given(st.integers(0, len(PDF)), st.integers(0, len(PDF) - 1), st.binary(max_size=12))
def test_a_damaged_pdf_is_answered(end, place, spoiled):
    broken = (PDF[:place] + spoiled + PDF[place + len(spoiled) :])[: max(end, 9)]
    assert isinstance(read_agreement(broken), Reading | Unreadable)


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=3000), st.text(max_size=3000).map(str.encode)))
def test_any_bytes_are_answered(content):
    assert isinstance(read_agreement(content), Reading | Unreadable)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, len(SCANNED)), st.sampled_from("\f\n .IVXl1|_•([{\u2019-\t")), max_size=200))
def test_a_text_with_anything_strewn_in_is_answered(strewn):
    text = SCANNED
    for place, char in strewn:
        text = text[:place] + char + text[place:]
    assert isinstance(read_agreement(text.encode()), Reading | Unreadable)
