"""A subject of an agency's identity provider is one account of that agency, and nobody else's."""

import psycopg
import pytest

from comity.config.node import Role
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import reading

STEWARD = node_actor(Duty.STEWARD)
BLIND, OTHER = b"a" * 32, b"b" * 32


@pytest.fixture
def do(demo):
    from comity.standing.accounts import commands

    return commands


@pytest.fixture
def officer(demo):
    return demo.actor("az-dps", "security")


def opened(demo, do, by, reference="0007", name="az-dps.clerk"):
    return do.open_account(by=by, now=demo.clock(), agency="az-dps", reference=reference, username=name).account_id


def linked(demo, do, by, account_id, *, agency=None, blind=BLIND, provider="dps"):
    do.link_identity(
        by=by, now=demo.clock(), account_id=account_id, provider=provider,
        provider_agency=str(agency or by.agency_id), subject_blind=blind,
    )  # fmt: skip


def whose(provider="dps", blind=BLIND):
    from comity.standing.accounts.selectors import find_identified

    found = find_identified(provider=provider, subject_blind=blind)
    return None if found is None else found.id


def test_a_link_lets_its_subject_be_found_until_it_is_ended(demo, do, officer):
    from comity.standing.accounts.selectors import list_identities

    account_id = opened(demo, do, officer)
    linked(demo, do, officer, account_id)
    assert (whose(), whose("other"), whose(blind=OTHER)) == (account_id, None, None)
    with reading(officer):
        assert [one.provider for one in list_identities(account_id)] == ["dps"]
    do.unlink_identity(by=officer, now=demo.clock(), account_id=account_id, provider="dps")
    assert whose() is None
    with pytest.raises(do.AccountStateError, match="not linked"):
        do.unlink_identity(by=officer, now=demo.clock(), account_id=account_id, provider="dps")
    linked(demo, do, officer, account_id, blind=OTHER)
    assert whose(blind=OTHER) == account_id
    demo.sequence()
    assert demo.verify().is_clean


def test_a_subject_has_one_account_and_an_account_one_subject_of_a_provider(demo, do, officer):
    first, second = opened(demo, do, officer), opened(demo, do, officer, "0008", "az-dps.other")
    linked(demo, do, officer, first)
    with pytest.raises(do.IdentityRefusedError, match="the subject"):
        linked(demo, do, officer, second)
    with pytest.raises(do.IdentityRefusedError, match="the account"):
        linked(demo, do, officer, first, blind=OTHER)


def test_no_provider_of_another_agency_is_linked_by_anybody(demo, do, officer):
    from comity.standing.accounts.selectors import NoAccountError, get_signed_in

    account_id, sheriff = opened(demo, do, officer), demo.actor("pima-so", "security")
    with pytest.raises(do.IdentityRefusedError, match="another agency"):
        linked(demo, do, officer, account_id, agency=sheriff.agency_id)
    with pytest.raises(NoAccountError):
        linked(demo, do, sheriff, account_id)
    with pytest.raises(do.IdentityRefusedError, match="another agency"):
        do.link_own_identity(
            by=STEWARD, now=demo.clock(), account=get_signed_in(account_id), provider="pima",
            provider_agency=str(sheriff.agency_id), subject_blind=BLIND,
        )  # fmt: skip
    with demo.connect(Role.SIGNIN) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(
            "INSERT INTO accounts_identity (id, account_id, agency_id, provider, subject_blind, linked_at)"
            " VALUES (gen_random_uuid(), %s, %s, 'x', %s, now())",
            (account_id, sheriff.agency_id, BLIND),
        )
    assert demo.look("SELECT count(*) FROM accounts_identity") == [(0,)]


@pytest.mark.parametrize("post", [("az-dps", "head"), ("az-dps", "auditor")])
def test_no_other_post_links(demo, do, officer, post):
    from comity.standing.accounts.selectors import NoAccountError

    account_id = opened(demo, do, officer)
    with pytest.raises((do.NotSecurityOfficerError, NoAccountError)):
        linked(demo, do, demo.actor(*post), account_id)


def test_no_page_reads_what_a_subject_is_known_by(demo):
    with demo.connect(Role.APP) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("SELECT subject_blind FROM accounts_identity")


def test_who_proved_both_links_once(demo, do, officer):
    from comity.standing.accounts.selectors import get_signed_in

    account = get_signed_in(opened(demo, do, officer))

    def own():
        do.link_own_identity(
            by=STEWARD, now=demo.clock(), account=account, provider="dps",
            provider_agency=str(account.agency_id), subject_blind=BLIND,
        )  # fmt: skip

    own()
    assert whose() == account.id
    with pytest.raises(do.IdentityRefusedError):
        own()
    assert demo.look("SELECT detail FROM accounts_event WHERE act = 'account.identity_linked'") == [
        ({"method": "own", "provider": "dps"},)
    ]
