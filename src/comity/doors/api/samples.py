"""The auditor's sample: decisions drawn at random by a seed, decided again, as a workpaper anyone can reproduce."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.coordination.exchange.commands.audit import draw_sample
from comity.doors.api.bodies import SampleBody
from comity.doors.api.problems import FieldProblem, ProblemError, unprocessable
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.doors.ring import key_ring
from comity.kernel.canonical import canonical
from comity.kernel.digest import sha256
from comity.kernel.time import EmptyPeriodError, Period, aware
from comity.spine.tenancy.actor import Duty
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["audit"])


class Sample(msgspec.Struct, frozen=True):
    """The workpaper, its SHA-256 (RFC 8785, the same for whoever draws it), the ledger entries to prove."""

    workpaper: dict[str, Any]
    sha256: str
    entries: tuple[UUID, ...]


@router.post("/audit-samples", **declared(Scope.AUDIT_SAMPLE, takes=SampleBody, gives={201: Sample}))
def post_sample(request: HttpRequest) -> HttpResponse:
    """Draw decisions at random by a seed and decide each again, with an auditor's key; having drawn it is recorded.

    Nothing is skipped: what cannot be replayed is named. Prove each entry with `GET /ledger/entries/{entry_id}/proof`.
    """
    caller = caller_of(request)
    body = read_json(request, SampleBody)
    auditor = replace(caller.actor, duty=Duty.AUDITOR)
    paper = draw_sample(
        seed=body.seed, period=_period(body), size=body.size, by=auditor, now=caller.now, keys=key_ring()
    )
    told = {"workpaper": paper.body, "sha256": sha256(canonical(paper.body)).hex(), "entries": paper.entry_ids}
    return reply(HTTPStatus.CREATED, msgspec.convert(told, Sample))


def _period(body: SampleBody) -> Period:
    try:
        return Period(aware(body.since), aware(body.until))
    except EmptyPeriodError:
        error = FieldProblem("to", "is not after `from`", "name a later instant: it is the first not taken")
    except OverflowError:
        error = FieldProblem("from", "or `to` lies outside the calendar", "name instants of this age")
    raise ProblemError(unprocessable((error,)))
