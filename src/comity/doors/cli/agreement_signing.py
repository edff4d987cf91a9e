"""`comity agreement`: what lies between an offer and its force: reviews, confirmations, signatures, words about it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.input import hash_file
from comity.doors.cli.mistakes import NOT_WELL, MistakeError
from comity.doors.cli.new_file import write_new
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, say, say_json, say_table
from comity.doors.cli.signing import Means, signature_by
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import (
    attest_signature,
    comment_on_version,
    confirm_clauses,
    record_review,
    sign_agreement,
)
from comity.standing.agreements.conflicts import Conflict, find_conflicts
from comity.standing.agreements.digest import signed_digest
from comity.standing.agreements.due import WARN_DAYS, is_near
from comity.standing.agreements.facts import AgreementFacts, ReviewFacts, SignatureFacts, VersionFacts
from comity.standing.agreements.readiness import PAPER_WITNESSES, Readiness
from comity.standing.agreements.reviews import REVIEWERS
from comity.standing.agreements.selectors import (
    get_agreement_by_code,
    get_readiness,
    get_weighing,
    list_all_due,
    list_comments,
    list_reviews,
    list_signatures,
    list_versions,
)
from comity.standing.agreements.vocabulary import Finding, ReviewKind
from comity.standing.directory.selectors import list_agencies, list_posts
from comity.standing.law.catalogue import load_catalogue

_READ: Final = "read it with `comity agreement show {code} --text --clauses --offered`"
_SHOWN: Final = 12


def status(node: Node, *, code: str, form: str) -> int:
    """Print what the newest version lacks before it may be in force, and what of it the law keeps back anyway.

    Returns 1 while something is missing.
    """
    agreement, version = find_on_offer(code)
    with reading(STEWARD):
        lacks = get_readiness(version.id)
        reviews, signatures = list_reviews(version.id), list_signatures(version.id)
        weighing = get_weighing(version.id, node.now())
    conflicts = find_conflicts(weighing, load_catalogue())
    parties = {party.agency_id: party.agency_code for party in agreement.parties}
    if form == "json":
        say_json(
            {
                "code": code,
                "version": version.number,
                "digest": version.digest,
                "is_ready": lacks.is_ready,
                "unreviewed": [{"kind": one.kind, "agency": one.agency} for one in lacks.unreviewed],
                "unconfirmed": lacks.unconfirmed,
                "confirmed_by_one_alone": lacks.confirmed_by_one_alone,
                "unconfirmed_by_sender": lacks.unconfirmed_by_sender,
                "unsigned": lacks.unsigned,
                "attested_by_others_alone": lacks.attested_by_others_alone,
                "kept_back_by_law": [_as_json(one) for one in conflicts],
            }
        )
        return 0 if lacks.is_ready else NOT_WELL
    say(f"`{code}`, version {version.number}, offered {moment(version.offered_at)}, digest {version.digest}")
    rows = [("✗", "review", f"{_said(one.kind)} of {one.agency}", _reviewer(one.kind)) for one in lacks.unreviewed]
    rows += [("✗", "confirmation", name, "nobody confirmed it") for name in lacks.unconfirmed[:_SHOWN]]
    rows += [
        ("✗", "confirmation", name, "it permits: a second person") for name in lacks.confirmed_by_one_alone[:_SHOWN]
    ]
    rows += [
        ("✗", "confirmation", name, "it permits: a post of every sender")
        for name in lacks.unconfirmed_by_sender[:_SHOWN]
    ]
    rows += [("✗", "signature", party, _signer(party, lacks)) for party in lacks.unsigned]
    rows += [(_counts(one, lacks), "review", f"{_said(one.kind)} of {one.agency}", _found(one)) for one in reviews]
    signed = [(parties[one.for_agency_id], _how(one)) for one in signatures]
    rows += [("·" if party in lacks.unsigned else "✓", "signature", party, how) for party, how in signed]
    say_table(("", "what", "of", "how"), rows)
    more = sum(
        max(0, len(names) - _SHOWN)
        for names in (lacks.unconfirmed, lacks.confirmed_by_one_alone, lacks.unconfirmed_by_sender)
    )
    if more:
        say(f"… and {more} clauses more to confirm; `--json` lists them all")
    for one in conflicts:
        say(_kept_back(one))
    if conflicts:
        say("→ `comity law show RULE` says why; a clause has no more effect than that leaves it")
    entered = "nothing is missing: it was put in force" if version.id == agreement.current_version_id else ""
    ready = entered or f"nothing is missing: `comity agreement put-in-force {code}`"
    say("", ready if lacks.is_ready else "not ready", style="bold")
    return 0 if lacks.is_ready else NOT_WELL


def _as_json(one: Conflict) -> dict[str, object]:
    return {
        "clause": one.clause,
        "rules": one.rules,
        "elements": one.elements,
        "is_held": one.is_held,
        "unless": one.unless,
    }


def _kept_back(one: Conflict) -> str:
    named, between, rules = ", ".join(one.elements), f"{one.pair[0]} to {one.pair[1]}", ", ".join(one.rules)
    if one.unless:
        shown = "; ".join(load_catalogue().evidence[code].label("en") for code in one.unless)
        looked_for = f"what {rules} look for: {shown}"
        return f"· clause `{one.clause}`: {named}, {between}, leave only where the holder has recorded {looked_for}"
    what = "counsel decides each time over" if one.is_held else "the law never lets go of"
    return f"! clause `{one.clause}` permits what {what} {named}, {between}: {rules}"


def _counts(one: ReviewFacts, lacks: Readiness) -> str:
    is_open = any((needed.kind, needed.agency) == (one.kind, one.agency) for needed in lacks.unreviewed)
    return "·" if is_open else "✓"


def _found(one: ReviewFacts) -> str:
    return one.finding.value.replace("_", " ")


def _said(kind: ReviewKind) -> str:
    return kind.value.replace("_", " ")


def _reviewer(kind: ReviewKind) -> str:
    return f"recorded by its {REVIEWERS[kind].value.replace('_', ' ')}"


def _signer(party: str, lacks: Readiness) -> str:
    if party in lacks.attested_by_others_alone:
        return "others attest its paper: its own head or counsel"
    return "its head by key or passkey, or two posts on paper"


def _how(one: SignatureFacts) -> str:
    return f"{one.method.value} {one.key_id or one.scan_sha256[:16]}" + (f" ({one.note})" if one.note else "")


def review(
    node: Node,
    *,
    code: str,
    digest: str,
    kind: ReviewKind,
    agency: str | None,
    finding: Finding,
    document: str,
    reason: str,
    acting: str,
) -> None:
    """Record a review of the version whose digest was reviewed; of the document only its hash is kept."""
    duty = Duty.STEWARD if agency is not None else Duty.AGENCY
    by = acting_as(acting, duty=duty)
    with reading(STEWARD):
        own = list_agencies({by.agency_id})[by.agency_id].code
    agreement, version = find_on_offer(code, by)
    record_review(
        by=by,
        now=node.now(),
        agreement_id=agreement.id,
        digest=digest,
        kind=kind,
        agency=agency or own,
        finding=finding,
        document_sha256=hash_file(document, "--document"),
        reason=reason,
    )
    say(f"{_said(kind)} of `{agency or own}` recorded for version {version.number}: {finding.value}")


def confirm(node: Node, *, code: str, digest: str, clauses: Collection[str] | None, acting: str) -> None:
    """Confirm clauses of the version that was read: that they say what the text says."""
    by = acting_as(acting)
    agreement, version = find_on_offer(code, by)
    done = confirm_clauses(by=by, now=node.now(), agreement_id=agreement.id, digest=digest, clauses=clauses)
    with reading(STEWARD):
        lacks = get_readiness(version.id)
    say(f"{len(done)} clauses of version {version.number} confirmed" if done else "your post had confirmed them all")
    if lacks.confirmed_by_one_alone:
        say(f"→ {len(lacks.confirmed_by_one_alone)} of them permit: a second person, in another post, confirms those")
    elif lacks.unconfirmed_by_sender:
        permit = len(lacks.unconfirmed_by_sender)
        say(f"→ {permit} of them permit: a post of every agency that would send confirms those")
    elif not lacks.unconfirmed:
        say("→ every clause is confirmed by as many as it needs")


def digest_to_sign(*, code: str, agency: str, out: str | None, form: str) -> None:
    """Print what a party's key signs to be bound to the version on offer; write its 32 bytes to the new file `out`."""
    agreement, version = find_on_offer(code)
    agreement.agency_of(agency)
    found = signed_digest(version=version.digest, agency=agency)
    if out is not None:
        write_new("--out", out, found)
    if form == "json":
        say_json({"version": version.number, "version_digest": version.digest, "agency": agency, "digest": found.hex()})
        return
    say(f"version {version.number} of `{code}`, {version.digest}; for `{agency}` its key signs:", found.hex())
    if out is not None:
        note(f"its 32 bytes are in {out}: sign that file, then `comity agreement sign … --signature FILE --key-id ID`")


def sign(node: Node, *, code: str, digest: str, acting: str, means: Means) -> None:
    """Sign the version whose digest was read, as head of a party, by a key the agency published."""
    by = acting_as(acting)
    agreement, _ = find_on_offer(code, by)
    own = next((party.agency_code for party in agreement.parties if party.agency_id == by.agency_id), "")
    signature = signature_by(means, by, signed_digest(version=digest, agency=own), node.now())
    sign_agreement(by=by, now=node.now(), agreement_id=agreement.id, digest=digest, signature=signature)
    say_signed(code, acting)


def attest(
    node: Node, *, code: str, digest: str, agency: str, scan: str | None, scan_sha256: str | None, acting: str
) -> None:
    """Attest a party's signature on paper, by the hash of its scan."""
    if (scan is None) == (scan_sha256 is None):
        raise MistakeError("--scan, --scan-sha256", "one of the two is needed", "give the scan's file, or its hash")
    by = acting_as(acting)
    agreement, version = find_on_offer(code, by)
    found = scan_sha256 or hash_file(str(scan), "--scan")
    seen = attest_signature(
        by=by, now=node.now(), agreement_id=agreement.id, digest=digest, agency=agency, scan_sha256=found
    )
    posts = "post attests" if seen == 1 else "posts attest"
    say(f"attested: {seen} {posts} the signature of `{agency}` ({PAPER_WITNESSES} are needed), scan {found}")
    with reading(STEWARD):
        lacks = get_readiness(version.id)
    if agency in lacks.attested_by_others_alone:
        say(f"→ head or counsel of `{agency}` attests the same scan: others do not bind it")
    elif agency in lacks.unsigned:
        say("→ another person, in another post, attests the same scan")
    else:
        say_signed(code, acting)


def due(node: Node, *, within: int | None, form: str) -> None:
    """Print what falls due under the agreements in force, the earliest first."""
    now = node.now()
    with reading(STEWARD):
        found = [one for one in list_all_due(now) if within is None or one.at - now <= timedelta(days=within)]
    if form == "json":
        for one in found:
            say_json({"at": one.at, "agreement": one.agreement, "kind": one.kind, "is_near": is_near(one, now)})
        return
    if not found:
        say("nothing falls due")
        return
    rows = [("!" if is_near(one, now) else "", moment(one.at), one.agreement, one.kind.value.replace("_", " "))
            for one in found]  # fmt: skip
    say_table(("", "at", "agreement", "what"), rows)
    say(f"! within {WARN_DAYS} days; a new period is a new version: `comity agreement draft`, with the later end")


def comment(
    node: Node, *, code: str, words: str, digest: str | None, place: str, answers: UUID | None, acting: str
) -> None:
    """Say something about the version on offer."""
    by = acting_as(acting)
    agreement, version = find_on_offer(code, by)
    comment_id = comment_on_version(
        by=by,
        now=node.now(),
        agreement_id=agreement.id,
        words=words,
        digest=digest or "",
        place=place,
        answers=answers,
    )
    say(f"said of version {version.number} of `{code}`: comment {comment_id}")


def comments(*, code: str, form: str) -> None:
    """Print what the parties said about the versions of an agreement, oldest first."""
    with reading(STEWARD):
        agreement = get_agreement_by_code(code)
        found = list_comments(agreement.id)
        numbers = {version.id: version.number for version in list_versions(agreement.id)}
        agencies = list_agencies({one.agency_id for one in found})
        posts = list_posts({one.post_id for one in found})
    rows = [
        (one.id, one.at, numbers[one.version_id], one.place,
         f"{agencies[one.agency_id].code}/{posts[one.post_id].code}", one.words, one.answers)
        for one in found
    ]  # fmt: skip
    if form == "json":
        names = ("comment", "at", "version", "place", "by", "words", "answers")
        for row in rows:
            say_json(dict(zip(names, row, strict=True)))
        return
    if not rows:
        say("nobody has said anything yet", f"→ `comity agreement comment {code} WORDS --as AGENCY/POST`")
        return
    say_table(
        ("comment", "at", "version", "about", "by", "says", "answers"),
        [(row[0], moment(row[1]), row[2], row[3] or "the whole", row[4], row[5], row[6] or "") for row in rows],
    )


def say_signed(code: str, acting: str) -> None:
    """Print how many parties have signed by now, and what is to be done next."""
    _, version = find_on_offer(code)
    signed = len(version.signed_by)
    say(f"signed: {signed} of {len(version.parties)} parties have signed version {version.number} of `{code}`")
    with reading(STEWARD):
        is_ready = get_readiness(version.id).is_ready
    if is_ready:
        say(f"→ `comity agreement put-in-force {code} --as {acting}`")
    elif signed == len(version.parties):
        say(f"→ `comity agreement status {code}` says what else is missing")


def find_on_offer(code: str, by: Actor = STEWARD) -> tuple[AgreementFacts, VersionFacts]:
    """Return the agreement as `by` sees it, and its newest version; raises `MistakeError` where none was offered."""
    with reading(by):
        agreement = get_agreement_by_code(code)
        versions = list_versions(agreement.id)
    if not versions:
        raise MistakeError("CODE", f"no version of `{code}` waits", f"`comity agreement offer {code}` offers the draft")
    return agreement, versions[-1]
