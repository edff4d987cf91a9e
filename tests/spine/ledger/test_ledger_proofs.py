from uuid import uuid4

import pytest
from django.db import connections

from comity.spine.ledger.proofs import ProofRangeError
from comity.spine.ledger.prove import (
    NotYetSequencedError,
    UnknownEntryError,
    prove_consistency,
    prove_inclusion,
)
from comity.spine.ledger.selectors import get_checkpoint_note, get_entry, get_status
from comity.spine.tenancy.transaction import reading


@pytest.mark.parametrize("alias", ["default", "public", "verifier"])
def test_every_entry_is_proven_under_the_newest_checkpoint(log, alias):
    ids = log.append(600)
    log.sequence()
    with connections[alias].cursor() as cursor:
        note = get_checkpoint_note(cursor)
        for index in [0, 1, 255, 256, 511, 512, 599]:
            proof = prove_inclusion(cursor, entry_id=ids[index])
            assert (proof.leaf_index, proof.size, proof.note) == (index, 600, note)
            assert proof.holds()


def test_every_earlier_size_is_the_beginning_of_every_later_one(log):
    log.append(530)
    log.sequence()
    with connections["default"].cursor() as cursor:
        for old, new in [(0, 530), (1, 2), (255, 256), (256, 530), (257, 512), (529, 530), (530, 530)]:
            assert prove_consistency(cursor, old_size=old, new_size=new).holds()
        with pytest.raises(ProofRangeError, match="has 530 entries"):
            prove_consistency(cursor, old_size=1, new_size=531)


def test_proof_of_a_waiting_or_unknown_entry_says_so(log):
    (waiting,) = log.append()
    with connections["default"].cursor() as cursor:
        with pytest.raises(NotYetSequencedError, match="ask again"):
            prove_inclusion(cursor, entry_id=waiting)
        with pytest.raises(UnknownEntryError):
            prove_inclusion(cursor, entry_id=uuid4())


def test_status_tells_size_and_backlog(log):
    ids = log.append(3)
    with connections["default"].cursor() as cursor:
        before = get_status(cursor, now=log.clock())
    log.sequence()
    with connections["default"].cursor() as cursor:
        after = get_status(cursor, now=log.clock())
    assert (before.size, before.pending_count, before.root) == (0, 3, None)
    assert (after.size, after.pending_count, after.lag) == (3, 0, None)
    with reading(log.actor) as cursor:
        assert get_entry(cursor, entry_id=ids[1]).leaf_index == 1
        assert get_entry(cursor, entry_id=uuid4()) is None
