"""What a post may do in the console, by its function: the one list of permissions.

A permission opens a page; what happens then is decided by the command, which looks again, and by row-level security.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from comity.standing.directory.vocabulary import PostFunction as Post


class Permission(StrEnum):
    """`scope:resource:action`; every address of the console declares one."""

    ACCOUNT_READ = "accounts:account:read"
    ACCOUNT_OPEN = "accounts:account:open"
    ACCOUNT_CHANGE = "accounts:account:change"
    AGENCY_READ = "directory:agency:read"
    AGREEMENT_IMPORT = "agreements:import:write"
    AGREEMENT_ATTEST = "agreements:signature:attest"
    AGREEMENT_COMMENT = "agreements:comment:write"
    AGREEMENT_DRAFT = "agreements:draft:write"
    AGREEMENT_END = "agreements:agreement:end"
    AGREEMENT_FORCE = "agreements:version:put_in_force"
    AGREEMENT_PUBLISH = "agreements:text:publish"
    AGREEMENT_READ = "agreements:agreement:read"
    AGREEMENT_REPLAY = "agreements:replay:make"
    AGREEMENT_REVIEW = "agreements:review:record"
    AGREEMENT_SIGN = "agreements:signature:give"
    AGREEMENT_SUSPEND = "agreements:agreement:suspend"
    DESK_READ = "desk:desk:read"
    DESK_CHANGE = "desk:desk:change"
    LEDGER_READ = "ledger:ledger:read"
    ENTRY_READ = "ledger:entry:read"
    HANDOVER_CHANGE = "desk:handover:change"
    EXCHANGE_READ = "exchange:exchange:read"
    ASK_MAKE = "exchange:ask:make"
    ASK_READ = "exchange:ask:read"
    DELIVERY_READ = "exchange:delivery:read"
    DELIVERY_RECEIVE = "exchange:delivery:receive"
    DISCLOSURE_OPEN = "exchange:disclosure:open"
    OUTSIDE_RECORD = "exchange:outside:record"
    MAY_READ = "law:may:read"
    RULE_READ = "law:rule:read"
    QUEUE_READ = "exchange:queue:read"
    TASK_READ = "exchange:task:read"
    TASK_ANSWER = "exchange:task:answer"
    TASK_APPROVE = "exchange:task:approve"
    TASK_CONCLUDE = "exchange:task:conclude"
    REVIEW_READ = "exchange:review:read"
    REVIEW_DECIDE = "exchange:review:decide"
    KEPT_READ = "exchange:kept:read"
    KEPT_CHANGE = "exchange:kept:change"
    KEPT_HOLD = "exchange:kept:hold"
    ACCOUNTING_ASK = "exchange:accounting:ask"
    ACCOUNTING_READ = "exchange:accounting:read"
    SIGNING_KEY_CHANGE = "directory:signing_key:change"
    SAMPLE_READ = "audit:sample:read"
    SAMPLE_DRAW = "audit:sample:draw"
    SAMPLE_MARK = "audit:sample:mark"
    PAPER_READ = "audit:paper:read"


EVERY: Final = frozenset(Post) - {Post.INTERFACE}
"""Every post that a person holds: an interface speaks over the API."""
_READS_ONLY: Final = frozenset({Post.AUDITOR})
_DRAFTERS: Final = frozenset({Post.AGENCY_HEAD, Post.COUNSEL, Post.LIAISON})
"""Who writes texts of agreements: nobody is bound by a draft."""
_AUDITOR: Final = frozenset({Post.AUDITOR})
_SECURITY: Final = frozenset({Post.SECURITY_OFFICER})
_EXCHANGE: Final = EVERY - {Post.SECURITY_OFFICER, Post.TRAINING_OFFICER}
_ASKERS: Final = frozenset({Post.LIAISON, Post.RECORDS_SUPERVISOR, Post.RECORDS_CLERK, Post.COMMANDER, Post.ANALYST})
"""Who asks, and receives what it asked for; whether the post is trained for it the gate looks at each ask."""
_OPENERS: Final = frozenset({Post.PRIVACY_OFFICER, Post.RECORDS_SUPERVISOR})
_TELLERS: Final = frozenset({Post.LIAISON, Post.RECORDS_SUPERVISOR, Post.RECORDS_CLERK, Post.COMMANDER})
_RECORDS: Final = frozenset({Post.RECORDS_CLERK, Post.RECORDS_SUPERVISOR})
_PRIVACY: Final = frozenset({Post.PRIVACY_OFFICER})
_APPROVERS: Final = frozenset(
    {Post.LIAISON, Post.RECORDS_SUPERVISOR, Post.PRIVACY_OFFICER, Post.COUNSEL, Post.AGENCY_HEAD, Post.COMMANDER}
)
"""Posts that a rule or a clause may name to approve what leaves."""
_KEEPERS: Final = frozenset({Post.RECORDS_SUPERVISOR, Post.PRIVACY_OFFICER, Post.COUNSEL})
_HEAD: Final = frozenset({Post.AGENCY_HEAD})
_RESPONSIBLE: Final = _HEAD | {Post.COUNSEL, Post.PRIVACY_OFFICER}
"""Who answers for agreements: the commands ask for the same posts."""

MAY: Final[Mapping[Permission, frozenset[Post]]] = MappingProxyType(
    {
        Permission.ACCOUNT_READ: _SECURITY,
        Permission.ACCOUNT_OPEN: _SECURITY,
        Permission.ACCOUNT_CHANGE: _SECURITY,
        Permission.AGENCY_READ: EVERY,
        Permission.AGREEMENT_IMPORT: _DRAFTERS,
        Permission.AGREEMENT_ATTEST: _RESPONSIBLE,
        Permission.AGREEMENT_COMMENT: EVERY - {Post.AUDITOR},
        Permission.AGREEMENT_DRAFT: _RESPONSIBLE | {Post.LIAISON, Post.COMMANDER},
        Permission.AGREEMENT_END: _HEAD,
        Permission.AGREEMENT_FORCE: _HEAD | {Post.COUNSEL},
        Permission.AGREEMENT_PUBLISH: frozenset({Post.COUNSEL, Post.PRIVACY_OFFICER}),
        Permission.AGREEMENT_READ: EVERY,
        Permission.AGREEMENT_REPLAY: _RESPONSIBLE | {Post.AUDITOR},
        Permission.AGREEMENT_REVIEW: _RESPONSIBLE,
        Permission.AGREEMENT_SIGN: _HEAD,
        Permission.AGREEMENT_SUSPEND: _RESPONSIBLE,
        Permission.DESK_READ: EVERY,
        Permission.DESK_CHANGE: EVERY,
        Permission.LEDGER_READ: EVERY,
        Permission.ENTRY_READ: EVERY,
        Permission.HANDOVER_CHANGE: EVERY - _READS_ONLY,
        Permission.EXCHANGE_READ: _EXCHANGE,
        Permission.ASK_MAKE: _ASKERS,
        Permission.ASK_READ: _EXCHANGE,
        Permission.DELIVERY_READ: _EXCHANGE,
        Permission.DELIVERY_RECEIVE: _ASKERS,
        Permission.DISCLOSURE_OPEN: _OPENERS,
        Permission.OUTSIDE_RECORD: _TELLERS,
        Permission.MAY_READ: EVERY,
        Permission.RULE_READ: EVERY,
        Permission.QUEUE_READ: _APPROVERS | _RECORDS,
        Permission.TASK_READ: _APPROVERS | _RECORDS,
        Permission.TASK_ANSWER: _RECORDS,
        Permission.TASK_APPROVE: _APPROVERS,
        Permission.TASK_CONCLUDE: frozenset({Post.LIAISON, Post.RECORDS_SUPERVISOR, Post.PRIVACY_OFFICER}),
        Permission.REVIEW_READ: _PRIVACY,
        Permission.REVIEW_DECIDE: _PRIVACY,
        Permission.KEPT_READ: _KEEPERS,
        Permission.KEPT_CHANGE: frozenset({Post.RECORDS_SUPERVISOR}),
        Permission.KEPT_HOLD: _KEEPERS,
        Permission.ACCOUNTING_ASK: _RECORDS | _PRIVACY | {Post.LIAISON},
        Permission.ACCOUNTING_READ: _PRIVACY,
        Permission.SIGNING_KEY_CHANGE: _HEAD,
        Permission.SAMPLE_READ: _AUDITOR,
        Permission.SAMPLE_DRAW: _AUDITOR,
        Permission.SAMPLE_MARK: _AUDITOR,
        Permission.PAPER_READ: _AUDITOR,
    }
)
