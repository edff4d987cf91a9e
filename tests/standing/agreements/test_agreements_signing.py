"""From offer to force: reviews, confirmation by two persons, signatures by key and on paper; nothing left out."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from agreements_given import NOW, SHARE, YEAR
from signing_given import (
    assessed,
    newest,
    publish_key,
    readiness,
    refused_by_the_database,
    review_and_confirm,
    sign,
    signature_of,
)

from comity.config.node import Role
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.commands.confirm import UnknownClauseError
from comity.standing.agreements.commands.put_in_force import UnconfirmedError, UnsignedError
from comity.standing.agreements.commands.record import (
    AnotherTextError,
    NobodyThereError,
    SamePersonError,
    WrongPostError,
)
from comity.standing.agreements.commands.review import NoDocumentError, NotOwedError
from comity.standing.agreements.commands.sign import AlreadySignedError, UnreviewedError
from comity.standing.agreements.selectors import (
    NoSuchAgreementError,
)
from comity.standing.agreements.vocabulary import Finding, ReviewKind
from comity.standing.directory import commands as directory
from comity.standing.directory.selectors import KeyNotGoodError, SignatureNotGoodError
from comity.standing.directory.vocabulary import KeyPurpose


def test_a_version_on_offer_says_all_that_is_missing(offices, offered) -> None:
    lacks = readiness(offices, offered)
    assert [str(one) for one in lacks.unreviewed] == ["privacy_assessment:pima-so"]
    assert (lacks.unconfirmed, lacks.confirmed_by_one_alone) == (("custody",), ())
    assert lacks.unsigned == ("ice-ero-phoenix", "pima-so")
    assert not lacks.is_ready


def test_who_owes_a_review_signs_after_it_and_not_before(offices, offered) -> None:
    with pytest.raises(UnreviewedError, match="privacy_assessment"):
        sign(offices, offices.pima, offered)
    do.record_review(by=offices.pima.privacy, now=NOW, agreement_id=offered, **assessed(offices, offered))
    sign(offices, offices.pima, offered)
    assert readiness(offices, offered).unsigned == ("ice-ero-phoenix",)


def test_the_last_review_counts(offices, offered) -> None:
    do.record_review(by=offices.pima.privacy, now=NOW, agreement_id=offered, **assessed(offices, offered))
    later = {"finding": Finding.NOT_SATISFIED}
    do.record_review(
        by=offices.pima.privacy,
        now=NOW + timedelta(hours=1),
        agreement_id=offered,
        **assessed(offices, offered, **later),
    )
    with pytest.raises(UnreviewedError):
        sign(offices, offices.pima, offered)


@pytest.mark.parametrize(
    ("by", "changes", "error"),
    [
        ("privacy", {"kind": ReviewKind.TRIBAL_COUNCIL}, NotOwedError),
        ("privacy", {"agency": "ice-ero-phoenix"}, NotOwedError),
        ("privacy", {"document_sha256": "none"}, NoDocumentError),
        ("counsel", {}, WrongPostError),
    ],
)
def test_a_review_nobody_owes_or_by_the_wrong_post_is_refused(offices, offered, by, changes, error) -> None:
    given = assessed(offices, offered, **changes)
    with pytest.raises(error):
        do.record_review(by=getattr(offices.pima, by), now=NOW, agreement_id=offered, **given)


def test_a_review_is_of_the_text_that_was_reviewed_and_of_no_other(offices, offered) -> None:
    of_the_first = assessed(offices, offered)
    wider = {**SHARE, "elements": [*SHARE["elements"], "home_address"]}
    do.revise_draft(
        by=offices.ice.head, now=NOW, agreement_id=offered, title="Next", text="1.\n",
        terms={"schema": "comity/terms/1", "clauses": [wider]}, period=YEAR,
    )  # fmt: skip
    do.offer_agreement(by=offices.ice.head, now=NOW, agreement_id=offered)
    with pytest.raises(AnotherTextError, match="is not version 2"):
        do.record_review(by=offices.pima.privacy, now=NOW, agreement_id=offered, **of_the_first)
    assert [str(one) for one in readiness(offices, offered).unreviewed] == ["privacy_assessment:pima-so"]
    talk = {"by": offices.pima.privacy, "now": NOW, "agreement_id": offered, "words": "Why?"}
    with pytest.raises(AnotherTextError):
        do.comment_on_version(digest=of_the_first["digest"], **talk)
    do.comment_on_version(digest=newest(offices.steward, offered), **talk)


def test_another_party_does_not_review_for_one(offices, offered) -> None:
    with pytest.raises(WrongPostError, match="for itself"):
        do.record_review(by=offices.ice.privacy, now=NOW, agreement_id=offered, **assessed(offices, offered))


def test_what_permits_is_confirmed_by_two_persons(offices, offered) -> None:
    digest = newest(offices.steward, offered)
    assert do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=offered, digest=digest) == ("custody",)
    assert readiness(offices, offered).confirmed_by_one_alone == ("custody",)
    assert do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=offered, digest=digest) == ()
    assert readiness(offices, offered).confirmed_by_one_alone == ("custody",)
    do.confirm_clauses(by=offices.ice.counsel, now=NOW, agreement_id=offered, digest=digest)
    assert readiness(offices, offered).confirmed_by_one_alone == ()


def test_one_person_in_two_posts_is_one_person(offices, offered) -> None:
    digest = newest(offices.steward, offered)
    do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=offered, digest=digest)
    later = NOW + timedelta(hours=1)
    with reading(offices.steward):
        from comity.standing.directory.selectors import get_holder

        counsel = get_holder(offices.pima.counsel.post_id, NOW).officer_id
    post = offices.pima.privacy.post_id
    directory.hand_over_post(by=offices.steward, now=later, post_id=post, officer_id=counsel, at=later)
    with pytest.raises(SamePersonError):
        do.confirm_clauses(by=offices.pima.privacy, now=later, agreement_id=offered, digest=digest)


def test_a_post_nobody_holds_confirms_nothing(offices, offered) -> None:
    directory.end_holding(by=offices.steward, now=NOW, post_id=offices.pima.counsel.post_id, ends_at=NOW)
    digest = newest(offices.steward, offered)
    with pytest.raises(NobodyThereError):
        do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=offered, digest=digest)


def test_only_a_clause_of_the_text_that_was_read_is_confirmed(offices, offered) -> None:
    digest = newest(offices.steward, offered)
    given = {"now": NOW, "agreement_id": offered}
    with pytest.raises(UnknownClauseError, match="nothing-like-it"):
        do.confirm_clauses(by=offices.pima.counsel, digest=digest, clauses=["nothing-like-it"], **given)
    with pytest.raises(AnotherTextError):
        do.confirm_clauses(by=offices.pima.counsel, digest="0" * 64, **given)
    with pytest.raises(WrongPostError):
        do.confirm_clauses(by=offices.pima.liaison, digest=digest, **given)
    with pytest.raises(NoSuchAgreementError):
        do.confirm_clauses(by=offices.bystander.counsel, digest=digest, **given)


def test_nothing_is_put_in_force_that_lacks_a_confirmation(offices, offered) -> None:
    do.record_review(by=offices.pima.privacy, now=NOW, agreement_id=offered, **assessed(offices, offered))
    sign(offices, offices.pima, offered)
    sign(offices, offices.ice, offered)
    with pytest.raises(UnconfirmedError, match="1 clauses nobody confirmed, first `custody`"):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)
    digest = newest(offices.steward, offered)
    do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=offered, digest=digest)
    with pytest.raises(UnconfirmedError, match="one person alone confirmed, first `custody`"):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)
    do.confirm_clauses(by=offices.pima.privacy, now=NOW, agreement_id=offered, digest=digest)
    do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)


def test_only_the_head_of_a_party_signs_what_it_read_and_once(offices, offered) -> None:
    review_and_confirm(offices, offices.pima, offered)
    digest = newest(offices.steward, offered)
    with pytest.raises(WrongPostError, match="agency_head"):
        sign(offices, offices.pima, offered, by=offices.pima.counsel)
    with pytest.raises(NoSuchAgreementError):
        sign(offices, offices.bystander, offered)
    with pytest.raises(WrongPostError):
        sign(offices, offices.pima, offered, by=Actor(offices.ice.agency_id, offices.pima.head.post_id))
    with pytest.raises(AnotherTextError):
        do.sign_agreement(
            by=offices.pima.head,
            now=NOW,
            agreement_id=offered,
            digest="0" * 64,
            signature=signature_of(publish_key(offices.steward, offices.pima.agency_id), version=digest, agency="x"),
        )
    sign(offices, offices.pima, offered)
    with pytest.raises(AlreadySignedError):
        sign(offices, offices.pima, offered)


def sign_with(offices, agreement_id, key, *, version=None, agency="pima-so", at=NOW) -> None:
    digest = newest(offices.steward, agreement_id)
    do.sign_agreement(
        by=offices.pima.head,
        now=at,
        agreement_id=agreement_id,
        digest=digest,
        signature=signature_of(key, version=version or digest, agency=agency),
    )


def test_a_key_that_does_not_bind_the_agency_signs_nothing(offices, offered) -> None:
    review_and_confirm(offices, offices.pima, offered)
    steward, pima = offices.steward, offices.pima.agency_id
    keys = {
        "another agency's": publish_key(steward, offices.ice.agency_id),
        "not for": publish_key(steward, pima, purpose=KeyPurpose.ENVELOPE),
        "is valid from": publish_key(steward, pima, period=Period(NOW + timedelta(days=1))),
        "ended at": publish_key(steward, pima, period=Period(NOW - timedelta(days=9), NOW)),
    }
    for told, key in keys.items():
        with pytest.raises(KeyNotGoodError, match=told):
            sign_with(offices, offered, key)
    assert readiness(offices, offered).unsigned == ("ice-ero-phoenix", "pima-so")


def test_a_revoked_key_signs_nothing_and_what_it_signed_before_stays(offices, offered) -> None:
    review_and_confirm(offices, offices.pima, offered)
    key = publish_key(offices.steward, offices.pima.agency_id)
    digest = newest(offices.steward, offered)
    key_id = signature_of(key, version=digest, agency="pima-so").key_id
    sign_with(offices, offered, key)
    directory.revoke_agency_key(by=offices.steward, now=NOW, key_id=key_id)
    assert readiness(offices, offered).unsigned == ("ice-ero-phoenix",)
    do.revise_draft(
        by=offices.pima.head, now=NOW, agreement_id=offered, title="Next", text="1.\n",
        terms={"schema": "comity/terms/1", "clauses": [dict(SHARE)]}, period=YEAR,
    )  # fmt: skip
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=offered)
    review_and_confirm(offices, offices.pima, offered)
    with pytest.raises(KeyNotGoodError, match="revoked"):
        sign_with(offices, offered, key)


def test_a_signature_over_another_version_or_for_another_party_is_none(offices, offered) -> None:
    review_and_confirm(offices, offices.pima, offered)
    key = publish_key(offices.steward, offices.pima.agency_id)
    with pytest.raises(SignatureNotGoodError):
        sign_with(offices, offered, key, version="0" * 64)
    with pytest.raises(SignatureNotGoodError):
        sign_with(offices, offered, key, agency="ice-ero-phoenix")
    digest = newest(offices.steward, offered)
    good = signature_of(key, version=digest, agency="pima-so")
    with pytest.raises(SignatureNotGoodError):
        do.sign_agreement(
            by=offices.pima.head,
            now=NOW,
            agreement_id=offered,
            digest=digest,
            signature=replace(good, blob=bytes(len(good.blob))),
        )


@pytest.mark.parametrize("done", [set(), {"review"}, {"review", "sign"}, {"review", "sign", "one"}])
def test_the_database_itself_refuses_force_while_something_is_missing(offices, offered, done) -> None:
    if "review" in done:
        do.record_review(by=offices.pima.privacy, now=NOW, agreement_id=offered, **assessed(offices, offered))
    if "sign" in done:
        sign(offices, offices.pima, offered)
        sign(offices, offices.ice, offered)
    if "one" in done:
        digest = newest(offices.steward, offered)
        do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=offered, digest=digest)
    assert "is not put in force" in refused_by_the_database(offices, offered)


@pytest.mark.parametrize(
    "table", ["agreements_review", "agreements_confirmation", "agreements_comment", "agreements_signature"]
)
def test_nobody_but_the_parties_sees_what_was_done_and_nobody_changes_it(node, offices, agreed, table) -> None:
    agreement_id = agreed()
    do.revise_draft(
        by=offices.pima.head, now=NOW, agreement_id=agreement_id, title="Next", text="1.\n",
        terms={"schema": "comity/terms/1", "clauses": [dict(SHARE)]}, period=YEAR,
    )  # fmt: skip
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    do.comment_on_version(by=offices.ice.counsel, now=NOW, agreement_id=agreement_id, words="Why?", place="custody")
    for actor, is_shown in ((offices.ice.liaison, True), (offices.bystander.head, False)):
        with reading(actor) as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert bool(cursor.fetchone()[0]) is is_shown
    with node.connect(Role.OWNER) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute(f"DELETE FROM {table}")


def test_a_steward_records_the_review_of_a_party_of_another_node_only(offices, offered) -> None:
    with pytest.raises(WrongPostError):
        do.record_review(
            by=replace(offices.steward, duty=Duty.STEWARD), now=NOW, agreement_id=offered, **assessed(offices, offered)
        )


def test_an_unsigned_version_is_named_with_who_has_not_signed(offices, offered) -> None:
    review_and_confirm(offices, offices.pima, offered)
    with pytest.raises(UnsignedError, match="`ice-ero-phoenix`, `pima-so`"):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)
