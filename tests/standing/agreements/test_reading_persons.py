"""Persons are left out wherever they stand: contacts, signatures, sentences, parties, letters."""

import pytest
from reading_given import agreement_with, all_words, read

from comity.standing.agreements.reading.found import Model
from comity.standing.agreements.reading.lines import Line
from comity.standing.agreements.reading.privacy import PERSON, shield_lines
from comity.standing.agreements.reading.synthetic import HEAVY, make_agreement, scan

NAMES = ("bartholomew", "quill", "octavia", "nkemdirim", "will page", "grant march")
SECRETS = (*NAMES, "010-2222", "010.2222", "box 12")
BLOCKS = {
    "a list": "For the LEA:\nBartholomew Quill\nSheriff\nP.O. Box 12, Esmont, VA\nbquill@x.example (555) 010-2222",
    "after a label": "For the LEA: Sheriff Bartholomew Quill\nFor ICE: Octavia Nkemdirim, AFOD",
    "before a rank": "LEA: Bartholomew Quill, Chief Deputy, 555.010.2222\nICE: Deportation Officer Octavia Nkemdirim",
    "of ordinary words": "For the LEA:\nQuill, Bartholomew\nWill Page\nGrant March",
    "in capitals": "For the LEA:\nBARTHOLOMEW QUILL\nPUBLIC INFORMATION OFFICER\nFor ICE:\nOCTAVIA NKEMDIRIM",
    "in small letters": "For the LEA: bartholomew quill, public information officer\nFor ICE: octavia nkemdirim",
    "side by side": "For the LEA:           For ICE:\nBartholomew Quill      Octavia Nkemdirim\nSheriff       Director",
}
SIGNED = {
    "by hand": "For the LEA:\n\nSignature: Bartholomew Quill\nName: Bartholomew Quill\n\nFor ICE:\nOctavia Nkemdirim",
    "with a slash": "/s/ Bartholomew Quill      2/20/25\nBartholomew Quill, Sheriff",
    "digitally": "OCTAVIA N NKEMDIRIM Digitally signed by OCTAVIA N NKEMDIRIM\nDate: 2025.03.04",
    "by a card": "NKEMDIRIM.OCTAVIA.N.1234567890\nDigitally signed by\nNKEMDIRIM.OCTAVIA.N.1234567890",
    "by a service": "DocuSigned by:\nBartholomew Quill\n3F2504E04F8941D\nSigned by: Octavia Nkemdirim",
}
SENTENCES = (
    "Complaints go to Sheriff Bartholomew Quill, who decides them.",
    "Captain B. Quill and Lt. Octavia Nkemdirim receive complaints.",
    "Complaints may be sent to Bartholomew Quill, Internal Affairs, or to Octavia Nkemdirim at the field office.",
    "Send complaints to: Esmont County, Attn: Bartholomew Quill, or call Octavia Nkemdirim at (555) 010-2222.",
    "Questions are answered by Ms. Octavia Nkemdirim, Esq., counsel; Hon. Bartholomew J. Quill III presides.",
    "Bartholomew Quill, Sheriff of Esmont County, hears complaints.",
    "Complaints are heard by the officer on duty or by Bartholomew\nQuill in his place.",
)
PARTIES = (
    "the {agency}, by and through its Sheriff, Bartholomew Quill,",
    "Bartholomew Quill, Sheriff of Cedar County,",
    "the Office of Sheriff Bartholomew Quill,",
)
LETTER = """Bartholomew Quill, Sheriff
Octavia Nkemdirim, Undersheriff

Dear Director:
Enclosed is our agreement.
Sincerely,
Bartholomew Quill

\f"""


def leaked(content: str) -> list[str]:
    """Return the secrets that a reading tells."""
    told = "\n".join(all_words(read(content))).lower()
    return [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("heading", ["POINTS OF CONTACT", "PUBLIC INFORMATION POINTS OF CONTACT"])
def test_a_person_of_contact_is_left_out(heading, block):
    assert leaked(agreement_with(heading, BLOCKS[block])) == []


@pytest.mark.parametrize("block", SIGNED)
def test_who_signed_is_left_out(block):
    words = f"Changes are made in writing.\n\n{SIGNED[block]}"
    assert leaked(agreement_with("MODIFICATION OF THIS MOA", words)) == []


def shielded(words: str, *, is_contact: bool) -> str:
    line = Line(1, 1, words)
    return shield_lines([line], contacts=[line] if is_contact else [], known=()).lines[0].text


@pytest.mark.parametrize("mark", ["/s/", "digitally signed by", "DocuSigned by", "signed by", "e-signed by"])
def test_a_mark_of_signing_leaves_out_its_line_in_a_block_and_in_the_text(mark):
    assert [shielded(f"{mark} will march", is_contact=where) for where in (True, False)] == [PERSON, PERSON]


@pytest.mark.parametrize("mark", ["digitally signed", "e-signed", "esigned", "______"])
def test_what_may_say_something_else_leaves_out_its_line_in_a_block_only(mark):
    words = f"{mark} on the day, will march"
    assert (shielded(words, is_contact=True), shielded(words, is_contact=False)) == (PERSON, words)


@pytest.mark.parametrize("words", SENTENCES)
def test_a_person_in_a_sentence_is_left_out_and_the_rest_is_read(words):
    text = agreement_with("COMPLAINT PROCEDURE", f"{words} Complaints are resolved within 60 days.")
    assert leaked(text) == []
    assert {p.value for p in read(text).provisions if p.term == "complaint_resolution_days"} == {60}


@pytest.mark.parametrize("name", PARTIES)
def test_a_party_is_named_without_the_person_who_heads_it(name):
    given = make_agreement(1, model=Model.TFM)
    text = given.text.replace(f"the {given.agency},", name.format(agency=given.agency), 1)
    assert leaked(text) == []
    assert len(read(text).parties) == 2


def test_a_letter_before_the_agreement_names_nobody():
    assert leaked(LETTER + make_agreement(1, model=Model.TFM).text) == []


@pytest.mark.parametrize("model", list(Model))
def test_where_nobody_is_named_hardly_anything_is_left_out(model):
    for seed in range(4):
        reading = read(scan(make_agreement(seed, model=model), seed, noise=HEAVY))
        lines = reading.text.split("\n")
        assert sum("a person is named" in line for line in lines) <= 0.02 * len(lines)
