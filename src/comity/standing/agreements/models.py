"""The tables of agreements. Versions and events are act rows; the agreement itself is a working row."""

from enum import StrEnum
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from comity.kernel.ids import new_id
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.vocabulary import (
    AgreementKind,
    EventKind,
    Finding,
    PartyRole,
    ReviewKind,
    SigningMethod,
)


def one_of(column: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    """Return the constraint that `column` holds one word of a closed vocabulary."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": sorted(word.value for word in words)}), name=name)


class Agreement(models.Model):
    """One agreement, whatever version is current. Working row: what happened to it is told by `Event`.

    A disclosure takes this row `FOR SHARE`, suspension takes it `FOR UPDATE`: nothing leaves under an agreement after
    its suspension has committed. `party_ids` repeats `Party` so that row-level security needs no join.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.TextField(unique=True)
    title = models.TextField()
    kind = models.TextField()
    state = models.TextField(default=AGREEMENT.initial)
    current_version_id = models.UUIDField(null=True)
    suspended_reason = models.TextField(default="", blank=True)
    successor_id = models.UUIDField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    notice_ends_at = models.DateTimeField(null=True)
    party_ids = ArrayField(models.UUIDField())

    class Meta:
        db_table = "agreements_agreement"
        constraints = [
            one_of("kind", AgreementKind, "agreements_agreement_kind"),
            models.CheckConstraint(condition=Q(state__in=sorted(AGREEMENT.states)), name="agreements_agreement_state"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9-]{1,62}$"), name="agreements_agreement_code_form"
            ),
            models.CheckConstraint(condition=Q(party_ids__len__gte=2), name="agreements_agreement_two_parties"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="agreements_agreement_some_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "suspended", "superseded"])
                | Q(current_version_id__isnull=False, starts_at__isnull=False),
                name="agreements_agreement_version_in_force",
            ),
        ]


class Draft(models.Model):
    """The text an agency writes, first or next version, seen by nobody else. Working row, gone once offered."""

    pk = models.CompositePrimaryKey("agreement_id", "agency_id")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", db_index=False)
    agency_id = models.UUIDField()
    title = models.TextField()
    text = models.TextField()
    terms = models.JSONField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    revised_at = models.DateTimeField()

    class Meta:
        db_table = "agreements_draft"


class Version(models.Model):
    """Act row: a text that was offered. `digest` names text, terms, parties and period; signatures are given to it.

    `reviews`: what each party owed when it was offered before it may sign, as `kind:agency code`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    title = models.TextField()
    text = models.TextField()
    terms = models.JSONField()
    parties = ArrayField(models.TextField())
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)
    reviews = ArrayField(models.TextField(), null=True)
    offered_at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "agreements_version"
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreements_version_number"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="agreements_version_some_time"
            ),
        ]


class Party(models.Model):
    """That an agency is party to an agreement. Parties never change: another circle is another agreement."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    agency_id = models.UUIDField()
    agency_code = models.TextField()
    role = models.TextField()

    class Meta:
        db_table = "agreements_party"
        constraints = [
            one_of("role", PartyRole, "agreements_party_role"),
            models.UniqueConstraint(fields=["agreement", "agency_id"], name="agreements_party_once"),
        ]


class Pair(models.Model):
    """That a version has clauses from one agency to another: the index by which the gate finds agreements.

    Derived from the version's terms when it is offered. `restricts`: some clause limits what the receiver may pass on.
    """

    pk = models.CompositePrimaryKey("sender_id", "receiver_id", "version_id")
    sender_id = models.UUIDField()
    receiver_id = models.UUIDField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", db_index=False)
    restricts = models.BooleanField()

    class Meta:
        db_table = "agreements_pair"
        indexes = [models.Index(fields=["receiver_id"], condition=Q(restricts=True), name="agreements_pair_restricts")]


class Event(models.Model):
    """Act row: one thing that happened to an agreement, by whom, for which reason.

    `digest`: of `signed` the version's, of `put_in_force` the signed copy's, of a letter the paper's. `effective_at`:
    when a notice is over, when what is scheduled begins. `for_agency_id`: the party whose letter the steward entered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    event = models.TextField()
    reason = models.TextField(default="", blank=True)
    digest = models.CharField(max_length=64, default="", blank=True)
    at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True)
    for_agency_id = models.UUIDField(null=True)
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    @property
    def party_id(self) -> UUID:
        """Whose act it was."""
        return self.for_agency_id or self.agency_id

    class Meta:
        db_table = "agreements_event"
        constraints = [
            one_of("event", EventKind, "agreements_event_event"),
        ]
        indexes = [models.Index(fields=["agreement", "at"], name="agreements_event_by_agreement")]


class Usage(models.Model):
    """How often a clause with a quota was used on a day (UTC). Working row, locked while a chunk is decided."""

    pk = models.CompositePrimaryKey("clause", "day")
    clause = models.TextField()
    day = models.DateField()
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    used = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "agreements_usage"


class Review(models.Model):
    """Act row: a review of a version for one party; the last of several counts. `document_sha256` names its paper."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    kind = models.TextField()
    for_agency_id = models.UUIDField()
    finding = models.TextField()
    document_sha256 = models.CharField(max_length=64)
    reason = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "agreements_review"
        constraints = [
            one_of("kind", ReviewKind, "agreements_review_kind"),
            one_of("finding", Finding, "agreements_review_finding"),
        ]


class Confirmation(models.Model):
    """Act row: a post read clauses of a version beside its text and confirms that they say what the text says."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    clauses = ArrayField(models.TextField())
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "agreements_confirmation"


class Comment(models.Model):
    """Act row: what a party says about a version, or about one place of it (a clause's id or a heading's number)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    place = models.TextField(default="", blank=True)
    words = models.TextField()
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "agreements_comment"


class Signature(models.Model):
    """Act row: that a party's signature was given, by which method, and what proves it.

    `for_agency_id` is bound. Key and passkey: `key_id`, `scheme`, `blob` over the digest that `digest.signed_digest`
    makes; `blob` of a passkey is its whole assertion (`spine.keys.passkey.Assertion.blob`). Paper: each of two rows is
    one post's attestation, with the SHA-256 of the scan it saw.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    for_agency_id = models.UUIDField()
    method = models.TextField()
    key_id = models.TextField(default="", blank=True)
    scheme = models.TextField(default="", blank=True)
    blob = models.BinaryField(default=b"")
    scan_sha256 = models.CharField(max_length=64, default="", blank=True)
    note = models.TextField(default="", blank=True)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "agreements_signature"
        constraints = [
            one_of("method", SigningMethod, "agreements_signature_method"),
            models.CheckConstraint(
                condition=(Q(method="paper", key_id="") & ~Q(scan_sha256=""))
                | (~Q(method="paper") & ~Q(key_id="") & Q(scan_sha256="")),
                name="agreements_signature_proof",
            ),
            models.CheckConstraint(
                condition=Q(method="paper") | Q(agency_id=F("for_agency_id")), name="agreements_signature_own"
            ),
            models.UniqueConstraint(fields=["version", "for_agency_id", "post_id"], name="agreements_signature_once"),
        ]
