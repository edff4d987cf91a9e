"""The tables of publication. What is public now is a working row; that it was made public, and when, is an act row.

Columns the role *public* may not read are named in the migration: who is party by id, what is withheld, which post.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from comity.accountability.publication.vocabulary import Change
from comity.kernel.ids import new_id


class PublishedAgreement(models.Model):
    """An agreement that was once in force, and its state as last told. Working row.

    `parties`: objects of `code`, `name`, `role`. `notice_ends_at`: when a notice that was given is over.
    """

    code = models.TextField(primary_key=True)
    agreement_id = models.UUIDField(unique=True)
    party_ids = ArrayField(models.UUIDField())
    title = models.TextField()
    kind = models.TextField()
    parties = models.JSONField()
    state = models.TextField()
    number = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    notice_ends_at = models.DateTimeField(null=True)
    successor = models.TextField(default="", blank=True)

    class Meta:
        db_table = "publication_agreement"


class PublishedVersion(models.Model):
    """A version that was once in force: its summary by language and, once published, its text. Working row.

    `withheld`: the passages that stay back, as `withholding.Withheld`; never public. `text`: "" until published.
    """

    pk = models.CompositePrimaryKey("code", "number")
    code = models.TextField()
    number = models.PositiveIntegerField()
    version_id = models.UUIDField(unique=True)
    party_ids = ArrayField(models.UUIDField())
    title = models.TextField()
    digest = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    in_force_at = models.DateTimeField()
    summary = models.JSONField()
    text = models.TextField(default="", blank=True)
    withheld = models.JSONField(default=list)
    text_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "publication_version"


class PublishedChange(models.Model):
    """Act row: something was made public about an agreement at `at`, that happened at `happened_at`.

    `event_id`: the agreement's event, none where a text was published. `is_notice`: the text of the agreement wants the
    public told of it. `digest`: of what is public of agreement and version from then on (`facts.digest_of`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.TextField()
    number = models.PositiveIntegerField()
    change = models.TextField()
    is_notice = models.BooleanField()
    happened_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64)
    party_ids = ArrayField(models.UUIDField())
    event_id = models.UUIDField(null=True, unique=True)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "publication_change"
        constraints = [
            models.CheckConstraint(
                condition=Q(change__in=sorted(one.value for one in Change)), name="publication_change_change"
            ),
        ]
        indexes = [models.Index(fields=["code", "at"], name="publication_change_by_code")]


class PublishedLaw(models.Model):
    """Act row: a release of the law is in force from `effective_at` on, as the public reads it.

    `rules` and `authorities`: objects of `law_facts`. Of several for one instant the last told counts.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64)
    effective_at = models.DateTimeField()
    rules = models.JSONField()
    authorities = models.JSONField()
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "publication_law"
        indexes = [models.Index(fields=["-effective_at", "-at"], name="publication_law_latest")]


class PublishedAgency(models.Model):
    """An agency of the directory, as last told. Working row."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    kind = models.TextField()
    state = models.CharField(max_length=2, default="", blank=True)
    hosting = models.TextField()
    parent = models.TextField(default="", blank=True)
    powers = ArrayField(models.TextField(), default=list)
    limits = ArrayField(models.TextField(), default=list)
    counties = ArrayField(models.CharField(max_length=5), default=list)

    class Meta:
        db_table = "publication_agency"


class PublishedTaskForce(models.Model):
    """A task force, as last told. Working row."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    area = models.TextField(default="", blank=True)
    lead = models.TextField()
    members = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "publication_task_force"


class PublishedDirectory(models.Model):
    """Act row: agencies and task forces were told anew; how many are public now, and the digest of all of them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agencies = models.PositiveIntegerField()
    task_forces = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "publication_directory"
