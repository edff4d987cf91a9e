"""An ask under an agreement that does not hold says which of its states it is in, and what to do."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.demo.conclude import conclude as conclude_demo
from comity.standing.agreements.selectors import get_agreement_by_code, get_version
from comity.standing.agreements.vocabulary import AgreementKind, PartyRole, SuspensionReason, TerminationReason

CODE = "test-mou"
PARTIES = ("hsi-arizona", "az-dps")
CLAUSE = {
    "id": "cases",
    "kind": "share",
    "from": ["az-dps"],
    "to": ["hsi-arizona"],
    "purposes": ["criminal_investigation"],
    "categories": ["case"],
    "elements": ["person_name"],
}


@pytest.fixture
def heads(office):
    return [office.node.actor(code, "head") for code in PARTIES]


@pytest.fixture
def draft(office, heads):
    """Draft an agreement of a period given in days from now."""

    def make(*, code: str = CODE, days: tuple[int, int] = (-30, 30)):
        now = office.now()
        return do.draft_agreement(
            by=heads[0],
            now=now - timedelta(days=20),
            code=code,
            title="Memorandum",
            kind=AgreementKind.SHARING_MOU,
            parties={PARTIES[0]: PartyRole.FEDERAL, PARTIES[1]: PartyRole.STATE},
            text="1 Purpose. To share.\n",
            terms={"schema": "comity/terms/1", "clauses": [CLAUSE]},
            period=Period(now + timedelta(days=days[0]), now + timedelta(days=days[1])),
        )

    return make


@pytest.fixture
def conclude(office, heads):
    """Offer, sign and put in force, twenty days ago."""

    def run(agreement_id) -> None:
        then = office.now() - timedelta(days=20)
        version_id = do.offer_agreement(by=heads[0], now=then, agreement_id=agreement_id)
        with reading(heads[0]):
            version = get_version(version_id)
        conclude_demo(version, by=node_actor(Duty.STEWARD), now=then)

    return run


Reach = Callable[[], None]


@pytest.fixture
def reach(office, heads, draft, conclude):
    """Bring the agreement into a state."""
    by = {"by": heads[0], "now": office.now()}

    def suspended() -> None:
        agreement_id = draft()
        conclude(agreement_id)
        do.suspend_agreement(**by, agreement_id=agreement_id, reason=SuspensionReason.LEGAL_REVIEW)

    def terminated() -> None:
        agreement_id = draft()
        conclude(agreement_id)
        do.terminate_agreement(**by, agreement_id=agreement_id, reason=TerminationReason.COURT_ORDER)

    def superseded() -> None:
        agreement_id, successor_id = draft(), draft(code="new-mou")
        for one in (agreement_id, successor_id):
            conclude(one)
        do.supersede_agreement(**by, agreement_id=agreement_id, successor_id=successor_id)

    def offered() -> None:
        do.offer_agreement(**by, agreement_id=draft())

    return {
        "draft": draft,
        "offered": offered,
        "suspended": suspended,
        "terminated": terminated,
        "superseded": superseded,
        "expired": lambda: conclude(draft(days=(-30, -1))),
        "coming": lambda: conclude(draft(days=(5, 30))),
    }


@pytest.mark.parametrize(
    ("state", "says", "remedy"),
    [
        ("draft", "is not in force yet: it is `draft`", "have its parties sign it"),
        ("offered", "is not in force yet: it is `offered`", "have its parties sign it"),
        ("coming", "is not in force yet: it begins on ", "ask again from that day on"),
        ("suspended", "is suspended", "wait until it is resumed"),
        ("terminated", "is terminated", "name another"),
        ("superseded", "is superseded", "name `new-mou`"),
        ("expired", "expired on ", "put a new version in force"),
    ],
)
def test_agreement_that_does_not_hold_says_why_and_what_to_do(office, asker, ask, reach, state, says, remedy):
    reach[state]()
    stored = office.stored()
    body = ask(agreement=CODE, elements=["person_name"])
    preview = {name: value for name, value in body.items() if name not in {"ask_id", "reference"}}
    for path, sent in (("/asks", body), ("/asks/preview", preview)):
        refused = asker.post(path, sent)
        assert refused.status_code == 422, refused.content
        [error] = refused.json()["errors"]
        assert error["field"] == "agreement"
        assert error["message"].startswith(f"`{CODE}` {says}")
        assert remedy in error["remedy"]
        assert "legal_review" not in refused.content.decode()
    assert office.stored() == stored


def test_agreement_in_force_with_others_is_told_not_to_bind_the_holder(asker, ask, draft, conclude):
    conclude(draft())
    assert asker.post("/asks", ask(agreement=CODE, elements=["person_name"])).status_code == 201
    [error] = asker.post("/asks", ask(agreement=CODE, holder="pima-so")).json()["errors"]
    assert error["message"] == f"`{CODE}` is in force, but not for what `pima-so` sends to you"
    with reading(asker.actor):
        assert get_agreement_by_code(CODE).state == "in_force"
