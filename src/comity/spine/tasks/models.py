"""The tables of tasks. Written by SQL in this package only."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact, LessThanOrEqual

from comity.spine.tasks.states import TASK
from comity.spine.tasks.vocabulary import Capacity, Kind, Level

CODE: Final = r"^[a-z][a-z0-9_.-]{0,63}$"
CODE_LENGTH: Final = 64
"""Of codes on the path of every ask: a regular expression would cost it 5 µs a row."""
DIGEST_LENGTH: Final = 64


class Task(models.Model):
    """Something one agency is asked to do or decide, by a named post or by whichever post has `function`.

    `subject_id` is opaque; `digest` is what a verdict binds to (hex SHA-256). Not shown before `not_before`. The
    agencies and posts listed as excluded may not decide it: an asker never approves its own ask. `is_urgent`: its clock
    runs by the hour, as danger to life has it. `news_at`: from when its last change shows, by which an open desk knows
    whether to look again; of whatever writes the row, in the same statement.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    agency_id = models.UUIDField()
    assignee_post_id = models.UUIDField(null=True)
    function = models.TextField(null=True)
    subject_id = models.UUIDField()
    digest = models.TextField()
    excluded_agency_ids = ArrayField(models.UUIDField())
    excluded_post_ids = ArrayField(models.UUIDField())
    opened_at = models.DateTimeField()
    not_before = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.TextField()
    closed_at = models.DateTimeField(null=True)
    is_urgent = models.BooleanField(db_default=False)
    news_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "tasks_task"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=sorted(kind.value for kind in Kind)), name="tasks_task_kind"),
            models.CheckConstraint(condition=Q(state__in=sorted(TASK.states)), name="tasks_task_state"),
            models.CheckConstraint(condition=Exact(Length("digest"), DIGEST_LENGTH), name="tasks_task_digest"),
            models.CheckConstraint(
                condition=Q(assignee_post_id__isnull=False) | Q(function__isnull=False), name="tasks_task_assigned"
            ),
            models.CheckConstraint(
                condition=Q(function__isnull=True) | Q(LessThanOrEqual(Length("function"), CODE_LENGTH)),
                name="tasks_task_function",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="tasks_task_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["agency_id", "due_at"], name="tasks_task_open", condition=Q(state="open")),
            models.Index(fields=["agency_id", "opened_at"], name="tasks_task_opened", condition=Q(state="open")),
            models.Index(fields=["agency_id", "kind", "due_at"], name="tasks_task_kinds", condition=Q(state="open")),
            models.Index(fields=["subject_id"], name="tasks_task_subject"),
            models.Index(fields=["agency_id", "function", "news_at"], name="tasks_task_news"),
            models.Index(
                fields=["agency_id", "function", "kind", "due_at"],
                name="tasks_task_desk",
                condition=Q(state="open", assignee_post_id__isnull=True),
            ),
            models.Index(
                fields=["assignee_post_id", "kind", "due_at"],
                name="tasks_task_own",
                condition=Q(state="open", assignee_post_id__isnull=False),
            ),
            models.Index(
                fields=["assignee_post_id", "news_at"],
                name="tasks_task_own_news",
                condition=Q(assignee_post_id__isnull=False),
            ),
            models.Index(
                fields=["agency_id", "function"], name="tasks_task_urgent", condition=Q(state="open", is_urgent=True)
            ),
        ]


class Interrupt(models.Model):
    """That a post was interrupted for a task, once for each level, on a civil day of its agency; until it has seen it.

    No act: how often somebody is interrupted proves nothing. Rows of former days go once their task is closed.
    """

    id = models.UUIDField(primary_key=True)
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    task = models.ForeignKey(Task, models.PROTECT, related_name="+")
    level = models.TextField()
    told_on = models.DateField()
    told_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "tasks_interrupt"
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=sorted(level.value for level in Level)), name="tasks_interrupt_level"
            ),
            models.UniqueConstraint(fields=["post_id", "task", "level"], name="tasks_interrupt_once"),
        ]
        indexes = [models.Index(fields=["post_id", "told_on"], name="tasks_interrupt_day")]


class Verdict(models.Model):
    """Act row: what a post said to a task, one for each, never changed.

    `reason_item_id` is the vault item with its words. `entry_id` is the ledger entry that tells of it, so that a
    verdict that is changed or gone is found.
    """

    id = models.UUIDField(primary_key=True)
    task = models.OneToOneField(Task, models.PROTECT, related_name="+")
    agency_id = models.UUIDField()
    post_id = models.UUIDField()
    capacity = models.TextField()
    verdict = models.TextField()
    reason = models.TextField(null=True)
    reason_item_id = models.UUIDField(null=True)
    digest = models.TextField()
    at = models.DateTimeField()
    entry_id = models.UUIDField(db_index=True)

    class Meta:
        db_table = "tasks_verdict"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__in=sorted(each.value for each in Capacity)), name="tasks_verdict_capacity"
            ),
            models.CheckConstraint(condition=Q(verdict__regex=CODE), name="tasks_verdict_code"),
            models.CheckConstraint(
                condition=Q(reason__isnull=True) | Q(reason__regex=CODE), name="tasks_verdict_reason"
            ),
            models.CheckConstraint(condition=Exact(Length("digest"), DIGEST_LENGTH), name="tasks_verdict_digest"),
        ]
