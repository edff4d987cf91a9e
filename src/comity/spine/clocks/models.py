"""The table of the clocks. Written by SQL in this package only."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from comity.spine.clocks.rules import Landing, Unit
from comity.spine.clocks.states import CLOCK

CODE: Final = r"^[a-z][a-z0-9_.-]{0,63}$"
CODE_LENGTH: Final = 64
"""Of codes on the path of every ask: a regular expression would cost it 5 µs a row."""


class Clock(models.Model):
    """One due date: what runs (`kind`), for which subject, against which agency and perhaps post.

    `subject_id` is opaque. The term is kept, so that a pause can be made good in its own unit. `how` is the list of
    `rules.Step`, growing with every pause and extension; `extensions` holds at most one.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    subject_id = models.UUIDField()
    agency_id = models.UUIDField()
    post_id = models.UUIDField(null=True)
    calendar = models.TextField()
    term_count = models.IntegerField()
    term_unit = models.TextField()
    landing = models.TextField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.TextField(null=True)
    extensions = models.JSONField()
    stopped_at = models.DateTimeField(null=True)
    state = models.TextField()
    how = models.JSONField()

    class Meta:
        db_table = "clocks_clock"
        constraints = [
            models.CheckConstraint(condition=LessThanOrEqual(Length("kind"), CODE_LENGTH), name="clocks_clock_kind"),
            models.CheckConstraint(
                condition=Q(term_unit__in=sorted(unit.value for unit in Unit)), name="clocks_clock_unit"
            ),
            models.CheckConstraint(
                condition=Q(landing__in=sorted(landing.value for landing in Landing)), name="clocks_clock_landing"
            ),
            models.CheckConstraint(condition=Q(state__in=sorted(CLOCK.states)), name="clocks_clock_state"),
            models.CheckConstraint(
                condition=Q(state="paused", paused_at__isnull=False, pause_reason__regex=CODE)
                | (~Q(state="paused") & Q(paused_at__isnull=True, pause_reason__isnull=True)),
                name="clocks_clock_pause",
            ),
            models.CheckConstraint(
                condition=Q(state="stopped", stopped_at__isnull=False)
                | (~Q(state="stopped") & Q(stopped_at__isnull=True)),
                name="clocks_clock_stop",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="clocks_clock_due", condition=~Q(state="stopped")),
            models.Index(fields=["subject_id"], name="clocks_clock_subject"),
        ]
