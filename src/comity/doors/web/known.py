"""The agencies of the directory, kept by a process as long as the directory is what was read of it."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from comity.doors.web.staff import Staff
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_agencies, list_hosted_agencies

_kept: Final[dict[str, Mapping[UUID, AgencyFacts]]] = {}


def hosted_agencies(staff: Staff) -> Mapping[UUID, AgencyFacts]:
    """Return the tenants of this node by id, in the order of their codes; to be called while reading.

    Every session reads the same of them. The stamp that the request began with says whether what is kept still holds.
    """
    found = _kept.get(staff.directory_stamp)
    if found is None:
        found = MappingProxyType({one.id: one for one in list_hosted_agencies()})
        _kept.clear()
        _kept[staff.directory_stamp] = found
    return found


def agencies_of(staff: Staff, ids: Collection[UUID]) -> Mapping[UUID, AgencyFacts]:
    """Return agencies by id: tenants as they are kept, others looked up; who is in no directory is left out."""
    hosted = hosted_agencies(staff)
    others = set(ids) - hosted.keys()
    known = {one: hosted[one] for one in ids if one in hosted}
    return known | list_agencies(others) if others else known
