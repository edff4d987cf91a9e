"""Tables of the exchange. All are act tables: rows are inserted, never changed; a new state is a new row.

No table holds a personal value: references are blind-indexed, subject handles are random, values are in the vault.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


def codes() -> "ArrayField[list[str], list[str]]":
    """Return a column that holds a list of codes (`text[]`)."""
    return ArrayField(models.TextField())


class Act(models.Model):
    """What every act row has: its id and the ledger entry that covers every other column."""

    id = models.UUIDField(primary_key=True)
    entry_id = models.UUIDField(db_index=True)

    class Meta:
        abstract = True


class Record(Act):
    """A record lodged by its holder; a correction is a row with the next version.

    `reference_key` is the keyed blind index of (holder, category, reference), `content_key` of everything lodged, hex:
    the same record lodged again is the same version. `evidence` holds the codes the
    holder attests of the record. `origin_id` is the agency a shared-in record came from.
    """

    holder_id = models.UUIDField()
    category = models.TextField()
    reference_key = models.TextField()
    version = models.IntegerField()
    content_key = models.TextField()
    subject_handle = models.UUIDField()
    origin_id = models.UUIDField(null=True)
    marks = codes()
    evidence = codes()
    elements = codes()
    payload_item = models.UUIDField()
    validated_at = models.DateTimeField()
    lodged_at = models.DateTimeField()
    lodged_by = models.UUIDField()

    class Meta:
        db_table = "exchange_record"
        constraints = [
            models.UniqueConstraint(
                fields=["holder_id", "category", "reference_key", "version"], name="exchange_record_version"
            )
        ]


class AskRow(Act):
    """An ask as it arrived. `path` is `live`, `shadow` or `outside`; `tick_at` is set where existence is hidden."""

    asker_id = models.UUIDField()
    holder_id = models.UUIDField()
    post_id = models.UUIDField()
    ask_key = models.TextField()
    body_digest = models.TextField()
    path = models.TextField()
    agreement = models.TextField(null=True)
    purpose = models.TextField()
    category = models.TextField()
    elements = codes()
    shown = codes()
    denied = codes()
    reference_key = models.TextField()
    private_item = models.UUIDField()
    tick_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_ask"
        constraints = [models.UniqueConstraint(fields=["asker_id", "ask_key"], name="exchange_ask_once")]
        indexes = [
            models.Index(fields=["holder_id", "asked_at"], name="exchange_ask_holder"),
            models.Index(fields=["asker_id", "id"], name="exchange_ask_asker"),
            models.Index(fields=["tick_at"], name="exchange_ask_tick", condition=models.Q(tick_at__isnull=False)),
            models.Index(fields=["holder_id", "id"], name="exchange_ask_told", condition=models.Q(path="outside")),
        ]


class DecisionRow(Act):
    """What the gate said at one stage: `type`, `record`, `approval`, `counsel`, `delivery`, `outside` or `shadow`."""

    ask_id = models.UUIDField()
    asker_id = models.UUIDField()
    holder_id = models.UUIDField()
    number = models.IntegerField()
    stage = models.TextField()
    headline = models.TextField()
    outcomes = models.JSONField()
    duties = codes()
    warnings = codes()
    ruleset = models.TextField()
    engine = models.TextField()
    facts_item = models.UUIDField()
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_decision"
        constraints = [models.UniqueConstraint(fields=["ask_id", "number"], name="exchange_decision_number")]
        indexes = [
            models.Index(fields=["decided_at"], name="exchange_decision_at"),
            models.Index(
                fields=["holder_id", "id"], name="exchange_decision_shadow", condition=models.Q(stage="shadow")
            ),
        ]


class Answer(Act):
    """What both parties see of an ask; the answer with the highest number that is visible counts."""

    ask_id = models.UUIDField()
    asker_id = models.UUIDField()
    holder_id = models.UUIDField()
    number = models.IntegerField()
    status = models.TextField()
    classes = models.JSONField(null=True)
    visible_at = models.DateTimeField()
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_answer"
        constraints = [models.UniqueConstraint(fields=["ask_id", "number"], name="exchange_answer_number")]
        indexes = [models.Index(fields=["asker_id", "status", "ask_id"], name="exchange_answer_status")]


class Disclosure(Act):
    """The accounting of one disclosure (5 U.S.C. 552a(c)): date, nature, purpose, recipient with name and address.

    `path` is `gate` or `outside` (told by radio or telephone and recorded afterwards).
    """

    ask_id = models.UUIDField()
    holder_id = models.UUIDField()
    recipient_id = models.UUIDField()
    recipient_name = models.TextField()
    recipient_address = models.TextField()
    subject_handle = models.UUIDField(null=True)
    purpose = models.TextField()
    category = models.TextField()
    nature = codes()
    basis = codes()
    path = models.TextField()
    labels = ArrayField(models.TextField())
    payload_item = models.UUIDField(null=True)
    elements_root = models.TextField(null=True)
    disclosed_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_disclosure"
        indexes = [
            models.Index(fields=["holder_id", "subject_handle", "disclosed_at"], name="exchange_disclosure_subject"),
            models.Index(fields=["ask_id"], name="exchange_disclosure_ask"),
            models.Index(fields=["payload_item"], name="exchange_disclosure_payload"),
        ]


class Delivery(Act):
    """What became of a disclosure on its way: `sent`, `received`, `stopped`; the envelope is signed by the holder."""

    disclosure_id = models.UUIDField()
    ask_id = models.UUIDField()
    holder_id = models.UUIDField()
    recipient_id = models.UUIDField()
    event = models.TextField()
    envelope = models.JSONField()
    signature = models.JSONField(null=True)
    happened_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_delivery"
        constraints = [models.UniqueConstraint(fields=["disclosure_id", "event"], name="exchange_delivery_once")]
        indexes = [models.Index(fields=["recipient_id", "disclosure_id"], name="exchange_delivery_to")]


class Review(Act):
    """What was decided on something the vault keeps (`item_id`).

    `kind`: `validated`, `let_go`, `purged`, `held`, `released`, and `reviewed` of a disclosure in an emergency.
    `reason` is a code; of a hold it never says why. `retain_until` is the term after a validation, or its end.
    """

    item_id = models.UUIDField()
    holder_id = models.UUIDField()
    kind = models.TextField()
    reason = models.TextField()
    retain_until = models.DateTimeField(null=True)
    reviewed_by = models.UUIDField()
    reviewed_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_review"
        indexes = [models.Index(fields=["item_id"], name="exchange_review_item")]


class Reading(Act):
    """That somebody opened an accounting, a draft or private words, or drew a sample.

    `kind` of reading, on which task, over what (`scope`, codes only).
    """

    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    kind = models.TextField()
    task_id = models.UUIDField(null=True)
    scope = models.JSONField()
    read_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_reading"


class Sample(Act):
    """A sample an auditor drew and keeps: how it is drawn again, for what objective, and which decisions came out.

    `decisions` in the order drawn. `stratum`: the headline that was drawn from, "" for every one. Seen in the duty of
    an auditor alone.
    """

    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    objective = models.TextField()
    seed = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    stratum = models.TextField(blank=True, default="")
    size = models.IntegerField()
    population = models.IntegerField()
    decisions = ArrayField(models.UUIDField())
    drawn_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_sample"
        indexes = [models.Index(fields=["agency_id", "drawn_at"], name="exchange_sample_of")]


class SampleMark(Act):
    """What an auditor says of one decision of a sample: `tested` or `exception`, with a note; the latest counts."""

    sample_id = models.UUIDField()
    decision_id = models.UUIDField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    mark = models.TextField()
    note = models.TextField(blank=True, default="")
    marked_at = models.DateTimeField()

    class Meta:
        db_table = "exchange_sample_mark"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mark__in=["exception", "tested"]), name="exchange_sample_mark_mark"
            )
        ]
        indexes = [models.Index(fields=["sample_id", "decision_id"], name="exchange_sample_mark_of")]


class Ruleset(models.Model):
    """The rules a decision was made under, by their digest: stored once, so that replay needs nothing else."""

    digest = models.TextField(primary_key=True)
    rules = models.JSONField()

    class Meta:
        db_table = "exchange_ruleset"
