"""Already told by radio: what was told outside Comity is recorded afterwards, judged as of then, and reviewed."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.ask import Fault, Invalid
from comity.coordination.exchange.commands.outside import Means, ToldOutside, record_outside
from comity.coordination.exchange.rules import LONGEST_REFERENCE, LONGEST_TEXT
from comity.doors.ring import key_ring
from comity.doors.web.drafts import all_typed_before, forget_draft
from comity.doors.web.exchange.asking import NO_LAW, Errors, errors_of
from comity.doors.web.exchange.sheet import Filled, Option, agencies, choices, filled_of
from comity.doors.web.exchange.words import MEANS
from comity.doors.web.page import Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.ids import random_id
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_hosted_agencies, list_posts_of
from comity.standing.law.selectors import NoLawInForceError

_FOOTING: Final = Footing(
    readers=_("Posts of your agency that tell others by radio or telephone."),
    ground=_("The law in force when it was told. Late paper never stood in the way of saving a life."),
    record=_("It is recorded with its judgment in the ledger, and the privacy officer reviews it within 24 hours."),
)
_NEEDED: Final[Mapping[str, Promise]] = {
    "holder": _("Choose the agency that was told."),
    "purpose": _("Choose what it was told for."),
    "category": _("Choose the kind of record it came from."),
    "element": _("Choose what was told."),
    "reference": _("Give the number of the record it came from."),
    "told_at": _("Give the day and time at which it was told."),
    "means": _("Choose how it was told."),
}
_SAID: Final[Mapping[tuple[str, str], Promise]] = {
    ("told_at", "invalid"): _("This time lies ahead, or too far back. Give the time at which it was told."),
    ("recipient", "unknown"): _("No agency has this code. Choose one of the list."),
    ("recipient", "invalid"): _("This is your own agency. Choose the agency that was told."),
    ("recipient_post", "unknown"): _("The agency has no such post. Choose one of its posts, or leave it open."),
    ("key", "reused"): _("This form was already sent for something else. Send it once more as a new one."),
    ("justification", "invalid"): _("This is too long, or holds a sign that nobody types. Shorten it."),
}
_FIELDS: Final = {"recipient": "holder", "recipient_post": "post"}


@page(Permission.OUTSIDE_RECORD, _FOOTING, methods=("GET", "POST"))
def tell(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the form, list what a choice leads to, or record what was told."""
    if request.method != "POST":
        return _form(request, staff, filled_of(all_typed_before(request, staff.account)))
    filled = filled_of(request.POST)
    if request.POST.get("act") == "list":
        return _form(request, staff, filled)
    wrong: Errors = {name: [said] for name, said in _NEEDED.items() if not (filled.all(name) or filled[name])}
    told_at, means = _instant(filled["told_at"]), next((one for one in Means if one.value == filled["means"]), None)
    if told_at is None:
        wrong.setdefault("told_at", [_NEEDED["told_at"]])
    if means is None:
        wrong.setdefault("means", [_NEEDED["means"]])
    if wrong or told_at is None or means is None:
        return _form(request, staff, filled, wrong)
    return _recorded(request, staff, filled, _told(filled, told_at, means))


def _told(filled: Filled, told_at: datetime, means: Means) -> ToldOutside:
    return ToldOutside(
        key=filled["key"],
        recipient=filled["holder"],
        purpose=filled["purpose"],
        category=filled["category"],
        elements=filled.all("element"),
        reference=filled["reference"],
        told_at=told_at,
        means=means,
        claims=dict.fromkeys(filled.all("claim"), True),
        justification=filled["justification"],
        recipient_post=filled["post"],
    )


def _recorded(request: HttpRequest, staff: Staff, filled: Filled, told: ToldOutside) -> HttpResponse:
    try:
        result = record_outside(told=told, by=staff.actor, now=staff.now, keys=key_ring())
    except NoLawInForceError:
        return _form(request, staff, filled, {"": [NO_LAW]})
    if isinstance(result, Invalid):
        return _form(request, staff, filled, _errors(result.faults))
    forget_draft(account=staff.account, page=request.path)
    if result.breach:
        count = len(result.breach)
        said = ngettext(
            "It is recorded. %(count)d thing that was told was not to be let go: the privacy officer reviews it.",
            "It is recorded. %(count)d things that were told were not to be let go: the privacy officer reviews it.",
            count,
        )
        messages.warning(request, said % {"count": count})
    else:
        messages.success(request, _("It is recorded: the gate would have let it go. The privacy officer reviews it."))
    return redirect("console:exchange-ask", ask_id=result.ask_id)


def _errors(faults: tuple[Fault, ...]) -> Errors:
    own: Errors = {}
    for fault in faults:
        words = _SAID.get((fault.field, fault.code))
        said = {_FIELDS.get(fault.field, fault.field): [words]} if words else errors_of([fault])
        for name, texts in said.items():
            own.setdefault(name, []).extend(text for text in texts if text not in own.get(name, []))
    return own


def _instant(text: str) -> datetime | None:
    """Return a time typed in the zone of the post's agency; None: none that there is."""
    try:
        at = parse_datetime(text)
        return None if at is None else at if at.tzinfo else timezone.make_aware(at)
    except ValueError:
        return None


def _form(request: HttpRequest, staff: Staff, filled: Filled, errors: Errors | None = None) -> HttpResponse:
    language, wrong = get_language() or "en", errors or {}
    with reading(staff.actor):
        others = [one for one in list_hosted_agencies() if one.id != staff.agency.id]
        recipient = next((one for one in others if one.code == filled["holder"]), None)
        posts = list_posts_of(recipient.id) if recipient else []
    context = {
        **choices(filled, language),
        "others": agencies(others, filled["holder"]),
        "posts": [Option(one.code, one.title, one.code == filled["post"]) for one in posts],
        "means": [Option(one.value, str(label), one.value == filled["means"]) for one, label in MEANS.items()],
        "reference": filled["reference"],
        "told_at": filled["told_at"],
        "latest": timezone.localtime(staff.now).strftime("%Y-%m-%dT%H:%M"),
        "justification": filled["justification"],
        "longest": LONGEST_REFERENCE,
        "longest_text": LONGEST_TEXT,
        # A form that was sent for something else begins anew.
        "key": f"console-{random_id()}" if "key" in wrong or not filled["key"] else filled["key"],
        "errors": wrong,
        "problems": wrong.get("", []) + wrong.get("key", []),
    }
    return show(request, "exchange/tell.html", context, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK)
