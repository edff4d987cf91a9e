"""Where an agency's records live: making a listed agency a tenant of this node."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.record import Change, record_changes, require_steward
from comity.standing.directory.commands.register import DirectoryConflictError
from comity.standing.directory.models import Agency
from comity.standing.directory.vocabulary import Hosting


def host_agencies(*, by: Actor, now: datetime, agency_ids: Sequence[UUID]) -> None:
    """Make listed agencies tenants of this node (steward only); writes `agency.hosted` each, in one transaction.

    Powers and limits stay as they are listed. Raises `NotYourAgencyError`, and `DirectoryConflictError` for an agency
    that is a tenant here or elsewhere already.
    """
    require_steward(by)
    changes = [Change("agency.hosted", agency_id, agency_id, {}) for agency_id in agency_ids]
    with acting(by) as cursor:
        listed = Agency.objects.filter(id__in=list(agency_ids), hosting=Hosting.LISTED.value)
        if listed.update(hosting=Hosting.HERE.value, node_url="") != len(set(agency_ids)):
            raise DirectoryConflictError("only an agency that is listed is made a tenant; another is one already")
        record_changes(cursor, by=by, now=now, changes=changes)
