"""Reads of the directory, for one row or for the ids of a whole chunk (200 asks) in one query each.

Every session of *app* may read the directory, so nothing here opens a transaction: the caller's is used. `list_...`
functions that take ids return dicts and leave out what does not exist; `get_...` raise `NotInDirectoryError`.
"""

from comity.standing.directory.selectors.agencies import (
    count_agencies,
    find_agencies,
    get_agency,
    get_agency_by_code,
    get_agency_by_ori,
    list_agencies,
    list_agencies_by_code,
    list_agencies_by_ori,
    list_agency_page,
    list_hosted_agencies,
)
from comity.standing.directory.selectors.found import NotInDirectoryError
from comity.standing.directory.selectors.keys import (
    Presented,
    find_api_key,
    get_public_key,
    list_public_keys,
    present_api_key,
)
from comity.standing.directory.selectors.posts import (
    find_post,
    find_posts,
    get_holder,
    get_officer_by_reference,
    get_post,
    get_post_by_code,
    list_holders,
    list_officer_ids_by_reference,
    list_officers,
    list_officers_ever,
    list_post_ids_by_code,
    list_posts,
    list_posts_ever_held,
    list_posts_held,
    list_posts_of,
    list_unit_codes,
)
from comity.standing.directory.selectors.task_forces import (
    get_task_force,
    list_contact_points,
    list_contact_values,
    list_participations,
    list_task_force_codes,
)

__all__ = [
    "NotInDirectoryError",
    "Presented",
    "count_agencies",
    "find_agencies",
    "find_api_key",
    "find_post",
    "find_posts",
    "get_agency",
    "get_agency_by_code",
    "get_agency_by_ori",
    "get_holder",
    "get_officer_by_reference",
    "get_post",
    "get_post_by_code",
    "get_public_key",
    "get_task_force",
    "list_agencies",
    "list_agencies_by_code",
    "list_agencies_by_ori",
    "list_agency_page",
    "list_contact_points",
    "list_contact_values",
    "list_holders",
    "list_hosted_agencies",
    "list_officer_ids_by_reference",
    "list_officers",
    "list_officers_ever",
    "list_participations",
    "list_post_ids_by_code",
    "list_posts",
    "list_posts_ever_held",
    "list_posts_held",
    "list_posts_of",
    "list_public_keys",
    "list_task_force_codes",
    "list_unit_codes",
    "present_api_key",
]
