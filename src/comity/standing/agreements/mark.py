"""By what a page knows that no agreement of its reader changed since."""

from typing import Final

from comity.spine.tenancy.transaction import Query

_STATES: Final = """(
    SELECT md5(string_agg(concat_ws(' ', id, state, current_version_id, starts_at, ends_at, notice_ends_at), ','
        ORDER BY id)) AS states FROM agreements_agreement
) AS agreements"""


def agreements_mark() -> Query:
    """Return the question whether an agreement changed how or until when it stands: the same answer, none did.

    Of the agreements that row-level security shows, some tens for an agency.
    """
    return Query("states", _STATES, (), tuple[str | None])
