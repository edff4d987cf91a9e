"""The writes of the directory. Each opens its own durable transaction and records what it did in the ledger."""

from comity.standing.directory.commands.counsel import name_node_counsel
from comity.standing.directory.commands.holdings import (
    Assignment,
    NotHeldError,
    PostHeldError,
    assign_holders,
    end_holding,
    hand_over_post,
)
from comity.standing.directory.commands.hosting import host_agencies
from comity.standing.directory.commands.keys import (
    IssuedKey,
    KeyRefusedError,
    NotHeadError,
    add_agency_key,
    add_passkey,
    issue_api_key,
    revoke_agency_key,
    revoke_api_key,
)
from comity.standing.directory.commands.record import NotYourAgencyError
from comity.standing.directory.commands.register import (
    DirectoryConflictError,
    NewAgency,
    NewContactPoint,
    NewOfficer,
    NewPost,
    NewUnit,
    add_contact_points,
    create_posts,
    create_units,
    register_agencies,
    register_officers,
)
from comity.standing.directory.commands.task_forces import CommandPlace, Membership, NewTaskForce, form_task_forces

__all__ = [
    "Assignment",
    "CommandPlace",
    "DirectoryConflictError",
    "IssuedKey",
    "KeyRefusedError",
    "Membership",
    "NewAgency",
    "NewContactPoint",
    "NewOfficer",
    "NewPost",
    "NewTaskForce",
    "NewUnit",
    "NotHeadError",
    "NotHeldError",
    "NotYourAgencyError",
    "PostHeldError",
    "add_agency_key",
    "add_contact_points",
    "add_passkey",
    "assign_holders",
    "create_posts",
    "create_units",
    "end_holding",
    "form_task_forces",
    "hand_over_post",
    "host_agencies",
    "issue_api_key",
    "name_node_counsel",
    "register_agencies",
    "register_officers",
    "revoke_agency_key",
    "revoke_api_key",
]
