"""The public is told what became of an agreement, of nothing before it was in force, and of what stays back nothing."""

from datetime import timedelta
from hashlib import sha256

import psycopg
import pytest
from django.db import DatabaseError, connections
from django.test.utils import CaptureQueriesContext

from comity.accountability.publication.commands import Passage, preview_text, publish_agreements, publish_text
from comity.accountability.publication.commands.publish import AlteredVersionError, NotPublisherError
from comity.accountability.publication.commands.text import (
    LONGEST_AUTHORITY,
    LONGEST_WORDS,
    NotInForceYetError,
    NotTextPostError,
    TooMuchWithheldError,
    UnknownAuthorityError,
    UnknownDigestError,
)
from comity.accountability.publication.facts import content_of
from comity.accountability.publication.selectors import (
    NotPublishedError,
    get_published,
    get_published_version,
    get_published_version_by_digest,
    list_published,
    list_published_changes,
    list_published_versions,
)
from comity.accountability.publication.withholding import NoSuchPassageError
from comity.config.node import Role
from comity.kernel.canonical import canonical
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading, reading_published
from comity.standing.agreements import commands as do
from comity.standing.agreements.demo.conclude import conclude
from comity.standing.agreements.selectors import NoSuchAgreementError, get_agreement, list_versions
from comity.standing.agreements.vocabulary import SuspensionReason, TerminationReason

CODE = "az-sharing-2026"


def newest(code=CODE):
    with reading_published():
        shown = get_published(code)
        return shown, get_published_version(code, shown.number), list_published_changes(code)


def changes(code=CODE):
    return [one.change.value for one in newest(code)[2]]


def test_what_is_in_force_is_public_with_its_text_in_both_languages(demo):
    shown, version, told = newest()
    assert shown.standing(demo.clock()) == "in_force"
    assert {party.name for party in shown.parties} >= {"Arizona Department of Public Safety"}
    assert version.text.startswith("1 Purpose.")
    assert any("license plate" in sentence for sentence in version.summary["en"])
    assert any("puede compartir con" in sentence for sentence in version.summary["es"])
    assert len(version.summary["en"]) == len(version.summary["es"])
    assert [one.change.value for one in told] == ["text_published", "put_in_force"]


def test_the_digest_told_is_that_of_what_anybody_reads(demo):
    shown, version, told = newest()
    assert told[0].digest == sha256(canonical(content_of(shown, version))).hexdigest()
    assert told[1].digest != told[0].digest
    entries = demo.look("SELECT entry_id FROM publication_change")
    demo.sequence()
    assert demo.look(
        "SELECT count(*) FROM ledger_entry WHERE entry_id IN (SELECT entry_id FROM publication_change)"
    ) == [(len(entries),)]
    assert demo.verify().is_clean


def test_every_act_on_an_agreement_is_told_by_the_worker(demo, agreement_id, work):
    head, other = demo.actor("az-dps", "head"), demo.actor("hsi-arizona", "head")
    do.suspend_agreement(
        by=head, now=demo.clock(), agreement_id=agreement_id, reason=SuspensionReason.SECURITY_INCIDENT
    )
    assert newest()[0].state == "in_force"
    work()
    assert newest()[0].standing(demo.clock()) == "suspended"
    do.resume_agreement(by=head, now=demo.clock(), agreement_id=agreement_id)
    do.terminate_agreement(by=other, now=demo.clock(), agreement_id=agreement_id, reason=TerminationReason.COURT_ORDER)
    work()
    assert changes() == ["terminated", "resumed", "suspended", "text_published", "put_in_force"]
    assert newest()[0].standing(demo.clock()) == "terminated"
    assert work() == 0
    assert publish_agreements(agreement_ids=[agreement_id], by=demo.node("steward"), now=demo.clock()) == 0
    assert "security_incident" not in str(newest())
    assert "court_order" not in str(newest())


def draft(demo, *, text, provisions=(), code="plates"):
    parties = ("az-dps", "hsi-arizona")
    from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

    clause = {
        "id": "plates", "kind": "share", "from": [parties[0]], "to": [parties[1]],
        "purposes": ["criminal_investigation"], "categories": ["case"], "elements": ["vehicle_description"],
    }  # fmt: skip
    now = demo.clock()
    return do.draft_agreement(
        by=demo.actor(parties[0], "counsel"),
        now=now,
        code=code,
        title="Plates",
        kind=AgreementKind.SHARING_MOU,
        parties={parties[0]: PartyRole.STATE, parties[1]: PartyRole.FEDERAL},
        text=text,
        terms={"schema": "comity/terms/1", "clauses": [clause], "provisions": list(provisions)},
        period=Period(now - timedelta(days=1), now + timedelta(days=400)),
    )


def put_in_force(demo, agreement_id):
    by = demo.node("steward")
    do.offer_agreement(by=demo.actor("az-dps", "counsel"), now=demo.clock(), agreement_id=agreement_id)
    with reading(by):
        version = list_versions(agreement_id)[-1]
    conclude(version, by=by, now=demo.clock())
    return version


def amend(demo, version):
    """Put a later version of the same agreement in force."""
    do.revise_draft(
        by=demo.actor("az-dps", "counsel"),
        now=demo.clock(),
        agreement_id=version.agreement_id,
        title="Plates, again",
        text="1 Plates, twice.\n",
        terms=dict(version.terms),
        period=version.period,
    )
    put_in_force(demo, version.agreement_id)


def test_a_draft_and_an_offer_are_their_parties_own(demo, work):
    agreement_id = draft(demo, text="1 Plates.\n")
    work()
    with reading_published(), pytest.raises(NotPublishedError):
        get_published("plates")
    do.offer_agreement(by=demo.actor("az-dps", "counsel"), now=demo.clock(), agreement_id=agreement_id)
    publish_agreements(agreement_ids=[agreement_id], by=demo.node("courier"), now=demo.clock())
    with reading_published():
        assert "plates" not in [one.code for one in list_published()]


def test_a_text_is_public_once_a_party_says_so_and_never_what_any_party_withholds(demo, work):
    agreement_id = draft(demo, text="1 Plates go to desk seven.\n\n2 Call 555-0100, or 555-0199.\n")
    version = put_in_force(demo, agreement_id)
    privacy = demo.actor("az-dps", "privacy")
    given = {"agreement_id": agreement_id, "digest": version.digest}
    with pytest.raises(NotInForceYetError):
        publish_text(by=privacy, now=demo.clock(), withhold=(), **given)
    work()
    assert newest("plates")[1].text == ""
    with reading(privacy):
        seen = preview_text(by=privacy, withhold=[Passage(2, "555-0100", "A05")], **given)
    assert newest("plates")[1].text == ""
    publish_text(by=privacy, now=demo.clock(), withhold=[Passage(2, "555-0100", "A05")], **given)
    assert newest("plates")[1].text == seen
    assert "555-0100" not in seen
    assert "A.R.S. 39-121" in seen
    other = demo.actor("hsi-arizona", "counsel")
    publish_text(by=other, now=demo.clock(), withhold=[Passage(1, "desk seven", "F16")], **given)
    both = newest("plates")[1].text
    assert "555-0100" not in both
    assert "desk seven" not in both
    publish_text(by=privacy, now=demo.clock(), withhold=(), **given)
    assert "555-0100" in newest("plates")[1].text
    assert "desk seven" not in newest("plates")[1].text
    assert changes("plates") == ["text_published", "text_published", "text_published", "put_in_force"]


def test_the_role_of_the_public_reads_no_column_that_tells_what_stays_back(demo):
    with demo.connect(Role.PUBLIC) as session:
        for column, table in (
            ("withheld", "publication_version"), ("party_ids", "publication_version"),
            ("version_id", "publication_version"), ("party_ids", "publication_agreement"),
            ("post_id", "publication_change"), ("event_id", "publication_change"),
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(f"SELECT {column} FROM {table}")
        assert session.execute("SELECT count(code) FROM publication_version").fetchone()[0] > 0


@pytest.mark.parametrize(
    "statement", ["SELECT 1 FROM agreements_agreement", "INSERT INTO publication_agreement (code) VALUES ('x')"]
)
def test_who_reads_what_is_published_writes_nothing_and_reads_nothing_else(demo, statement):
    with reading_published(), connections["public"].cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("agency", "post", "error"),
    [
        ("az-dps", "head", NotTextPostError),
        ("az-dps", "interface", NotTextPostError),
        ("mesa-pd", "privacy", NoSuchAgreementError),
    ],
)
def test_only_privacy_officer_or_counsel_of_a_party_makes_a_text_public(demo, agreement_id, agency, post, error):
    before = newest()
    with pytest.raises(error):
        publish_text(
            agreement_id=agreement_id,
            digest=before[1].digest,
            withhold=(),
            by=demo.actor(agency, post),
            now=demo.clock(),
        )
    assert newest() == before


@pytest.mark.parametrize(
    ("passage", "error"),
    [
        (Passage(1, "", "Z99"), UnknownAuthorityError),
        (Passage(999, "", "A05"), NoSuchPassageError),
        (Passage(1, "no such words", "A05"), NoSuchPassageError),
        (Passage(0, "", "A05"), NoSuchPassageError),
        (Passage(-1, "", "Z99"), NoSuchPassageError),
        (Passage(1, "", ""), UnknownAuthorityError),
        (Passage(1, "x" * (LONGEST_WORDS + 1), "A05"), TooMuchWithheldError),
    ],
)
def test_what_is_withheld_stands_in_the_text_and_on_an_authority(demo, agreement_id, passage, error):
    before = newest()
    with pytest.raises(error):
        publish_text(
            agreement_id=agreement_id,
            digest=before[1].digest,
            withhold=[passage],
            by=demo.actor("az-dps", "privacy"),
            now=demo.clock(),
        )
    assert newest() == before


def test_a_digest_of_no_version_is_told_apart_from_one_that_is_not_public_yet(demo):
    agreement_id = draft(demo, text="1 Plates.\n")
    version, privacy = put_in_force(demo, agreement_id), demo.actor("az-dps", "privacy")
    other = newest()[1].digest
    for digest, error in (
        (version.digest, NotInForceYetError),
        ("0" * 64, UnknownDigestError),
        (other, UnknownDigestError),
    ):
        given = {"agreement_id": agreement_id, "digest": digest, "withhold": (), "by": privacy}
        with pytest.raises(error):
            publish_text(now=demo.clock(), **given)
        with reading(privacy), pytest.raises(error):
            preview_text(**given)


def test_a_code_longer_than_any_is_not_said_again(demo, agreement_id):
    passage = Passage(1, "", "Z" * (LONGEST_AUTHORITY + 1))
    given = {"agreement_id": agreement_id, "digest": newest()[1].digest, "by": demo.actor("az-dps", "privacy")}
    with pytest.raises(UnknownAuthorityError) as refused:
        publish_text(withhold=[passage], now=demo.clock(), **given)
    assert passage.authority not in str(refused.value)


def test_an_agency_publishes_nothing_in_the_nodes_place(demo, agreement_id):
    with pytest.raises(NotPublisherError):
        publish_agreements(agreement_ids=[agreement_id], by=demo.actor("az-dps", "head"), now=demo.clock())


def test_a_version_that_is_not_as_signed_is_not_made_public(demo, work):
    agreement_id = draft(demo, text="1 Plates.\n")
    put_in_force(demo, agreement_id)
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE agreements_version SET text = '1 Everything.' WHERE agreement_id = %s", (agreement_id,))
    with pytest.raises(AlteredVersionError):
        publish_agreements(agreement_ids=[agreement_id], by=demo.node("courier"), now=demo.clock())
    work()
    with reading_published():
        assert list_published_versions("plates") == []


def test_the_notice_a_text_wants_public_is_marked_and_dated_and_ends_by_the_clock(demo, work):
    notice = (
        {"term": "termination_notice_days", "value": 90, "unit": "days"},
        {"term": "termination_public_notice", "value": True, "unit": "yes"},
    )
    agreement_id = draft(demo, text="1 Ninety days' notice, told to the public.\n", provisions=notice)
    put_in_force(demo, agreement_id)
    ends_at = do.terminate_agreement(
        by=demo.actor("az-dps", "head"),
        now=demo.clock(),
        agreement_id=agreement_id,
        reason=TerminationReason.PARTY_WITHDREW,
    )
    work()
    shown, version, told = newest("plates")
    assert (told[0].change.value, told[0].is_notice, told[0].effective_at) == ("notice_given", True, ends_at)
    assert any("90 days" in sentence for sentence in version.summary["en"])
    assert any("90 días" in sentence for sentence in version.summary["es"])
    assert shown.standing(ends_at - timedelta(seconds=1)) == "in_force"
    assert shown.standing(ends_at) == "terminated"
    assert shown.stands_until() == ends_at
    with reading(demo.node(Duty.STEWARD)):
        assert get_agreement(agreement_id).standing(ends_at) == shown.standing(ends_at)


def test_a_next_version_is_public_beside_the_earlier_one(demo, work):
    agreement_id = draft(demo, text="1 Plates.\n")
    first = put_in_force(demo, agreement_id)
    work()
    publish_text(
        agreement_id=agreement_id,
        digest=first.digest,
        withhold=(),
        by=demo.actor("az-dps", "privacy"),
        now=demo.clock(),
    )
    amend(demo, first)
    work()
    with reading_published():
        versions = list_published_versions("plates")
        with CaptureQueriesContext(connections["public"]) as asked:
            one_by_one = [get_published_version("plates", one.number) for one in versions]
        assert one_by_one == [get_published_version_by_digest("plates", one.digest) for one in versions] == versions
    assert all('"number" = ' in one["sql"] for one in asked.captured_queries)
    assert [(one.number, one.text) for one in versions] == [(2, ""), (1, "1 Plates.\n")]
    shown, _, told = newest("plates")
    assert (shown.number, shown.state, shown.successor) == (2, "in_force", "")
    assert [(one.change.value, one.number) for one in told] == [
        ("put_in_force", 2), ("text_published", 1), ("put_in_force", 1)
    ]  # fmt: skip


def test_an_agreement_another_takes_the_place_of_is_told_as_replaced(demo, work):
    former, later = (draft(demo, text="1 Plates.\n", code=code) for code in ("plates", "plates-anew"))
    first = put_in_force(demo, former)
    amend(demo, first)
    put_in_force(demo, later)
    do.supersede_agreement(by=demo.actor("az-dps", "head"), now=demo.clock(), agreement_id=former, successor_id=later)
    work()
    shown, _, told = newest("plates")
    assert (shown.number, shown.state, shown.successor) == (2, "superseded", "plates-anew")
    assert [(one.change.value, one.number) for one in told] == [
        ("superseded", 2), ("put_in_force", 2), ("put_in_force", 1)
    ]  # fmt: skip


def test_the_public_reads_names_and_not_codes_and_spanish_agrees_in_number(demo):
    said = newest()[1].summary
    assert not any("az-dps" in sentence for language in said for sentence in said[language])
    assert any(
        "Arizona Department of Public Safety" in sentence and "pueden compartir" in sentence for sentence in said["es"]
    )
    assert not any(" y i" in sentence for sentence in said["es"])
    assert any(" e inmigración" in sentence for sentence in said["es"])


def test_every_word_of_publication_is_there_in_both_languages():
    from comity.accountability.publication.summary import load_texts
    from comity.accountability.publication.vocabulary import Change
    from comity.standing.agreements.vocabulary import AgreementKind

    assert set(load_texts("en")) == set(load_texts("es"))
    assert {f"kind.{kind.value}" for kind in AgreementKind} <= set(load_texts("es"))
    assert {f"change.{change.value}" for change in Change} <= set(load_texts("es"))
