"""The workpaper of a sample: a page to print, CSV, and JSON with proofs that anyone can check."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.sample import Paper, open_workpaper
from comity.coordination.exchange.samples import NoSampleError
from comity.doors.lists import Column, csv_of
from comity.doors.ring import key_ring
from comity.doors.web.audit.proofs import keys_shown, prove_all
from comity.doors.web.audit.samples import SampledRow, sampled_row
from comity.doors.web.audit.words import FOOTING, headline
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.canonical import plain
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_agencies, list_posts

_AGAIN: Final = {
    "same": _("the same"),
    "differs": _("differs"),
    "not_replayed": _("could not be decided again"),
}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One decision of the workpaper. `again`: same, differs, not_replayed; `where`: classes, or why not."""

    row: SampledRow
    again: str
    where: str
    is_proven: bool
    proof: Mapping[str, Any]

    @property
    def again_label(self) -> str:
        """How it came out when it was decided again, in words."""
        return str(_AGAIN[self.again])


_COLUMNS: Final[tuple[Column[PaperLine], ...]] = (
    Column("place", _("No."), lambda line: line.row.one.place),
    Column("decision", _("Decision"), lambda line: line.row.one.decision_id),
    Column("decided_at", _("Decided"), lambda line: utc_text(line.row.one.decided_at)),
    Column("stage", _("How"), lambda line: line.row.one.stage),
    Column("headline", _("It came to"), lambda line: line.row.one.headline),
    Column("again", _("Decided again"), lambda line: line.again),
    Column("where", _("Where"), lambda line: line.where),
    Column("entry", _("Entry"), lambda line: line.row.one.entry_id),
    Column("leaf", _("Leaf"), lambda line: line.proof.get("leaf_index")),
    Column("proven", _("Proven"), lambda line: "yes" if line.is_proven else "no"),
    Column("mark", _("Looked at"), lambda line: line.row.one.says),
    Column("note", _("Note"), lambda line: line.row.one.mark.note if line.row.one.mark else ""),
)


@page(Permission.PAPER_READ, FOOTING)
def paper(request: HttpRequest, staff: Staff, sample_id: UUID) -> HttpResponse:
    """Give the workpaper; that it was opened is recorded before it is given."""
    try:
        whole = open_workpaper(sample_id=sample_id, by=staff.actor, now=staff.now, keys=key_ring())
    except NoSampleError:
        raise Http404(sample_id) from None
    with reading(staff.actor) as cursor:
        proofs = prove_all(cursor, [one.entry_id for one in whole.decisions])
        agencies = list_agencies({one for row in whole.decisions for one in (row.asker_id, row.holder_id)})
        drawn_by = list_posts([whole.sample.post_id])[whole.sample.post_id]
    lines = [_line(whole, place, agencies, proofs) for place in range(len(whole.decisions))]
    asked = request.GET.get("as")
    if asked == "csv":
        return csv_of(f"workpaper-{sample_id}", lines, _COLUMNS)
    if asked == "json":
        return _as_json(whole, proofs, staff)
    context = {
        "paper": whole,
        "sample": whole.sample,
        "stratum": headline(whole.sample.stratum) if whole.sample.stratum else _("every decision"),
        "results": whole.body["results"],  # type: ignore[index,call-overload] # a JSON object
        "engine": whole.body["methodology"]["engine"],  # type: ignore[index,call-overload] # the same
        "lines": lines,
        "unproven": sum(1 for line in lines if not line.is_proven),
        "drawn_by": drawn_by,
        "keys": keys_shown(),
        "now": staff.now,
    }
    response = show(request, "audit_paper.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _line(
    whole: Paper, place: int, agencies: Mapping[UUID, AgencyFacts], proofs: Mapping[UUID, Mapping[str, Any]]
) -> PaperLine:
    decision = whole.decisions[place]
    finding = next(one for one in whole.findings if one["decision"] == decision.decision_id)
    again = "not_replayed"
    if finding["replayed"]:
        again = "differs" if finding["differences"] else "same"
    where = finding["why_not"] if again == "not_replayed" else ", ".join(one["class"] for one in finding["differences"])
    proof = proofs[decision.entry_id]
    return PaperLine(sampled_row(decision, agencies), again, where, bool(proof["holds"]), proof)


def _as_json(whole: Paper, proofs: Mapping[UUID, Mapping[str, Any]], staff: Staff) -> HttpResponse:
    told = {
        "workpaper": whole.body,
        "sha256": whole.digest,
        "proofs": plain({str(entry): dict(proof) for entry, proof in proofs.items()}),
        "given": {"agency": staff.agency.code, "at": utc_text(staff.now), "post": staff.post.code},
    }
    response = JsonResponse(told, json_dumps_params={"indent": 1, "sort_keys": True})
    response["Content-Disposition"] = f'attachment; filename="workpaper-{whole.sample.id}.json"'
    response["Cache-Control"] = "no-store"
    return response
