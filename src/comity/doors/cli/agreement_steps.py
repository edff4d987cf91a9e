"""`comity agreement`: from a file to force: draft, offer, sign, put in force; and the end."""

from datetime import datetime
from enum import StrEnum
from typing import Final, TypedDict
from uuid import UUID

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.letter_act import LetterAct
from comity.doors.cli.mistakes import UNUSABLE, MistakeError, tell
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, say
from comity.doors.cli.terms_file import read_written
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.checking import Written
from comity.standing.agreements.commands import (
    Entered,
    Letter,
    Scheduled,
    draft_agreement,
    offer_agreement,
    put_in_force,
    resume_agreement,
    revise_draft,
    supersede_agreement,
    suspend_agreement,
    terminate_agreement,
    withdraw_notice,
)
from comity.standing.agreements.facts import AgreementFacts, NotPartyError, VersionFacts
from comity.standing.agreements.selectors import (
    NoSuchAgreementError,
    get_agreement_by_code,
    list_agreements,
    list_versions,
)
from comity.standing.agreements.vocabulary import SuspensionReason, TerminationReason


class _Given(TypedDict):
    by: Actor
    now: datetime
    agreement_id: UUID
    letter: Letter


_HEAD: Final = "read it with `comity agreement show {code} --text --clauses --offered`"


def draft(node: Node, *, content: bytes, acting: str) -> int:
    """Write a draft, or the next text of an agreement that is there; return the exit code.

    A file that offering would refuse is not drafted: every problem is printed.
    """
    by = acting_as(acting)
    written, problems = read_written(content)
    if written is None:
        for problem in problems:
            tell(problem)
        say(f"{len(problems)} problems: nothing was written")
        return UNUSABLE
    with reading(STEWARD):
        known = {agreement.code: agreement for agreement in list_agreements()}.get(written.code)
    if known is None:
        _draft_new(node, written, by=by)
    else:
        _revise(node, written, known, by=by)
    say(f"`{written.code}` is drafted, nobody is bound")
    say(f"→ `comity agreement offer {written.code} --as {acting}` makes it a version that nothing changes any more")
    return 0


def _draft_new(node: Node, written: Written, *, by: Actor) -> None:
    draft_agreement(
        by=by,
        now=node.now(),
        code=written.code,
        title=written.title,
        kind=written.kind,
        parties=written.parties,
        text=written.text,
        terms=written.terms,
        period=written.period,
    )


def _revise(node: Node, written: Written, known: AgreementFacts, *, by: Actor) -> None:
    if written.kind != known.kind:
        raise MistakeError("kind", f"`{known.code}` is a `{known.kind.value}`", "draft another agreement")
    parties = {party.agency_code: party.role for party in known.parties}
    if dict(written.parties) != parties:
        told = ", ".join(f"{code} ({role.value})" for code, role in sorted(parties.items()))
        raise MistakeError("parties", f"the parties of `{known.code}` are {told}", "draft another agreement")
    revise_draft(
        by=by,
        now=node.now(),
        agreement_id=known.id,
        title=written.title,
        text=written.text,
        terms=written.terms,
        period=written.period,
    )


def offer(node: Node, *, code: str, acting: str) -> None:
    """Offer the acting agency's draft as the next version."""
    by = acting_as(acting)
    found = _find(code, by)
    offer_agreement(by=by, now=node.now(), agreement_id=found.id)
    version = _newest(found)
    say(f"version {version.number} of `{code}` is offered, digest {version.digest}")
    say(f"→ {_HEAD.format(code=code)}; `comity agreement status {code}` says what is missing")


def into_force(node: Node, *, code: str, acting: str) -> None:
    """Put the version that every party has signed in force."""
    by = acting_as(acting)
    found = _find(code, by)
    match put_in_force(by=by, now=node.now(), agreement_id=found.id):
        case Scheduled(number, since):
            told = f"takes the place of the present one at {moment(since)}, while the worker runs"
            say(f"version {number} of `{code}` {told}")
        case Entered(number):
            say(f"`{code}` is in force: the gate follows version {number} within its period")


def terminate(node: Node, *, code: str, acting: str, reason: TerminationReason) -> None:
    """End an agreement for good, as head of a party, with the notice its text states."""
    by = acting_as(acting)
    now = node.now()
    ends_at = terminate_agreement(by=by, now=now, agreement_id=_find(code, by).id, reason=reason)
    if ends_at is None:
        say(f"your agency agrees to end `{code}`; it ends once the head of every party has said so")
    elif ends_at > now:
        say(f"notice is given: `{code}` ends at {moment(ends_at)}, and stays in force until then")
        say(f"→ `comity agreement withdraw-notice {code} --as {acting}` takes it back before")
    else:
        say(f"`{code}` has ended; limits on passing on what was received under it stay")


def withdraw(node: Node, *, code: str, acting: str) -> None:
    """Take back a notice, as head of the party that gave it."""
    by = acting_as(acting)
    withdraw_notice(by=by, now=node.now(), agreement_id=_find(code, by).id)
    say(f"the notice is taken back: `{code}` goes on")


def enter_letter(node: Node, *, code: str, party: str, act: LetterAct, reason: str, document: str) -> None:
    """Do what a party of another node wrote, as the steward; `document`: the SHA-256 of the letter."""
    found = _find(code)
    if reason and act not in {LetterAct.SUSPEND, LetterAct.TERMINATE}:
        raise MistakeError("--reason", f"is not recorded with `{act.value}`", "leave it out")
    try:
        agency = found.agency_of(party)
    except NotPartyError as error:
        raise MistakeError("--from", str(error)) from None
    letter = Letter(agency, document)
    now = node.now()
    given: _Given = {"by": STEWARD, "now": now, "agreement_id": found.id, "letter": letter}
    match act:
        case LetterAct.SUSPEND:
            suspend_agreement(reason=SuspensionReason(_reason(reason, SuspensionReason)), **given)
            say(f"`{code}` is suspended by letter of {party}: nothing leaves under it")
        case LetterAct.RESUME:
            resume_agreement(**given)
            say(f"`{code}` is resumed by letter of {party}")
        case LetterAct.TERMINATE:
            ends_at = terminate_agreement(reason=TerminationReason(_reason(reason, TerminationReason)), **given)
            told = "once every party has agreed" if ends_at is None else f"at {moment(ends_at)}"
            say(f"`{code}` ends {told}, by letter of {party}")
        case LetterAct.WITHDRAW_NOTICE:
            withdraw_notice(**given)
            say(f"the notice of {party} is taken back by its letter: `{code}` goes on")


def _reason(given: str, words: type[StrEnum]) -> str:
    known = [word.value for word in words]
    if given not in known:
        raise MistakeError("--reason", f"`{given}` is no reason for this", f"one of: {', '.join(known)}")
    return given


def supersede(node: Node, *, code: str, successor: str, acting: str) -> None:
    """End an agreement because another takes its place, as head of a party."""
    by = acting_as(acting)
    with reading(by):
        found = get_agreement_by_code(code)
        try:
            next_one = get_agreement_by_code(successor)
        except NoSuchAgreementError as error:
            raise MistakeError("--successor", str(error), "`comity agreement list` shows the codes") from None
    supersede_agreement(by=by, now=node.now(), agreement_id=found.id, successor_id=next_one.id)
    say(f"`{code}` is superseded by `{successor}`; limits on passing on what was received under it stay")


def _find(code: str, by: Actor = STEWARD) -> AgreementFacts:
    with reading(by):
        return get_agreement_by_code(code)


def _newest(agreement: AgreementFacts) -> VersionFacts:
    with reading(STEWARD):
        return list_versions(agreement.id)[-1]
