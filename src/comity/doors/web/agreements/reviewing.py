"""Between an offer and its force: what is still missing and of whom, reviews, confirmations of clauses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.act_words import FINDINGS, METHODS, REVIEWS
from comity.doors.web.agreements.acts import why_not
from comity.doors.web.agreements.doing import Doing, do_on_page
from comity.doors.web.agreements.refusals import REFUSED, Refusal, refusal_of
from comity.doors.web.agreements.subject import FOOTING, Subject, clauses_of, find, said_functions
from comity.doors.web.drafts import typed_before
from comity.doors.web.page import Proof, Words, page, show
from comity.doors.web.permissions import MAY, Permission
from comity.doors.web.posts import title_of
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import confirm_clauses, record_review
from comity.standing.agreements.explain import function_label
from comity.standing.agreements.facts import ConfirmationFacts, VersionFacts
from comity.standing.agreements.readiness import Readiness
from comity.standing.agreements.reviews import REVIEWERS
from comity.standing.agreements.selectors import list_confirmations, list_reviews, list_signatures
from comity.standing.agreements.vocabulary import Finding, ReviewKind
from comity.standing.directory.facts import PostFacts
from comity.standing.directory.selectors import list_posts
from comity.standing.directory.vocabulary import PostFunction


@dataclass(frozen=True, slots=True)
class Waits:
    """Who is waited for, and for what."""

    who: str
    is_own: bool
    what: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Something that a version has by now: what, whose, by which post, when."""

    what: Words
    of: str
    post: str
    at: datetime
    outcome: Words


class ReviewForm(forms.Form):
    """How a review came out, on which paper."""

    kind = forms.ChoiceField(label=_("Which review"))
    finding = forms.ChoiceField(
        label=_("How it came out"),
        choices=[("", _("choose")), *((one.value, said) for one, said in FINDINGS.items())],
    )
    document = forms.RegexField(
        r"^[0-9a-f]{64}$", label=_("SHA-256 of the paper"), max_length=64,
        help_text=_("64 digits in hex. The paper stays with you: only this fingerprint is recorded."),
        error_messages={"invalid": _("This is no SHA-256: 64 digits of 0 to 9 and a to f.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("If anything is to be said. No names of persons."),
    )  # fmt: skip


@page(Permission.AGREEMENT_READ, FOOTING)
def lacks(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show what the newest version lacks before it may be in force, by who is waited for, and what it has."""
    found = find(staff, code)
    version = found.newest
    context: dict[str, object] = {"agreement": found.agreement, "found": found, "version": version}
    if version is not None and found.lacks is not None:
        with reading(staff.actor):
            reviews, signatures = list_reviews(version.id), list_signatures(version.id)
            confirmations = list_confirmations(version.id)
            ids = {one.post_id for one in reviews} | {one.post_id for one in signatures}
            posts = list_posts(ids | {one.post_id for one in confirmations})
        context |= {
            "waits": _waits(found, found.lacks),
            "is_ready": found.lacks.is_ready,
            "given": [
                *(Given(REVIEWS[r.kind], found.name(r.agency), title_of(posts[r.post_id]), r.at, FINDINGS[r.finding])
                  for r in reviews),
                *(_confirmed(one, posts[one.post_id], found) for one in confirmations),
                *(Given(_("signature"), found.name(found.codes[s.for_agency_id]), title_of(posts[s.post_id]), s.at,
                        METHODS[s.method]) for s in signatures),
            ],
        }  # fmt: skip
    return show(request, "agreements/lacks.html", context)


@page(Permission.AGREEMENT_REVIEW, FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def review(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Record how a review came out that the post's agency owes."""
    found = find(staff, code)
    version = found.on_offer
    kinds = _reviewed_by(found)

    def run(given: Mapping[str, object]) -> Words:
        kind, finding = ReviewKind(str(given["kind"])), Finding(str(given["finding"]))
        record_review(
            by=staff.actor,
            now=staff.now,
            agreement_id=found.agreement.id,
            digest=request.POST.get("digest", ""),
            kind=kind,
            agency=found.own,
            finding=finding,
            document_sha256=str(given["document"]),
            reason=str(given["reason"]),
        )
        return _("The review is recorded.")

    form = ReviewForm(request.POST if request.method == "POST" else None, initial=typed_before(request, staff.account))
    form.fields["kind"].choices = [(one.value, REVIEWS[one]) for one in kinds]  # type: ignore[attr-defined]
    effect = (
        _("A version is signed only once every review that your agency owes was found satisfied."),
        _("Of several records of one review the last one counts; the earlier ones stay on record."),
    )
    doing = Doing(
        "agreement-review", _("Record a review"), effect, _("Record it"), run, form,
        is_done=bool(version and _is_recorded(version, request, found)),
        more={"version": version, "digest": version.digest if version else "", "hashes": "id_document"},
    )  # fmt: skip
    return do_on_page(request, found, doing)


@page(Permission.AGREEMENT_REVIEW, FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def confirm(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Confirm, clause by clause beside the text, that what the gate enforces is what the text says."""
    found = find(staff, code)
    version, refusal = found.on_offer, None
    if request.method == "POST":
        chosen = request.POST.getlist("clause")
        if not chosen:
            refusal = Refusal(_("No clause was chosen."), _("Check each clause that says what the text says."))
        else:
            try:
                done = confirm_clauses(
                    by=staff.actor, now=staff.now, agreement_id=found.agreement.id,
                    digest=request.POST.get("digest", ""), clauses=chosen,
                )  # fmt: skip
            except REFUSED as error:
                refusal = refusal_of(error)
            else:
                messages.success(request, _told(len(done)))
                return redirect("console:agreement-lacks", code=code)
    context = {"agreement": found.agreement, "found": found, "version": version, "refusal": refusal}
    if version is not None and found.lacks is not None:
        with reading(staff.actor):
            own = {name for one in list_confirmations(version.id) if one.post_id == staff.post.id
                   for name in one.clauses}  # fmt: skip
        context["clauses"] = [
            (one, one.id in own, _needs(one.id, found.lacks)) for one in clauses_of(version, found.names)
        ]
    context["why"] = why_not("agreement-confirm", found)
    return show(request, "agreements/confirm.html", context, _status(refusal))


def _status(refusal: object) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK


def _told(count: int) -> str:
    if not count:
        return str(_("Your post had confirmed these before; nothing more was recorded."))
    return ngettext("%(count)s clause is confirmed.", "%(count)s clauses are confirmed.", count) % {"count": count}


def _confirmed(one: ConfirmationFacts, post: PostFacts, found: Subject) -> Given:
    count = len(one.clauses)
    told = ngettext("%(count)s clause", "%(count)s clauses", count) % {"count": count}
    return Given(_("confirmation"), found.name(found.codes.get(post.agency_id, "")), title_of(post), one.at, told)


def _needs(clause: str, missing: Readiness) -> Words:
    """Return what a clause still waits for; "" where nothing."""
    if clause in missing.unconfirmed:
        return _("nobody has confirmed it")
    if clause in missing.confirmed_by_one_alone:
        return _("it permits: a second person confirms it")
    if clause in missing.unconfirmed_by_sender:
        return _("it permits: a post of every agency that would send confirms it")
    return ""


def _reviewed_by(found: Subject) -> list[ReviewKind]:
    """Return the reviews that the acting post records for its agency, those still open."""
    if found.lacks is None or found.on_offer is None:
        return []
    owed = [one.kind for one in found.lacks.unreviewed if one.agency == found.own]
    return [kind for kind in owed if REVIEWERS[kind] is found.staff.post.function]


def _is_recorded(version: VersionFacts, request: HttpRequest, found: Subject) -> bool:
    """Tell whether exactly this stands recorded last: a form that was sent twice."""
    given = request.POST
    with reading(found.staff.actor):
        rows = [one for one in list_reviews(version.id) if (one.kind, one.agency) == (given.get("kind"), found.own)]
    return bool(rows) and (rows[-1].finding, rows[-1].document_sha256, rows[-1].post_id) == (
        given.get("finding"),
        given.get("document"),
        found.staff.post.id,
    )


def _waits(found: Subject, missing: Readiness) -> list[Waits]:
    """Return who is waited for, one's own agency first."""
    what: dict[str, list[Words]] = {}
    language = get_language() or "en"
    for one in missing.unreviewed:
        by = {"review": REVIEWS[one.kind], "post": function_label(REVIEWERS[one.kind].value, language=language)}
        what.setdefault(one.agency, []).append(_("%(review)s, recorded by: %(post)s") % by)
    own_head = said_functions(frozenset({PostFunction.AGENCY_HEAD, PostFunction.COUNSEL}))
    for code in missing.unsigned:
        told: Promise | str = _("its signature: its head by passkey or key, or two witnesses of one on paper")
        if code in missing.attested_by_others_alone:
            told = _("its paper was attested by others alone; one of its own attests it too: %(posts)s") % {
                "posts": own_head
            }
        what.setdefault(code, []).append(told)
    rows = [Waits(found.name(code), code == found.own, tuple(said)) for code, said in what.items()]
    posts = {"posts": said_functions(MAY[Permission.AGREEMENT_REVIEW])}
    clauses = (
        (missing.unconfirmed, _("clauses that nobody has confirmed: %(clauses)s")),
        (missing.confirmed_by_one_alone, _("clauses that permit and wait for a second person: %(clauses)s")),
        (missing.unconfirmed_by_sender, _("clauses that permit and wait for every agency that sends: %(clauses)s")),
    )
    told_of = tuple(words % {"clauses": ", ".join(names)} for names, words in clauses if names)
    if told_of:
        rows.append(Waits(str(_("Parties, by: %(posts)s") % posts), is_own=False, what=told_of))
    return sorted(rows, key=lambda one: not one.is_own)
