"""Who is counsel of the node."""

from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.record import Change, record_changes, require_steward
from comity.standing.directory.commands.register import DirectoryConflictError
from comity.standing.directory.models import Agency
from comity.standing.directory.vocabulary import Hosting, Power


def name_node_counsel(*, by: Actor, now: datetime, agency_id: UUID) -> None:
    """Make a tenant's counsel that of the node, in the place of any other's (steward only).

    Writes `agency.named_counsel`, and `agency.counsel_ended` for whoever was, in one transaction; nothing where it is
    already. What was approved stays approved. Raises `NotYourAgencyError`, and `DirectoryConflictError` for an agency
    that is no tenant of this node.
    """
    require_steward(by)
    with acting(by) as cursor:
        found = {row.id: row for row in Agency.objects.select_for_update().filter(hosting=Hosting.HERE.value)}
        if agency_id not in found:
            raise DirectoryConflictError("counsel of the node is a tenant of it; `comity directory tenant` makes one")
        changes = [
            Change("agency.named_counsel" if row.id == agency_id else "agency.counsel_ended", row.id, row.id, {})
            for row in found.values()
            if (row.id == agency_id) != (Power.NODE_COUNSEL.value in row.powers)
        ]
        for change in changes:
            row = found[change.subject_id]
            others = [power for power in row.powers if power != Power.NODE_COUNSEL.value]
            kept = [*others, Power.NODE_COUNSEL.value] if row.id == agency_id else others
            Agency.objects.filter(id=row.id).update(powers=kept)
        record_changes(cursor, by=by, now=now, changes=changes)
