"""`comity agreement redline`, `blame`: versions of an agreement compared; who offered what, and brought which words."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.redline_parts import Sheet, Side
from comity.doors.cli.redline_sheet import show_sheet
from comity.doors.cli.say import moment, say, say_json, say_table, shown
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.facts import AgreementFacts, EventFacts, VersionFacts
from comity.standing.agreements.selectors import get_agreement_by_code, list_events, list_versions
from comity.standing.agreements.versions import Offer, blame_versions, compare_versions, list_offers
from comity.standing.directory.selectors import list_agencies

_STEWARD = "the node's steward"


def compare(
    *, code: str, older: int | None, newer: int | None, around: int | None, language: str, html: str | None, form: str
) -> None:
    """Show what changed between two versions, and who offered each."""
    agreement, versions, events, names = _read(code)
    found = compare_versions(agreement, versions=versions, events=events, older=older, newer=newer, language=language)
    sheet = Sheet(
        title=found.new.title,
        old=_side(code, found.old, names),
        new=_side(code, found.new, names),
        head=found.head,
        changes=found.changes,
        terms=found.terms,
    )
    show_sheet(sheet, around=around, language=language, html=html, form=form)


def show_blame(*, code: str, newer: int | None, form: str) -> None:
    """Print the text in runs, each with the version that brought it; and who offered each version."""
    agreement, versions, events, names = _read(code)
    runs = blame_versions(agreement, versions=versions, newer=newer)
    offers = {offer.number: offer for offer in list_offers(versions, events=events)}
    if form == "json":
        for run in runs:
            offer = offers[run.number]
            say_json({"version": run.number, "by": _by(offer, names), "at": offer.offered_at, "text": run.text})
        return
    count = {number: sum(len(run.text.split()) for run in runs if run.number == number) for number in offers}
    rows = [(one.number, _by(one, names), moment(one.offered_at), count[one.number]) for one in offers.values()]
    say_table(("version", "offered by", "at", "words of it that stand"), rows)
    say("")
    width = len(str(max(offers)))
    for run in runs:
        for line in filter(None, (" ".join(part.split()) for part in run.text.split("\n\n"))):
            say(f"{run.number:>{width}} │ {shown(line)}")


def _read(code: str) -> tuple[AgreementFacts, Sequence[VersionFacts], Sequence[EventFacts], Mapping[UUID, str]]:
    with reading(STEWARD):
        agreement = get_agreement_by_code(code)
        versions, events = list_versions(agreement.id), list_events(agreement.id)
        agencies = list_agencies({event.agency_id for event in events})
    return agreement, versions, events, {agency_id: one.code for agency_id, one in agencies.items()}


def _side(code: str, offer: Offer, names: Mapping[UUID, str]) -> Side:
    return Side(f"version {offer.number} of {code}", _by(offer, names), offer.offered_at, offer.digest)


def _by(offer: Offer, names: Mapping[UUID, str]) -> str:
    return names.get(offer.agency_id, _STEWARD) if offer.agency_id else ""
