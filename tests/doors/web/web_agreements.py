"""Agreements as people at the console make them: what is typed, and a version that waits, reached by commands."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from comity.kernel.time import Period
from comity.spine.tenancy.transaction import reading

HERE = "/console/agreements"
CODE = "vehicles-2027"
TEXT = "1 Purpose. The police tells the sheriff which vehicle is wanted (clause `vehicles`).\n\n2 Keeping. 30 days."
CLAUSE = {
    "id": "vehicles",
    "kind": "share",
    "from": ["az-dps"],
    "to": ["pima-so"],
    "purposes": ["criminal_investigation"],
    "categories": ["case"],
    "elements": ["case_number", "vehicle_description"],
}
CLAUSES = """[[clauses]]
id = "vehicles"
kind = "share"
from = ["az-dps"]
to = ["pima-so"]
purposes = ["criminal_investigation"]
categories = ["case"]
elements = ["case_number", "vehicle_description"]
"""
PAPER = sha256(b"a paper").hexdigest()


def typed(**changes: str) -> dict[str, str]:
    """What is typed into the form of a new agreement."""
    return {
        "agreement": CODE,
        "title": "Vehicles wanted",
        "kind": "sharing_mou",
        "parties": "az-dps = state\npima-so = local",
        "starts_at": "2026-01-01T00:00",
        "ends_at": "2029-01-01T00:00",
        "text": TEXT,
        "clauses": CLAUSES,
        "provisions": "",
        "act": "save",
        **changes,
    }


def at(page: str, code: str = CODE) -> str:
    """The address of a page about an agreement."""
    return f"{HERE}/{code}/{page}"


def agreement(node: Any, code: str = CODE) -> Any:
    """How the agreement stands."""
    from comity.standing.agreements.selectors import get_agreement_by_code

    with reading(node.node("steward")):
        return get_agreement_by_code(code)


def newest(node: Any, code: str = CODE) -> Any:
    """The newest version of an agreement."""
    from comity.standing.agreements.selectors import list_versions

    found = agreement(node, code)
    with reading(node.node("steward")):
        return list_versions(found.id)[-1]


def drafted(node: Any) -> None:
    """A draft of the state police."""
    from comity.standing.agreements.commands import draft_agreement
    from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

    now = node.clock()
    draft_agreement(
        by=node.actor("az-dps", "liaison"), now=now, code=CODE, title="Vehicles wanted", kind=AgreementKind.SHARING_MOU,
        parties={"az-dps": PartyRole.STATE, "pima-so": PartyRole.LOCAL}, text=TEXT,
        terms={"schema": "comity/terms/1", "clauses": [CLAUSE]},
        period=Period(now - timedelta(days=1), now + timedelta(days=900)),
    )  # fmt: skip


def offered(node: Any) -> Any:
    """A version on offer between the police and the sheriff; returns it."""
    from comity.standing.agreements.commands import offer_agreement

    drafted(node)
    offer_agreement(by=node.actor("az-dps", "liaison"), now=node.clock(), agreement_id=agreement(node).id)
    return newest(node)


def reviewed(node: Any) -> Any:
    """The same, with every review and confirmation it needs; returns the version."""
    from comity.standing.agreements.commands import confirm_clauses, record_review
    from comity.standing.agreements.vocabulary import Finding, ReviewKind

    version, now = offered(node), node.clock()
    about = {"now": now, "agreement_id": version.agreement_id, "digest": version.digest}
    owed = (
        ("az-dps", "counsel", ReviewKind.ATTORNEY_DETERMINATION),
        ("pima-so", "counsel", ReviewKind.ATTORNEY_DETERMINATION),
        ("az-dps", "privacy", ReviewKind.PRIVACY_ASSESSMENT),
    )
    for agency, post, kind in owed:
        record_review(
            by=node.actor(agency, post), kind=kind, agency=agency, finding=Finding.SATISFIED, document_sha256=PAPER,
            **about,
        )  # fmt: skip
    for agency in ("az-dps", "pima-so"):
        confirm_clauses(by=node.actor(agency, "counsel"), **about)
    return version


def in_force(node: Any) -> Any:
    """An agreement in force between the two, signed by keys; returns the version."""
    from comity.standing.agreements.demo.conclude import conclude

    version = reviewed(node)
    conclude(version, by=node.node("steward"), now=node.clock())
    return version


def published_passkey(node: Any, agency: str) -> Any:
    """A passkey of the agency, published, at this machine's name."""
    from comity.standing.directory.commands import add_passkey
    from software_passkey import LOCAL, SoftwarePasskey

    made, head = SoftwarePasskey(), node.actor(agency, "head")
    add_passkey(
        by=head, now=node.clock(), agency_id=head.agency_id, passkey=made.published(LOCAL), period=Period(node.clock())
    )
    return made


def assertion(made: Any, version: Any, agency: str) -> str:
    """What the browser hands over when the passkey has signed for the agency."""
    from comity.standing.agreements.digest import signed_digest
    from software_passkey import LOCAL

    signed = signed_digest(version=version.digest, agency=agency)
    return msgspec.json.encode(made.assertion(signed, LOCAL)).decode()


def events(node: Any, code: str = CODE) -> list[str]:
    """What happened to the agreement, oldest first."""
    question = "SELECT event FROM agreements_event e JOIN agreements_agreement a ON a.id = e.agreement_id"
    return [row[0] for row in node.look(f"{question} WHERE a.code = %s ORDER BY e.at, e.id", (code,))]
