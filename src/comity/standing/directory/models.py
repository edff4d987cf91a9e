"""The tables of the directory. Rows describe organizations and offices; an officer is a badge reference, never a name.

Periods are half-open `tstzrange` values. The exclusion constraints here are what refuses two holders of a post.
"""

from enum import StrEnum

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from comity.kernel.ids import new_id
from comity.standing.directory.vocabulary import (
    AgencyKind,
    CertificationStatus,
    CertifyingBody,
    ContactKind,
    HandoverKind,
    HoldingKind,
    Hosting,
    KeyPurpose,
    KeyScheme,
    Limit,
    ParticipationModel,
    PostFunction,
    Power,
    SwornStatus,
)


def one_of(column: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    """Return the constraint that `column` holds one word of a closed vocabulary."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": sorted(word.value for word in words)}), name=name)


def all_of(column: str, words: type[StrEnum], name: str) -> models.CheckConstraint:
    """Return the constraint that every word in an array column is of a closed vocabulary."""
    return models.CheckConstraint(
        condition=Q(**{f"{column}__contained_by": sorted(word.value for word in words)}), name=name
    )


class Agency(models.Model):
    """An organization that takes part, or may. Rules and commands use `code`; `ori` is the FBI's identifier."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.TextField(unique=True)
    ori = models.CharField(max_length=9, unique=True, null=True)
    name = models.TextField()
    kind = models.TextField()
    state = models.CharField(max_length=2, default="", blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    powers = ArrayField(models.TextField(), default=list)
    limits = ArrayField(models.TextField(), default=list)
    area = models.TextField(default="", blank=True)
    counties = ArrayField(models.CharField(max_length=5), default=list)
    address = models.TextField(default="", blank=True)
    hosting = models.TextField(default=Hosting.LISTED.value)
    node_url = models.TextField(default="", blank=True)
    origin = models.TextField()
    listed_name = models.TextField(default="", blank=True)
    listed_type = models.TextField(default="", blank=True)
    listed_county = models.TextField(default="", blank=True)

    class Meta:
        db_table = "directory_agency"
        constraints = [
            one_of("kind", AgencyKind, "directory_agency_kind"),
            one_of("hosting", Hosting, "directory_agency_hosting"),
            all_of("powers", Power, "directory_agency_powers"),
            all_of("limits", Limit, "directory_agency_limits"),
            models.CheckConstraint(
                condition=Q(ori__isnull=True) | Q(ori__regex=r"^[A-Z0-9]{9}$"), name="directory_agency_ori_form"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9][a-z0-9-]{1,62}$"), name="directory_agency_code_form"
            ),
            models.CheckConstraint(
                condition=Q(state="") | Q(state__regex=r"^[A-Z]{2}$"), name="directory_agency_state_form"
            ),
            models.CheckConstraint(
                condition=Q(hosting=Hosting.ELSEWHERE.value, node_url__gt="")
                | ~Q(hosting=Hosting.ELSEWHERE.value) & Q(node_url=""),
                name="directory_agency_node_url",
            ),
        ]


class Unit(models.Model):
    """A part of an agency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    code = models.TextField()
    name = models.TextField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "directory_unit"
        constraints = [models.UniqueConstraint(fields=["agency", "code"], name="directory_unit_code")]


class TaskForce(models.Model):
    """A standing body of several agencies. It holds no powers of its own: its members act, each under its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.TextField(unique=True)
    name = models.TextField()
    lead_agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    area = models.TextField(default="", blank=True)
    period = DateTimeRangeField()

    class Meta:
        db_table = "directory_task_force"


class ContactPoint(models.Model):
    """How an office is reached, never a person: an agency's, one of its units', or a task force's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    task_force = models.ForeignKey(TaskForce, models.PROTECT, null=True, related_name="+")
    kind = models.TextField()
    value = models.TextField()
    hours = models.TextField(default="24/7")

    class Meta:
        db_table = "directory_contact_point"
        constraints = [
            one_of("kind", ContactKind, "directory_contact_point_kind"),
            models.UniqueConstraint(
                fields=["agency", "unit", "task_force", "kind", "value"],
                name="directory_contact_point_once",
                nulls_distinct=False,
            ),
        ]


class Post(models.Model):
    """An office that somebody holds. Acts are done by posts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    code = models.TextField()
    title = models.TextField()
    function = models.TextField()
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    contact_point = models.ForeignKey(ContactPoint, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "directory_post"
        constraints = [
            one_of("function", PostFunction, "directory_post_function"),
            models.UniqueConstraint(fields=["agency", "code"], name="directory_post_code"),
        ]
        indexes = [models.Index(fields=["agency", "function", "code"], name="directory_post_by_function")]


class Officer(models.Model):
    """A person in office, known here by badge reference alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    reference = models.TextField()
    sworn = models.TextField()
    sworn_period = DateTimeRangeField(null=True)
    certifying_body = models.TextField(default=CertifyingBody.NONE.value)
    certification = models.TextField(default=CertificationStatus.NOT_REQUIRED.value)

    class Meta:
        db_table = "directory_officer"
        constraints = [
            one_of("sworn", SwornStatus, "directory_officer_sworn"),
            one_of("certifying_body", CertifyingBody, "directory_officer_certifying_body"),
            one_of("certification", CertificationStatus, "directory_officer_certification"),
            models.UniqueConstraint(fields=["agency", "reference"], name="directory_officer_reference"),
        ]


class Holding(models.Model):
    """Who holds a post, and when. One at a time, whether holder or acting: the database refuses a second."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    kind = models.TextField(default=HoldingKind.HOLDER.value)
    period = DateTimeRangeField()

    class Meta:
        db_table = "directory_holding"
        constraints = [
            one_of("kind", HoldingKind, "directory_holding_kind"),
            ExclusionConstraint(
                name="directory_holding_one_at_a_time",
                expressions=[("post", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="directory_holding_some_time"),
        ]


class TaskForceMember(models.Model):
    """That an agency belongs to a task force during a period, and which of its posts is the liaison."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task_force = models.ForeignKey(TaskForce, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    liaison_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    period = DateTimeRangeField()

    class Meta:
        db_table = "directory_task_force_member"
        constraints = [
            ExclusionConstraint(
                name="directory_task_force_member_once",
                expressions=[
                    ("task_force", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class CommandPost(models.Model):
    """A post in command of a task force, in order of succession: 1 commands, 2 takes over, and so on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task_force = models.ForeignKey(TaskForce, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    succession = models.PositiveSmallIntegerField()
    period = DateTimeRangeField()

    class Meta:
        db_table = "directory_command_post"
        constraints = [
            ExclusionConstraint(
                name="directory_command_post_one_each",
                expressions=[
                    ("task_force", RangeOperators.EQUAL),
                    ("succession", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class AgencyKey(models.Model):
    """A dated public key of an agency. The private half is never here.

    Of a passkey, which signs for the agency and does nothing else: its credential id (base64url, no padding) and the id
    of its relying party.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    key_id = models.TextField(unique=True)
    purpose = models.TextField()
    scheme = models.TextField()
    public_pem = models.TextField()
    period = DateTimeRangeField()
    revoked_at = models.DateTimeField(null=True)
    credential_id = models.TextField(null=True, unique=True)
    rp_id = models.TextField(null=True)

    class Meta:
        db_table = "directory_agency_key"
        constraints = [
            one_of("purpose", KeyPurpose, "directory_agency_key_purpose"),
            one_of("scheme", KeyScheme, "directory_agency_key_scheme"),
            models.CheckConstraint(
                condition=Q(
                    scheme__startswith="webauthn-",
                    purpose=KeyPurpose.SIGNATURE.value,
                    credential_id__isnull=False,
                    rp_id__isnull=False,
                )
                | (~Q(scheme__startswith="webauthn-") & Q(credential_id__isnull=True, rp_id__isnull=True)),
                name="directory_agency_key_passkey",
            ),
        ]


class ApiKey(models.Model):
    """A key for the API: a public prefix and the SHA-256 of a secret of 256 random bits that is shown once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=12, unique=True)
    secret_sha256 = models.BinaryField(max_length=32)
    scopes = ArrayField(models.TextField())
    period = DateTimeRangeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "directory_api_key"


class Participation(models.Model):
    """That a public list names an agency as a 287(g) participant as of a day. A listing, not an agreement."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    model = models.TextField()
    source = models.TextField()
    as_of_on = models.DateField()
    listed_name = models.TextField()

    class Meta:
        db_table = "directory_participation"
        constraints = [
            one_of("model", ParticipationModel, "directory_participation_model"),
            models.UniqueConstraint(
                fields=["agency", "model", "source", "as_of_on"], name="directory_participation_once"
            ),
        ]


class DirectoryEvent(models.Model):
    """Act row: a change of the directory that matters. Inserted, never changed; ledger entry `entry_id` digests it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    act = models.TextField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    about_agency_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    detail = models.JSONField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "directory_event"
        indexes = [models.Index(fields=["subject_id"], name="directory_event_by_subject")]


class Handover(models.Model):
    """Act row: at the end of a shift a post was left (`left`), or taken over by whoever came next (`taken`).

    `about`: what was left, of a taking over. `tasks`: what was open then, as codes: task, kind, due. The words for
    whoever comes next are sealed in the vault (`note_item`) and gone after two weeks.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.TextField()
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    officer_id = models.UUIDField()
    tasks = models.JSONField()
    note_item = models.UUIDField(null=True)
    at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "directory_handover"
        constraints = [
            one_of("kind", HandoverKind, "directory_handover_kind"),
            models.CheckConstraint(
                condition=Q(kind=HandoverKind.LEFT.value, about__isnull=True)
                | Q(kind=HandoverKind.TAKEN.value, about__isnull=False, note_item__isnull=True),
                name="directory_handover_about",
            ),
            models.UniqueConstraint(fields=["about"], name="directory_handover_taken_once"),
        ]
        indexes = [models.Index(fields=["post_id", "at"], name="directory_handover_of_post")]
