"""Who is counsel of the node."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

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
    held = Q(powers__contains=[Power.NODE_COUNSEL.value])
    with acting(by) as cursor:
        before = list(Agency.objects.select_for_update().filter(held))
        if [row.id for row in before] == [agency_id]:
            return
        named = Agency.objects.select_for_update().filter(id=agency_id, hosting=Hosting.HERE.value).first()
        if named is None:
            raise DirectoryConflictError("counsel of the node is a tenant of it; `comity directory tenant` makes one")
        for row in before:
            others = [power for power in row.powers if power != Power.NODE_COUNSEL.value]
            Agency.objects.filter(id=row.id).update(powers=others)
        Agency.objects.filter(id=named.id).update(powers=[*named.powers, Power.NODE_COUNSEL.value])
        ended = [Change("agency.counsel_ended", row.id, row.id, {}) for row in before]
        changes = [*ended, Change("agency.named_counsel", named.id, named.id, {})]
        record_changes(cursor, by=by, now=now, changes=changes)
