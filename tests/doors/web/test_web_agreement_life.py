"""An agreement from the first word to its end, page by page, as the posts of two parties do it."""

from web_agreements import CODE, HERE, PAPER, agreement, assertion, at, newest, published_passkey, typed
from web_people import words_of


def look(person, page):
    answer = person.get(at(page))
    assert answer.status_code == 200, (page, answer.status_code, words_of(answer)[:400])
    return words_of(answer)


def send(person, page, given=None, *, to=None):
    answer = person.post(at(page), given)
    assert answer.status_code == 302, (page, answer.status_code, words_of(answer)[:800])
    if to is not None:
        assert answer["Location"] == at(to)
    return answer


def test_two_parties_conclude_an_agreement_and_end_it_in_the_browser_alone(house):
    node = house.node
    liaison, counsel = house.inside("az-dps", "liaison"), house.inside("az-dps", "counsel")
    privacy, head = house.inside("az-dps", "privacy"), house.inside("az-dps", "head")
    sheriff, his_counsel = house.inside("pima-so", "head"), house.inside("pima-so", "counsel")

    assert liaison.post(f"{HERE}/new/text/", typed())["Location"] == at("")
    assert "Offer your draft" in look(liaison, "")
    assert sheriff.get(at("")).status_code == 200  # a party sees that there is one
    assert "Your draft" in look(liaison, "offer/")
    send(liaison, "offer/", to="")
    version = newest(node)

    send(his_counsel, "comments/say/", {"words": "Why 30 days?", "place": "vehicles", "digest": version.digest})
    said = look(liaison, "comments/")
    assert "Why 30 days?" in said
    assert "1 comment waits for an answer" in said
    assert "1 comment waits" not in look(his_counsel, "comments/").replace("1 comment waits for an answer", "", 1)

    lacking = look(sheriff, "lacks/")
    assert "Who is waited for" in lacking
    assert "your agency" in lacking
    paper = {"finding": "satisfied", "document": PAPER, "digest": version.digest}
    for person, kind in (
        (counsel, "attorney_determination"), (his_counsel, "attorney_determination"), (privacy, "privacy_assessment"),
    ):  # fmt: skip
        look(person, "review/")
        send(person, "review/", {"kind": kind, **paper}, to="")
    for person in (counsel, his_counsel):
        look(person, "confirm/")
        send(person, "confirm/", {"clause": ["vehicles"], "digest": version.digest}, to="lacks/")

    for person, code in ((head, "az-dps"), (sheriff, "pima-so")):
        made = published_passkey(node, code)
        before = look(person, "sign/")
        assert "Before you sign" in before
        assert "3. Sign it" not in before
        send(person, "replay/", {"to": "sign"}, to="sign/")
        shown = look(person, "sign/")
        assert version.digest in shown
        assert "3. Sign it" in shown
        given = {"digest": version.digest, "assertion": assertion(made, version, code)}
        send(person, "sign/", given, to="lacks/")

    assert "Nothing is missing any more" in look(head, "lacks/")
    assert "follows version 1" in look(head, "force/")
    send(head, "force/", {"digest": version.digest}, to="")
    assert agreement(node).state == "in_force"

    assert "nothing leaves under this agreement" in look(privacy, "suspend/")
    send(privacy, "suspend/", {"reason": "legal_review"}, to="")
    assert agreement(node).state == "suspended"
    assert "alone takes it up again" in words_of(sheriff.get(at("")))
    send(head, "resume/", to="")
    assert agreement(node).state == "in_force"
    assert "at once" in look(sheriff, "end/")
    send(sheriff, "end/", {"reason": "party_withdrew", "sure": "on"}, to="")
    assert agreement(node).state == "terminated"
    assert node.verify().is_clean


def filled_in(**changes):
    """What is typed into the form of the memorandum: what stands there, with a party at each side."""
    from comity.doors.web.agreements.filling_form import TemplateForm
    from comity.standing.agreements.templates import load_templates

    known = load_templates()
    form = TemplateForm(known.templates["mou"], known, "en")
    given = {name: str(one.initial) for name, one in form.fields.items() if one.initial not in {None, False, ""}}
    given |= {name: "x" for name in form.fields if name.startswith("field-") and name not in given}
    given |= {"title": "A memorandum", "party-state": "az-dps", "party-federal": "hsi-arizona"}
    given |= {"field-first_look_on": "2027-01-01", "starts_at": "2026-01-01T00:00", "ends_at": "2029-01-01T00:00"}
    return given | {"agreement": CODE} | changes


def test_a_template_is_filled_in_and_its_text_stands_in_the_form(house):
    liaison, page = house.inside("az-dps", "liaison"), f"{HERE}/new/from/mou/"
    assert "Templates" in words_of(liaison.get(f"{HERE}/new/"))
    assert liaison.get(page).status_code == 200
    wrong = liaison.post(page, filled_in(agreement="Not a code"))
    assert wrong.status_code == 422
    assert "Use small letters" in words_of(wrong)
    late = liaison.post(page, filled_in(ends_at="2025-01-01T00:00"))
    assert "the end is not after the start" in words_of(late)
    blank = next(name for name in filled_in() if name.startswith("field-"))
    assert liaison.post(page, filled_in(**{blank: "999999999"})).status_code == 422
    there = liaison.post(page, filled_in())
    assert there["Location"] == f"{HERE}/new/text/"
    form = liaison.get(there["Location"])
    assert CODE in form.content.decode()
    assert "[[provisions]]" in form.content.decode()
    assert liaison.get(f"{HERE}/new/from/nothing/").status_code == 404
