"""Reads of drafts: what an agency writes before it offers it, for that agency alone.

Nothing here opens a transaction: the caller's is used, and row-level security applies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comity.kernel.time import Period
from comity.standing.agreements.models import Draft


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """The text an agency writes, not offered yet. `terms` is the stored JSON."""

    title: str
    text: str
    terms: Mapping[str, object]
    period: Period
    revised_at: datetime


def find_draft(agreement_id: UUID, agency_id: UUID) -> DraftFacts | None:
    """Return the draft of the agency, None where it has none (or another's session asks)."""
    row = Draft.objects.filter(agreement_id=agreement_id, agency_id=agency_id).first()
    if row is None:
        return None
    return DraftFacts(row.title, row.text, row.terms, Period(row.starts_at, row.ends_at), row.revised_at)
