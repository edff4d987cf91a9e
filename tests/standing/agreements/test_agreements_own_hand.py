"""Nobody but its own binds a party of this node: on paper, and by confirming what would let its records go."""

import pytest
from agreements_given import NOW, SHARE
from django.db import DatabaseError
from signing_given import SCAN, assessed, newest, readiness, refused_by_the_database, review_and_confirm, sign

from comity.config.node import Role
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.commands.put_in_force import UnconfirmedError, UnprovenError, UnsignedError
from comity.standing.agreements.commands.record import (
    WrongPostError,
)
from comity.standing.agreements.commands.sign import AlreadySignedError, NoScanError, UnreviewedError
from comity.standing.agreements.facts import NotPartyError
from comity.standing.agreements.selectors import (
    get_agreement,
    list_events,
    list_signatures,
    list_versions,
)


def attest(offices, agreement_id, by, *, scan=SCAN, agency="ice-ero-phoenix") -> int:
    digest = newest(offices.steward, agreement_id)
    return do.attest_signature(
        by=by, now=NOW, agreement_id=agreement_id, digest=digest, agency=agency, scan_sha256=scan
    )


def test_paper_binds_once_two_posts_attest_the_same_scan_one_of_them_the_partys_own(offices, offered) -> None:
    assert attest(offices, offered, offices.pima.counsel) == 1
    assert "ice-ero-phoenix" in readiness(offices, offered).unsigned
    with pytest.raises(AlreadySignedError, match="a second post"):
        attest(offices, offered, offices.pima.counsel)
    with pytest.raises(NoScanError, match="not the scan"):
        attest(offices, offered, offices.pima.privacy, scan="c" * 64)
    assert attest(offices, offered, offices.ice.counsel) == 2
    lacks = readiness(offices, offered)
    assert (lacks.unsigned, lacks.attested_by_others_alone) == (("pima-so",), ())
    with pytest.raises(AlreadySignedError):
        attest(offices, offered, offices.pima.head)


def test_others_alone_do_not_bind_a_party_hosted_here(offices, offered) -> None:
    assert [attest(offices, offered, post) for post in (offices.pima.counsel, offices.pima.head)] == [1, 2]
    assert attest(offices, offered, offices.ice.privacy) == 3
    lacks = readiness(offices, offered)
    assert lacks.unsigned == ("ice-ero-phoenix", "pima-so")
    assert lacks.attested_by_others_alone == ("ice-ero-phoenix",)
    review_and_confirm(offices, offices.pima, offered)
    sign(offices, offices.pima, offered)
    with pytest.raises(UnsignedError, match="on paper for `ice-ero-phoenix`; its own head or counsel"):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)
    assert "signature of ice-ero-phoenix" in refused_by_the_database(offices, offered)
    assert attest(offices, offered, offices.ice.head) == 4
    assert readiness(offices, offered).is_ready


def host_elsewhere(node, office) -> None:
    with node.connect(Role.BOOTSTRAP) as owner:
        owner.execute(
            "UPDATE directory_agency SET hosting = 'elsewhere', node_url = 'https://elsewhere.test' WHERE id = %s",
            [office.agency_id],
        )


def test_two_persons_bind_a_party_hosted_elsewhere_that_has_no_post_here(node, offices, offered) -> None:
    host_elsewhere(node, offices.ice)
    attest(offices, offered, offices.pima.counsel)
    attest(offices, offered, offices.pima.privacy)
    lacks = readiness(offices, offered)
    assert (lacks.unsigned, lacks.attested_by_others_alone) == (("pima-so",), ())
    review_and_confirm(offices, offices.pima, offered)
    sign(offices, offices.pima, offered)
    do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)


def test_what_permits_is_confirmed_by_a_post_of_who_sends(offices, offered) -> None:
    digest = newest(offices.steward, offered)
    do.record_review(by=offices.pima.privacy, now=NOW, agreement_id=offered, **assessed(offices, offered))
    sign(offices, offices.pima, offered)
    sign(offices, offices.ice, offered)
    for post in (offices.ice.counsel, offices.ice.privacy):
        do.confirm_clauses(by=post, now=NOW, agreement_id=offered, digest=digest)
    lacks = readiness(offices, offered)
    assert (lacks.unconfirmed, lacks.confirmed_by_one_alone, lacks.unconfirmed_by_sender) == ((), (), ("custody",))
    with pytest.raises(UnconfirmedError, match="a sender has not confirmed, first `custody`"):
        do.put_in_force(by=offices.ice.head, now=NOW, agreement_id=offered)
    assert "confirmation of custody" in refused_by_the_database(offices, offered)
    do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=offered, digest=digest)
    do.put_in_force(by=offices.ice.head, now=NOW, agreement_id=offered)


def test_a_clause_in_both_ways_is_confirmed_by_both(offices, draft) -> None:
    agreement_id = draft({**SHARE, "from": ["ice-ero-phoenix"], "to": ["pima-so"], "direction": "both_ways"})
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    review_and_confirm(offices, offices.ice, agreement_id)
    assert readiness(offices, agreement_id).unconfirmed_by_sender == ("custody",)
    for office in (offices.pima, offices.ice):
        sign(offices, office, agreement_id)
    assert "confirmation of custody" in refused_by_the_database(offices, agreement_id)
    digest = newest(offices.steward, agreement_id)
    do.confirm_clauses(by=offices.pima.counsel, now=NOW, agreement_id=agreement_id, digest=digest)
    do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=agreement_id)


def test_where_no_sender_is_hosted_here_two_persons_of_others_confirm(node, offices, offered) -> None:
    host_elsewhere(node, offices.pima)
    digest = newest(offices.steward, offered)
    for post in (offices.ice.counsel, offices.ice.privacy):
        do.confirm_clauses(by=post, now=NOW, agreement_id=offered, digest=digest)
    assert readiness(offices, offered).unconfirmed_by_sender == ()
    do.record_review(by=offices.steward, now=NOW, agreement_id=offered, **assessed(offices, offered))
    for post in (offices.ice.counsel, offices.ice.privacy):
        attest(offices, offered, post, agency="pima-so")
    sign(offices, offices.ice, offered)
    do.put_in_force(by=offices.ice.head, now=NOW, agreement_id=offered)


def test_who_attests_is_responsible_and_the_party_and_the_scan_are_real(offices, offered) -> None:
    with pytest.raises(NoScanError, match="no SHA-256"):
        attest(offices, offered, offices.pima.counsel, scan="seen it")
    with pytest.raises(NotPartyError, match="hsi-arizona"):
        attest(offices, offered, offices.pima.counsel, agency="hsi-arizona")
    with pytest.raises(WrongPostError):
        attest(offices, offered, offices.pima.liaison)
    with pytest.raises(UnreviewedError):
        attest(offices, offered, offices.pima.counsel, agency="pima-so")


FORGED = """
INSERT INTO agreements_signature
    (id, agreement_id, version_id, for_agency_id, method, key_id, scheme, blob, scan_sha256, note, at, agency_id,
     post_id, entry_id)
SELECT gen_random_uuid(), agreement_id, id, %s, 'key', %s, 'ed25519', '\\x00', '', '', now(), %s, %s, gen_random_uuid()
FROM agreements_version WHERE agreement_id = %s ORDER BY number DESC LIMIT 1
"""


def test_past_the_commands_nobody_signs_or_reviews_for_another_and_a_forged_signature_binds_nobody(
    offices, offered
) -> None:
    by = offices.ice.head
    with pytest.raises(DatabaseError, match="agreements_signature_own"), acting(by) as cursor:
        cursor.execute(FORGED, [offices.pima.agency_id, "k", by.agency_id, by.post_id, offered])
    reviewed = (
        "INSERT INTO agreements_review (id, agreement_id, version_id, kind, for_agency_id, finding, document_sha256,"
        " reason, at, agency_id, post_id, entry_id) SELECT gen_random_uuid(), agreement_id, id, 'privacy_assessment',"
        " %s, 'satisfied', repeat('b', 64), '', now(), %s, %s, gen_random_uuid() FROM agreements_version"
        " WHERE agreement_id = %s"
    )
    for stranger in (by, offices.steward):
        with pytest.raises(DatabaseError, match="row-level security"), acting(stranger) as cursor:
            cursor.execute(reviewed, [offices.pima.agency_id, stranger.agency_id, stranger.post_id, offered])
    review_and_confirm(offices, offices.pima, offered)
    sign(offices, offices.pima, offered)
    with acting(by) as cursor:
        cursor.execute(FORGED, [by.agency_id, "k", by.agency_id, by.post_id, offered])
    assert readiness(offices, offered).is_ready
    with pytest.raises(UnprovenError, match="for `ice-ero-phoenix` that does not hold"):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)


def test_the_event_of_force_bears_the_digest_of_the_signed_copy(offices, offered) -> None:
    review_and_confirm(offices, offices.pima, offered)
    sign(offices, offices.pima, offered)
    attest(offices, offered, offices.pima.counsel)
    attest(offices, offered, offices.ice.head)
    do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=offered)
    from comity.standing.agreements.digest import copy_digest

    with reading(offices.steward):
        version = list_versions(offered)[-1]
        [key, *paper] = list_signatures(version.id)
        assert get_agreement(offered).state == "in_force"
        assert [event.event for event in list_events(offered)][-3:] == ["signed", "signed", "put_in_force"]
    bound = {("pima-so", "key", key.key_id, key.blob.hex()), ("ice-ero-phoenix", "paper", "", SCAN)}
    assert {one.scan_sha256 for one in paper} == {SCAN}
    with acting(offices.pima.head) as cursor:
        cursor.execute("SELECT digest FROM agreements_event WHERE event = 'put_in_force'")
        assert cursor.fetchone()[0] == copy_digest(version=version.digest, signatures=bound)
