"""One ask with its whole story, to both parties as far as each may see; what was disclosed is opened by an act."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.ask import PENDING
from comity.coordination.exchange.commands.deliver import (
    DeliveryNotVisibleError,
    PayloadGoneError,
    receive_disclosure,
)
from comity.coordination.exchange.commands.open_disclosure import open_disclosure
from comity.coordination.exchange.reload import AskNotVisibleError
from comity.coordination.exchange.rules import permitted_of
from comity.coordination.exchange.story import DecisionStep, DeliveryStep, DisclosureStep, Story, read_story
from comity.coordination.exchange.way_forward import WayForward, get_counterpart, ways_forward
from comity.doors.ring import key_ring
from comity.doors.web.desk_reading import KINDS as TASKS
from comity.doors.web.exchange import words
from comity.doors.web.exchange.proving import prove_entries
from comity.doors.web.exchange.telling import ClassLine, Teller, addressed, refused_in
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.posts import FUNCTIONS, title_of
from comity.doors.web.staff import Staff
from comity.kernel.canonical import Json
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.selectors import list_live_agreements
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.selectors import list_agencies, list_hosted_agencies, list_posts
from comity.standing.law.catalogue import Source, Word, load_catalogue
from comity.standing.law.facts import Law
from comity.standing.law.selectors import NoLawInForceError, get_current_law

_FOOTING: Final = Footing(
    readers=_("Posts of the two agencies the ask is between, each as far as it may see; nobody else."),
    ground=_("The decision names its rules and clauses; the holder sees all of them, the asker those it may know."),
    record=NOT_RECORDED,
)
_OPENED_FOOTING: Final = Footing(
    readers=_("The post that asked; of the holder its privacy officer and its records supervisor."),
    ground=_("The disclosure below, under the restrictions it carries."),
    record=_("That you opened this stands in the ledger, under your post, before it was shown."),
)
_POLLED: Final = timedelta(seconds=90)
"""How long a page asks by itself for an answer that is to come within seconds."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in words."""

    step: DecisionStep
    stage: Promise | str
    headline: Promise | str
    post: str
    lines: tuple[ClassLine, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A disclosure in words: `events` of its way, `waits`: it may be received now, `was_received`: again."""

    disclosure_id: UUID
    step: DisclosureStep | None
    nature: tuple[str, ...]
    means: str
    events: tuple[tuple[Promise | str, DeliveryStep], ...]

    @property
    def waits(self) -> bool:
        """Whether it was sent and neither received nor stopped."""
        return {one.event for _, one in self.events} == {"sent"}

    @property
    def was_received(self) -> bool:
        """Whether a receipt is filed."""
        return any(one.event == "received" for _, one in self.events)


@page(Permission.ASK_READ, _FOOTING)
def exchange_ask(request: HttpRequest, staff: Staff, ask_id: UUID) -> HttpResponse:
    """Show an ask and all that followed from it."""
    language = get_language() or "en"
    story = _story(staff, ask_id)
    view = story.view
    with reading(staff.actor) as cursor:
        parties = list_agencies({view.asker_id, view.holder_id})
        posts = list_posts({story.post_id, *(one.decided_by for one in story.decisions), *_verdict_posts(story)})
        pair = (view.holder_id, view.asker_id)
        live = list_live_agreements(cursor, [pair])[pair]
        law = _law(staff.now)
        is_asker = view.asker_id == staff.agency.id
        refused = refused_in(view.answered.classes) if is_asker and law is not None else {}
        holder = parties[view.holder_id]
        counterpart = get_counterpart(cursor, holder=holder, asker_id=view.asker_id, at=staff.now) if refused else None
        entries = prove_entries(cursor, _entries(story))
        names = {one.code: one.name for one in list_hosted_agencies()}
    ways: tuple[WayForward, ...] = ()
    if refused and law is not None:
        ways = ways_forward(
            refused=refused,
            law=law,
            rules=law.rules,
            holder=holder.code,
            counterpart=addressed(counterpart),
            language=language,
        )
    teller = None if law is None else Teller(law, language, names, live)
    context = {
        "story": story,
        "is_asker": is_asker,
        "asker": parties[view.asker_id],
        "holder": holder,
        "post": posts.get(story.post_id),
        "answer": _answer(story, teller, ways),
        "decisions": _decisions(story, teller, posts),
        "left": _left(story, language),
        "breach": [] if teller is None else teller.elements(_breach_of(story)),
        "tasks": _tasks(story, posts),
        "reviews": [
            (words.REVIEWS[r.kind], words.FINDINGS.get(r.reason, ""), r)
            for r in story.reviews
            if r.kind in words.REVIEWS
        ],
        "entries": entries,
        "asked": _asked(story, language),
        "polls": view.answered.status == PENDING and staff.now - view.asked_at < _POLLED,
        "is_pending": view.answered.status == PENDING,
        "again": _again(staff, story, holder, ways) if is_asker else "",
        "may_receive": is_asker and staff.may(Permission.DELIVERY_RECEIVE) and staff.post.id == story.post_id,
        "may_open": not is_asker and staff.may(Permission.DISCLOSURE_OPEN),
    }
    response = show(request, "exchange/story.html", context)
    if request.headers.get("HX-Request") and view.answered.status != PENDING:
        response["HX-Refresh"] = "true"  # the answer is there, and with it the rest of the page
    return response


@page(Permission.DELIVERY_RECEIVE, _OPENED_FOOTING, methods=("POST",))
def receive(request: HttpRequest, staff: Staff, ask_id: UUID, disclosure_id: UUID) -> HttpResponse:
    """Receive a disclosure, or read it again: the receipt, or the reading, is recorded before anything is shown."""
    story = _story(staff, ask_id)
    if story.view.asker_id != staff.agency.id or disclosure_id not in {d.disclosure_id for d in story.deliveries}:
        raise Http404(disclosure_id)
    if story.post_id != staff.post.id:
        messages.error(request, _("This was disclosed to another post of your agency, whose training was looked at."))
        return redirect("console:exchange-ask", ask_id=ask_id)

    def opened() -> Mapping[str, object]:
        got = receive_disclosure(disclosure_id=disclosure_id, by=staff.actor, now=staff.now, keys=key_ring())
        return {"values": got.values, "labels": got.labels, "receipt": got.receipt_id}

    return _shown(request, story, opened)


@page(Permission.DISCLOSURE_OPEN, _OPENED_FOOTING, methods=("POST",))
def open_one(request: HttpRequest, staff: Staff, ask_id: UUID, disclosure_id: UUID) -> HttpResponse:
    """Show the holder what it disclosed; that it was opened is recorded before."""
    story = _story(staff, ask_id)
    if disclosure_id not in {one.id for one in story.disclosures if one.has_payload}:
        raise Http404(disclosure_id)

    def opened() -> Mapping[str, object]:
        return {"values": open_disclosure(disclosure_id=disclosure_id, by=staff.actor, now=staff.now, keys=key_ring())}

    return _shown(request, story, opened)


def _shown(request: HttpRequest, story: Story, opened: Callable[[], Mapping[str, object]]) -> HttpResponse:
    ask_id = story.view.answered.ask_id
    try:
        found = dict(opened())
    except PayloadGoneError:
        messages.error(request, _("Its term ended and it was purged; the proof of the disclosure stays."))
        return redirect("console:exchange-ask", ask_id=ask_id)
    except DeliveryNotVisibleError:
        messages.error(request, _("It was stopped: an agreement it rests on is no longer in force."))
        return redirect("console:exchange-ask", ask_id=ask_id)
    known, language, values = load_catalogue().elements, get_language() or "en", found.pop("values")
    rows = [
        (known[code].label(language) if code in known else code, text)
        for code, text in (values.items() if isinstance(values, Mapping) else ())
    ]
    context = {"rows": rows, "ask_id": ask_id, "asked": _asked(story, language), **found}
    response = show(request, "exchange/disclosed.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _story(staff: Staff, ask_id: UUID) -> Story:
    try:
        with reading(staff.actor) as cursor:
            return read_story(cursor, ask_id)
    except AskNotVisibleError:
        raise Http404(ask_id) from None


def _law(now: datetime) -> Law | None:
    try:
        return get_current_law(now)
    except NoLawInForceError:
        return None


def _asked(story: Story, language: str) -> dict[str, object]:
    """Return what was asked, in words."""
    known, view = load_catalogue(), story.view

    def label(words: Mapping[str, Word], code: str) -> str:
        return words[code].label(language) if code in words else code

    return {
        "purpose": label(known.purposes, view.purpose),
        "category": label(known.categories, view.category),
        "elements": [label(known.elements, code) for code in view.elements],
        "shown": [label(known.evidence, code) for code in story.shown],
        "denied": [label(known.evidence, code) for code in story.denied],
        "is_outside": view.path == "outside",
    }


def _answer(story: Story, teller: Teller | None, ways: tuple[WayForward, ...]) -> dict[str, object]:
    """Return what the asker was told last, and each answer before."""
    last = story.view.answered
    return {
        "status": last.status,
        "heading": words.status_words(last.status, in_part=last.in_part),
        "meaning": words.MEANING.get(last.status, ""),
        "tone": words.tone_of(last.status, in_part=last.in_part),
        "lines": teller.classes(last.classes, ways) if teller else (),
        "steps": [(words.status_words(one.status), one) for one in story.answers],
    }


def _decisions(story: Story, teller: Teller | None, posts: Mapping[UUID, PostFacts]) -> list[Decided]:
    return [
        Decided(
            step=one,
            stage=words.STAGES.get(one.stage, one.stage),
            headline=words.STATUSES.get(one.headline, one.headline),
            post=title_of(posts[one.decided_by]) if one.decided_by in posts else "",
            lines=teller.classes(one.outcomes) if teller else (),
        )
        for one in story.decisions
    ]


def _left(story: Story, language: str) -> list[Left]:
    known = load_catalogue().elements
    by_id: dict[UUID, DisclosureStep | None] = {one.disclosure_id: None for one in story.deliveries}
    by_id |= {one.id: one for one in story.disclosures}
    return [
        Left(
            disclosure_id=disclosure_id,
            step=step,
            nature=tuple(known[code].label(language) if code in known else code for code in step.nature)
            if step
            else (),
            means=_means(step),
            events=tuple(
                (words.HAPPENED.get(one.event, one.event), one)
                for one in story.deliveries
                if one.disclosure_id == disclosure_id
            ),
        )
        for disclosure_id, step in by_id.items()
    ]


def _means(step: DisclosureStep | None) -> str:
    told = next((code.partition(":")[2] for code in step.basis if code.startswith("means:")), "") if step else ""
    return next((str(label) for means, label in words.MEANS.items() if means.value == told), "")


def _verdict_posts(story: Story) -> set[UUID]:
    return {one.post_id for one in story.verdicts.values()}


def _tasks(story: Story, posts: Mapping[UUID, PostFacts]) -> list[dict[str, object]]:
    """Return what posts of one's agency were asked to do about it, and who did."""
    told: list[dict[str, object]] = []
    for task in story.tasks:
        verdict = story.verdicts.get(task.id)
        told.append(
            {
                "what": TASKS[task.kind],
                "whose": FUNCTIONS.get(task.function or "", task.function or ""),
                "due_at": task.due_at,
                "is_open": task.state == "open",
                "closed_at": task.closed_at,
                "post": title_of(posts[verdict.post_id]) if verdict and verdict.post_id in posts else "",
            }
        )
    return told


def _entries(story: Story) -> Iterator[tuple[UUID, Promise | str, datetime]]:
    for answer in story.answers:
        yield answer.entry_id, _("the answer"), answer.at
    for decision in story.decisions:
        yield decision.entry_id, _("the decision"), decision.at
    for disclosure in story.disclosures:
        # Told outside it happened before it was recorded.
        at = story.view.asked_at if disclosure.path == "outside" else disclosure.at
        yield disclosure.entry_id, _("the disclosure"), at
    for delivery in story.deliveries:
        yield delivery.entry_id, words.HAPPENED.get(delivery.event, delivery.event), delivery.at
    for review in story.reviews:
        yield review.entry_id, words.REVIEWS.get(review.kind, review.kind), review.at


def _breach_of(story: Story) -> tuple[str, ...]:
    """Return the codes of what was told outside and the gate would not have let go; the holder alone learns it."""
    outside: list[Json] = [one.outcomes for one in story.decisions if one.stage == "outside"]
    told = {code for one in story.disclosures for code in one.nature}
    return tuple(sorted(told - permitted_of(outside[0]))) if outside else ()


def _again(staff: Staff, story: Story, holder: AgencyFacts, ways: tuple[WayForward, ...]) -> str:
    """Return the address of the form filled in as before, with what would help stated; it holds no reference."""
    claims = {claim for way in ways for claim in way.claims}
    if not claims or not staff.may(Permission.ASK_MAKE):
        return ""
    view, stated = story.view, load_catalogue().evidence_from(Source.ASKER)
    question = {
        "holder": holder.code,
        "purpose": view.purpose,
        "category": view.category,
        "element": list(view.elements),
        "claim": sorted({code for code in story.shown if code in stated} | claims),
        "agreement": story.agreement,
    }
    return f"{reverse('console:ask')}?{urlencode(question, doseq=True)}"
