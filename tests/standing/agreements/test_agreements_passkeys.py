"""An agreement signed by passkey: by one that is published, of exactly this version, and provable ever after."""

from dataclasses import replace
from datetime import timedelta

import pytest
from agreements_given import NOW, SHARE, YEAR
from signing_given import newest, review_and_confirm, sign, signature_of

from comity.config.node import Role
from comity.kernel.time import Period
from comity.spine.keys.passkey import PasskeyFault, PasskeyRefusedError, assertion_in
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.audit import list_contradictions, list_unproven_signatures
from comity.standing.agreements.commands.record import AnotherTextError, WrongPostError
from comity.standing.agreements.commands.sign import AlreadySignedError, UnreviewedError
from comity.standing.agreements.digest import signed_digest
from comity.standing.agreements.selectors import get_readiness, list_signatures, list_versions
from comity.standing.agreements.vocabulary import SigningMethod
from comity.standing.directory import commands as directory
from comity.standing.directory.selectors import KeyNotGoodError, SignatureNotGoodError
from comity.standing.directory.vocabulary import KeyFault
from software_passkey import HOME, HOSTS, LOCAL, PRESENT, SoftwarePasskey, at, eddsa, es256


@pytest.fixture
def ready(offices, offered):
    """An agreement on offer that lacks signatures alone."""
    review_and_confirm(offices, offices.pima, offered)
    return offered


def publish(offices, office, made=None, *, page=HOME, period=None):
    made = made or SoftwarePasskey(es256())
    directory.add_passkey(
        by=offices.steward,
        now=NOW,
        agency_id=office.agency_id,
        passkey=made.published(page),
        period=period or Period(NOW),
    )
    return made


def sign_by(offices, agreement_id, made, *, page=HOME, version=None, agency="pima-so", by=None, now=NOW, digest=None):
    read = newest(offices.steward, agreement_id)
    assertion = made.read(signed_digest(version=version or read, agency=agency), page)
    do.sign_by_passkey(
        by=by or offices.pima.head,
        now=now,
        agreement_id=agreement_id,
        digest=digest or read,
        assertion=assertion,
        hosts=HOSTS,
    )


def signatures(offices, agreement_id):
    with reading(offices.steward):
        return list_signatures(list_versions(agreement_id)[-1].id)


def unsigned(offices, agreement_id):
    with reading(offices.steward):
        return get_readiness(list_versions(agreement_id)[-1].id).unsigned


def unproven(offices):
    with reading(offices.steward):
        assert list_contradictions() == []
        return list_unproven_signatures()


@pytest.mark.parametrize("key", [es256, eddsa])
def test_a_passkey_binds_a_party_and_everything_that_proves_it_is_kept(offices, ready, key) -> None:
    made = publish(offices, offices.pima, SoftwarePasskey(key()))
    sign_by(offices, ready, made)
    assert unsigned(offices, ready) == ("ice-ero-phoenix",)
    [kept] = signatures(offices, ready)
    assert kept.method is SigningMethod.PASSKEY
    assert kept.scheme == ("webauthn-es256" if key is es256 else "webauthn-ed25519")
    assert assertion_in(kept.blob).credential_id == made.credential_id
    assert b"userHandle" not in kept.blob
    sign(offices, offices.ice, ready)
    do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=ready)
    assert unproven(offices) == []


def test_an_assertion_signs_once_and_sent_again_for_another_version_or_party_it_signs_nothing(offices, ready) -> None:
    made = publish(offices, offices.pima)
    first = newest(offices.steward, ready)
    sign_by(offices, ready, made)
    with pytest.raises(AlreadySignedError):
        sign_by(offices, ready, made)
    do.revise_draft(
        by=offices.pima.head, now=NOW, agreement_id=ready, title="Next", text="1.\n",
        terms={"schema": "comity/terms/1", "clauses": [dict(SHARE)]}, period=YEAR,
    )  # fmt: skip
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=ready)
    review_and_confirm(offices, offices.pima, ready)
    with pytest.raises(AnotherTextError):
        sign_by(offices, ready, made, version=first, digest=first)
    for wrong in ({"version": first}, {"agency": "ice-ero-phoenix"}):
        with pytest.raises(PasskeyRefusedError) as refused:
            sign_by(offices, ready, made, **wrong)
        assert refused.value.fault is PasskeyFault.ANOTHER_CHALLENGE
    assert unsigned(offices, ready) == ("ice-ero-phoenix", "pima-so")


def test_a_passkey_that_does_not_bind_the_agency_signs_nothing(offices, ready) -> None:
    day = timedelta(days=1)
    revoked = publish(offices, offices.pima)
    with reading(offices.steward):
        from comity.standing.directory.selectors import list_public_keys_of

        [key] = list_public_keys_of(offices.pima.agency_id)
    directory.revoke_agency_key(by=offices.steward, now=NOW, key_id=key.key_id)
    keys = {
        KeyFault.REVOKED: revoked,
        KeyFault.UNKNOWN: SoftwarePasskey(es256()),
        KeyFault.OF_ANOTHER_AGENCY: publish(offices, offices.ice),
        KeyFault.NOT_YET_VALID: publish(offices, offices.pima, period=Period(NOW + day)),
        KeyFault.OVER: publish(offices, offices.pima, period=Period(NOW - 9 * day, NOW)),
    }
    for fault, made in keys.items():
        with pytest.raises(KeyNotGoodError) as refused:
            sign_by(offices, ready, made)
        assert refused.value.fault is fault
    assert signatures(offices, ready) == []


def test_a_signature_stays_when_its_passkey_is_revoked_later(offices, ready) -> None:
    made = publish(offices, offices.pima)
    sign_by(offices, ready, made)
    [kept] = signatures(offices, ready)
    directory.revoke_agency_key(by=offices.steward, now=NOW + timedelta(days=1), key_id=kept.key_id)
    assert unproven(offices) == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (at(origin="https://comity.example.com"), PasskeyFault.ANOTHER_ORIGIN),
        (LOCAL, PasskeyFault.ANOTHER_ORIGIN),
        (at(rp_id="example.gov"), PasskeyFault.ANOTHER_PARTY),
        (at(flags=PRESENT), PasskeyFault.USER_UNVERIFIED),
    ],
)
def test_another_page_or_nobody_in_particular_signs_nothing(offices, ready, page, fault) -> None:
    made = publish(offices, offices.pima)
    with pytest.raises(PasskeyRefusedError) as refused:
        sign_by(offices, ready, made, page=page)
    assert refused.value.fault is fault
    assert signatures(offices, ready) == []


def test_only_the_head_of_a_party_signs_by_passkey_and_after_its_reviews(offices, offered) -> None:
    made = publish(offices, offices.pima)
    with pytest.raises(WrongPostError, match="agency_head"):
        sign_by(offices, offered, made, by=offices.pima.counsel)
    with pytest.raises(UnreviewedError):
        sign_by(offices, offered, made)


@pytest.mark.parametrize("key", [es256, eddsa])
def test_a_passkey_signs_in_no_other_way(offices, ready, key) -> None:
    made = publish(offices, offices.pima, SoftwarePasskey(key()))
    read = newest(offices.steward, ready)
    bare = made.sign(signed_digest(version=read, agency="pima-so"))
    given = signature_of(SoftwarePasskey(eddsa()).key, version=read, agency="pima-so")
    with reading(offices.steward):
        from comity.standing.directory.selectors import list_public_keys_of

        [published] = list_public_keys_of(offices.pima.agency_id)
    for scheme in ("ed25519", published.scheme.value):
        signature = replace(given, key_id=published.key_id, blob=bare, scheme=scheme)
        with pytest.raises(SignatureNotGoodError):
            do.sign_agreement(by=offices.pima.head, now=NOW, agreement_id=ready, digest=read, signature=signature)


def test_a_signature_that_was_altered_is_found_whether_by_key_or_by_passkey(node, offices, ready) -> None:
    sign_by(offices, ready, publish(offices, offices.pima))
    sign(offices, offices.ice, ready)
    assert unproven(offices) == []
    last = "set_byte(blob, length(blob) - 1, get_byte(blob, length(blob) - 1) # 1)"
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("ALTER TABLE agreements_signature DISABLE TRIGGER USER")
        admin.execute(f"UPDATE agreements_signature SET blob = {last}")
    found = {one.agency: one for one in unproven(offices)}
    assert set(found) == {"pima-so", "ice-ero-phoenix"}
    assert "is not a kept assertion" in found["pima-so"].why
    assert "does not sign the digest" in found["ice-ero-phoenix"].why
