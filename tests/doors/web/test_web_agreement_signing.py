"""Signing by passkey: only what was shown, only what was signed, once."""

import json
from datetime import timedelta

import msgspec
import pytest
from web_agreements import HERE, assertion, at, events, newest, published_passkey, reviewed, typed
from web_people import words_of

from software_passkey import LOCAL, SoftwarePasskey


@pytest.fixture
def ready(house):
    """A version that lacks signatures alone, its head signed in, what would change shown, a passkey published."""
    version, made = reviewed(house.node), published_passkey(house.node, "az-dps")
    person = house.inside("az-dps", "head")
    assert person.post(at("replay/"), {"to": "sign"})["Location"] == at("sign/")
    return version, made, person


def test_nothing_is_signed_before_what_would_change_was_shown(house):
    version, made = reviewed(house.node), published_passkey(house.node, "az-dps")
    person = house.inside("az-dps", "head")
    page = person.get(at("sign/"))
    assert "3. Sign it" not in words_of(page)
    assert "passkey-options" not in page.content.decode()
    answer = person.post(at("sign/"), {"digest": version.digest, "assertion": assertion(made, version, "az-dps")})
    assert answer.status_code == 422
    assert "What would change was not shown before." in words_of(answer)
    assert events(house.node) == ["drafted", "offered"]


def test_what_would_change_counts_for_one_version_of_one_agency_and_for_a_day(house, ready):
    from comity.coordination.exchange.replays import find_replay
    from comity.spine.tenancy.transaction import reading

    version, _made, person = ready
    node = house.node
    own, other = node.actor("az-dps", "head"), node.actor("pima-so", "head")
    now = node.look("SELECT now()")[0][0]

    def found(by, digest, back):
        with reading(by):
            return find_replay(version=digest, agency_id=by.agency_id, since=now - back)

    day = timedelta(days=1)
    assert found(own, version.digest, day) is not None
    assert found(own, "0" * 64, day) is None
    assert found(other, version.digest, day) is None
    assert found(own, version.digest, -day) is None
    assert "3. Sign it" in words_of(person.get(at("sign/")))


def test_the_page_shows_the_text_and_gives_the_passkey_exactly_its_digest_to_sign(house, ready):
    from comity.spine.keys.webauthn import to_base64url
    from comity.standing.agreements.digest import signed_digest

    version, made, person = ready
    page = person.get(at("sign/")).content.decode()
    signed = signed_digest(version=version.digest, agency="az-dps")
    options = json.loads(page.partition('id="passkey-options" type="application/json">')[2].partition("</script>")[0])
    assert options["challenge"] == to_base64url(signed)
    assert options["allowCredentials"] == [{"id": made.credential_id, "type": "public-key"}]
    assert (options["rpId"], options["userVerification"]) == ("localhost", "required")
    for shown in (version.digest, signed.hex(), "which vehicle is wanted", "Other ways to sign"):
        assert shown in page


def test_a_signature_sent_twice_is_one(house, ready):
    version, made, person = ready
    given = {"digest": version.digest, "assertion": assertion(made, version, "az-dps")}
    assert person.post(at("sign/"), given)["Location"] == at("lacks/")
    assert person.post(at("sign/"), given)["Location"] == at("")
    assert house.node.look("SELECT count(*) FROM agreements_signature WHERE version_id = %s", (version.id,)) == [(1,)]


@pytest.mark.parametrize("wrong", ["", "nonsense", "{}", "[" * 5000, "x" * 20_000, '{"id": 1}'])
def test_what_is_no_answer_of_a_passkey_signs_nothing(house, ready, wrong):
    version, _made, person = ready
    answer = person.post(at("sign/"), {"digest": version.digest, "assertion": wrong})
    assert answer.status_code == 422
    assert "not the answer of a passkey" in words_of(answer)
    assert events(house.node) == ["drafted", "offered"]


def test_a_passkey_that_signed_something_else_or_is_nobodys_signs_nothing(house, ready):
    from comity.standing.agreements.digest import signed_digest

    version, made, person = ready
    signed = signed_digest(version=version.digest, agency="az-dps")
    other_party = signed_digest(version=version.digest, agency="pima-so")
    elsewhere = LOCAL.__class__(origin="https://evil.example", rp_id="localhost")
    for handed in (
        made.assertion(other_party, LOCAL),
        made.assertion(signed, elsewhere),
        SoftwarePasskey().assertion(signed, LOCAL),
    ):
        given = {"digest": version.digest, "assertion": msgspec.json.encode(handed).decode()}
        answer = person.post(at("sign/"), given)
        assert answer.status_code == 422
        assert "Nothing was recorded." in words_of(answer)
    assert events(house.node) == ["drafted", "offered"]


def test_a_version_that_was_offered_meanwhile_is_not_signed_unread(house, ready):
    version, made, person = ready
    sheriff = house.inside("pima-so", "head")
    sheriff.post(at("draft/"), typed(title="Another text"))
    sheriff.post(at("offer/"))
    given = {"digest": version.digest, "assertion": assertion(made, version, "az-dps")}
    answer = person.post(at("sign/"), given)
    assert answer.status_code == 422
    assert "signed" not in events(house.node)


def test_a_passkey_is_made_published_once_and_revoked_by_the_head(house):
    person, made = house.inside("az-dps", "head"), SoftwarePasskey()
    page = f"{HERE}/passkeys/"
    given = {"registration": json.dumps(made.registration(LOCAL))}
    assert person.post(page, {"registration": "nonsense"}).status_code == 422
    assert person.post(page, given)["Location"] == page
    twice = person.post(page, given)
    assert twice.status_code == 422
    assert "This passkey is published already." in words_of(twice)
    shown = person.get(page).content.decode()
    [(key,)] = house.node.look(
        "SELECT key_id FROM directory_agency_key WHERE credential_id = %s", (made.credential_id,)
    )
    assert key in shown
    assert person.post(page, {"act": "revoke", "key": key})["Location"] == page
    assert "revoked on" in words_of(person.get(page))
    again = person.post(page, {"act": "revoke", "key": key})
    assert again.status_code == 422
    sheriffs = house.node.look("SELECT key_id FROM directory_agency_key k JOIN directory_agency a ON a.id = k.agency_id"
                               " WHERE a.code = 'pima-so' LIMIT 1")  # fmt: skip
    assert person.post(page, {"act": "revoke", "key": sheriffs[0][0]}).status_code == 422


def test_what_would_no_longer_leave_is_shown_by_clause_before_the_signature(house):
    from exchange_given import DISCLOSED, put

    from comity.standing.agreements.commands import offer_agreement, revise_draft

    node, code = house.node, "az-sharing-2026"
    put(node, DISCLOSED)
    last, by = newest(node, code), node.actor("az-dps", "head")
    clauses = [one for one in last.terms["clauses"] if one["id"] != "cases"]
    revise_draft(
        by=by, now=node.clock(), agreement_id=last.agreement_id, title=last.title, text=last.text,
        terms={**last.terms, "clauses": clauses}, period=last.period,
    )  # fmt: skip
    offer_agreement(by=by, now=node.clock(), agreement_id=last.agreement_id)
    counsel = house.inside("az-dps", "counsel")
    assert counsel.post(at("replay/", code), {"to": "sign"})["Location"] == at("replay/", code)
    shown = words_of(counsel.get(at("replay/", code)))
    assert "everything your agency ever decided" in shown
    before, _title, after = shown.partition("What would no longer leave")
    assert "Nothing that stayed would leave." in before
    assert "No longer there: Arizona Department of Public Safety" in after
    assert "goes out stays 1" in after
    assert "version 1, clause cases" in after
    assert "REF-" not in shown
