"""The table of the outbox. Written by SQL in this package only."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual

CODE: Final = r"^[a-z][a-z0-9_.-]{0,63}$"
CODE_LENGTH: Final = 64
"""Of codes on the path of every ask: a regular expression would cost it 5 µs a row."""


class Message(models.Model):
    """What one destination is to be told: a topic and ids, never content.

    Waiting while `done_at` and `dead_at` are NULL; claimed while `claimed_until` lies ahead. `attempts` counts claims,
    so a message that kills its worker is counted too. At `expires_at` it is given up.
    """

    id = models.UUIDField(primary_key=True)
    topic = models.TextField()
    destination = models.TextField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    available_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.IntegerField(db_default=0)
    claimed_by = models.TextField(null=True)
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(null=True)

    class Meta:
        db_table = "outbox_message"
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("topic"), CODE_LENGTH), name="outbox_message_topic"
            ),
            models.CheckConstraint(
                condition=Q(last_error__isnull=True) | Q(last_error__regex=CODE), name="outbox_message_error"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dead_at__isnull=True), name="outbox_message_one_end"
            ),
        ]
        indexes = [
            models.Index(
                fields=["destination", "available_at", "id"],
                name="outbox_message_waiting",
                condition=Q(done_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(fields=["done_at"], name="outbox_message_done", condition=Q(done_at__isnull=False)),
            models.Index(fields=["dead_at"], name="outbox_message_dead", condition=Q(dead_at__isnull=False)),
        ]
