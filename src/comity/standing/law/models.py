"""The tables of law. Every one is an act table: inserted, never changed."""

from django.db import models
from django.db.models import F, Q

from comity.kernel.ids import new_id
from comity.standing.law.facts import DEMO_APPROVAL


class LawRelease(models.Model):
    """Act row: packs, texts and authorities as loaded. `digest` names the whole; the same digest is loaded once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    packs = models.JSONField()
    texts = models.JSONField()
    authorities = models.TextField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "law_release"


class LawRule(models.Model):
    """Act row: one rule of a release and the digest (rule and its words) that counsel approves."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency_id = models.UUIDField()
    release = models.ForeignKey(LawRelease, models.PROTECT, related_name="+")
    rule_id = models.TextField()
    rule_digest = models.CharField(max_length=64)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "law_rule"
        constraints = [models.UniqueConstraint(fields=["release", "rule_id"], name="law_rule_once")]


class LawApproval(models.Model):
    """Act row: counsel's approval of one rule with its words. It holds for every release with the same digest.

    Of several for one digest the latest with a good signature counts.

    `signature` signs `digest` (hex, SHA-256 of `rules.approval_statement` over `release` and every rule approved with
    this one, or of `rules.release_statement`) by the agency's key `key_id`. `demo` is `demo approval` where nobody read
    it as counsel, else null. The columns are null in rows of before approvals were signed; the database takes no new
    one without.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    rule_id = models.TextField()
    rule_digest = models.CharField(max_length=64, db_index=True)
    release = models.ForeignKey(LawRelease, models.PROTECT, null=True, related_name="+")
    key_id = models.TextField(null=True)
    scheme = models.TextField(null=True)
    signature = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, null=True)
    demo = models.TextField(null=True)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "law_approval"
        constraints = [
            models.CheckConstraint(condition=Q(demo__isnull=True) | Q(demo=DEMO_APPROVAL), name="law_approval_demo"),
        ]


class LawReleaseApproval(models.Model):
    """Act row: counsel's approval of a release as such; what it leaves out is thereby approved, too.

    `signature` signs `digest` (hex, SHA-256 of `rules.release_statement`) by the agency's key `key_id`. `demo` is
    `demo approval` where nobody read it as counsel, else null.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    release = models.ForeignKey(LawRelease, models.PROTECT, related_name="+")
    key_id = models.TextField()
    scheme = models.TextField()
    signature = models.BinaryField()
    digest = models.CharField(max_length=64)
    demo = models.TextField(null=True)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "law_release_approval"
        constraints = [
            models.CheckConstraint(
                condition=Q(demo__isnull=True) | Q(demo=DEMO_APPROVAL), name="law_release_approval_demo"
            ),
        ]


class LawInForce(models.Model):
    """Act row: a release is the law from `effective_at` until another one is. Never dated back.

    The database takes no row for a release that is not approved as such, with every rule of it, by signature.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    release = models.ForeignKey(LawRelease, models.PROTECT, related_name="+")
    effective_at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "law_in_force"
        constraints = [
            models.CheckConstraint(condition=Q(effective_at__gte=F("at")), name="law_in_force_not_dated_back"),
        ]
        indexes = [models.Index(fields=["-effective_at", "-at"], name="law_in_force_latest")]


class LawReplay(models.Model):
    """Act row: decisions of a period decided again under a release, against the law with digest `against`.

    `decided` = `same` + `different`; `undetermined` turn on what nobody asked for then; `unreadable` could not be
    decided again. `made`: decisions under the law `against` by then; `covered`: those of them in the period. These
    three are null in rows of before they were counted. `list_digest` is hex SHA-256 of the list of differences, which
    whoever replayed keeps.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    release = models.ForeignKey(LawRelease, models.PROTECT, related_name="+")
    against = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    decided = models.BigIntegerField()
    same = models.BigIntegerField()
    different = models.BigIntegerField()
    unreadable = models.BigIntegerField()
    undetermined = models.BigIntegerField(null=True)
    covered = models.BigIntegerField(null=True)
    made = models.BigIntegerField(null=True)
    list_digest = models.CharField(max_length=64)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "law_replay"
        constraints = [
            models.CheckConstraint(
                condition=Q(same__gte=0, different__gte=0, unreadable__gte=0, decided=F("same") + F("different")),
                name="law_replay_counts",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="law_replay_period"),
            models.CheckConstraint(
                condition=Q(undetermined__gte=0, covered__gte=0, made__gte=F("covered")), name="law_replay_coverage"
            ),
        ]
        indexes = [models.Index(fields=["release", "against", "at"], name="law_replay_latest")]


class LawSetting(models.Model):
    """Act row: counsel gave a setting a value from `effective_at` on; the last to take effect counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    setting = models.TextField()
    value = models.TextField()
    reason = models.TextField()
    effective_at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "law_setting"
        constraints = [
            models.CheckConstraint(condition=Q(effective_at__gte=F("at")), name="law_setting_not_dated_back"),
        ]
