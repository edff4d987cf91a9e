"""The tables of training. A person is an opaque officer id of the directory."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from comity.kernel.ids import new_id
from comity.standing.training.vocabulary import Function, RevocationReason


class Course(models.Model):
    """What is taught. `source` is a key of docs/sources.md."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.TextField(unique=True)
    title = models.TextField()
    source = models.TextField()

    class Meta:
        db_table = "training_course"


class Requirement(models.Model):
    """Which courses a function takes: any one of `courses`, from an accepted issuer, while the requirement is in force.

    An empty `agreement_kind` or `agency_kind` means every kind. A new edition closes the period of the old one; the
    database refuses two editions of one code at a time.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.TextField()
    function = models.TextField()
    agreement_kind = models.TextField(default="", blank=True)
    agency_kind = models.TextField(default="", blank=True)
    courses = ArrayField(models.TextField())
    accepted_issuers = ArrayField(models.TextField())
    validity_days = models.PositiveIntegerField()
    pass_mark = models.PositiveSmallIntegerField(null=True)
    max_attempts = models.PositiveSmallIntegerField(null=True)
    source = models.TextField()
    period = DateTimeRangeField()

    class Meta:
        db_table = "training_requirement"
        constraints = [
            models.CheckConstraint(
                condition=Q(function__in=sorted(word.value for word in Function)), name="training_requirement_function"
            ),
            models.CheckConstraint(
                condition=Q(courses__len__gt=0) & Q(accepted_issuers__len__gt=0), name="training_requirement_not_empty"
            ),
            models.CheckConstraint(condition=Q(validity_days__gt=0), name="training_requirement_validity"),
            ExclusionConstraint(
                name="training_requirement_one_edition",
                expressions=[("code", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            ),
        ]


class Credential(models.Model):
    """Act row: that an issuer certified a person in a course. Never changed; a revocation is a row of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    officer_id = models.UUIDField()
    officer_agency_id = models.UUIDField()
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    issuer = models.TextField()
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    evidence_digest = models.BinaryField(max_length=32)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "training_credential"
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("issued_at")), name="training_credential_some_time"),
        ]
        indexes = [models.Index(fields=["officer_id"], name="training_credential_by_officer")]


class Revocation(models.Model):
    """Act row: that a credential does not count from `revoked_at` on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    officer_agency_id = models.UUIDField()
    credential = models.OneToOneField(Credential, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField()
    reason = models.TextField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "training_revocation"
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=sorted(word.value for word in RevocationReason)),
                name="training_revocation_reason",
            ),
        ]


class TrainingEvent(models.Model):
    """Act row: that courses and requirements were set. Inserted, never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    act = models.TextField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    detail = models.JSONField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "training_event"
