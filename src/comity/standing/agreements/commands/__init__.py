"""What can be done with an agreement: one verb a file, one durable transaction each."""

from comity.standing.agreements.commands.close import close_ended_agreements
from comity.standing.agreements.commands.comment import comment_on_version
from comity.standing.agreements.commands.confirm import confirm_clauses
from comity.standing.agreements.commands.draft import draft_agreement, revise_draft
from comity.standing.agreements.commands.letter import Letter
from comity.standing.agreements.commands.offer import offer_agreement
from comity.standing.agreements.commands.put_in_force import (
    Entered,
    Held,
    Scheduled,
    put_in_force,
    start_scheduled,
)
from comity.standing.agreements.commands.resume import resume_agreement
from comity.standing.agreements.commands.review import record_review
from comity.standing.agreements.commands.sign import attest_signature, sign_agreement, sign_by_passkey
from comity.standing.agreements.commands.supersede import supersede_agreement
from comity.standing.agreements.commands.suspend import suspend_agreement
from comity.standing.agreements.commands.terminate import terminate_agreement, withdraw_notice

__all__ = [
    "Entered",
    "Held",
    "Letter",
    "Scheduled",
    "attest_signature",
    "close_ended_agreements",
    "comment_on_version",
    "confirm_clauses",
    "draft_agreement",
    "offer_agreement",
    "put_in_force",
    "record_review",
    "resume_agreement",
    "revise_draft",
    "sign_agreement",
    "sign_by_passkey",
    "start_scheduled",
    "supersede_agreement",
    "suspend_agreement",
    "terminate_agreement",
    "withdraw_notice",
]
