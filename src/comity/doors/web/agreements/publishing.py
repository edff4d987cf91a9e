"""Making the text of a version public, passage by passage what stays back and on which authority."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from comity.accountability.publication.commands import Passage, publish_text
from comity.accountability.publication.commands.text import list_own_passages, preview_text
from comity.accountability.publication.withholding import paragraphs_of
from comity.doors.web.agreements.acts import why_not
from comity.doors.web.agreements.refusals import REFUSED, refusal_of
from comity.doors.web.agreements.subject import Subject, find
from comity.doors.web.drafts import forget_draft
from comity.doors.web.page import Footing, Proof, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.law.selectors import list_citations

_FOOTING: Final = Footing(
    readers=_("Privacy officer and counsel of a party."),
    ground=_("The public records laws of the parties: what stays back of a text in force names its authority."),
    record=_("That a text was made public, and what stays back, are entries of the ledger."),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A passage that stays back, or room for one: `words` "" for the whole paragraph."""

    authority: str
    words: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text, and what stays back of it, with room for one passage more."""

    number: int
    text: str
    rows: tuple[Row, ...]

    @property
    def is_held(self) -> bool:
        """Tell whether anything of it stays back."""
        return any(one.authority for one in self.rows)


@page(Permission.AGREEMENT_PUBLISH, _FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def publish(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show the text by paragraph, what the public would read, and make it public.

    The form begins with what the agency keeps back by now: sent again, it takes the place of that.
    """
    found = find(staff, code)
    version, refusal, preview = found.in_force, None, None
    texts = paragraphs_of(version.text) if version else ()
    held = _given(request, len(texts)) if request.method == "POST" else _kept(found)
    if request.method == "POST" and version is not None:
        about: _About = {
            "agreement_id": found.agreement.id,
            "digest": request.POST.get("digest", ""),
            "withhold": held,
            "by": staff.actor,
        }
        try:
            if request.POST.get("act") == "publish":
                publish_text(now=staff.now, **about)
                forget_draft(account=staff.account, page=request.path)
                messages.success(request, _("The text is public, without the passages that stay back."))
                return redirect("console:agreement", code=code)
            with reading(staff.actor):
                preview = preview_text(**about)
        except REFUSED as error:
            refusal = refusal_of(error)
    with reading(staff.actor):
        citations = sorted(list_citations().items())
    context = {
        "agreement": found.agreement,
        "version": version,
        "why": why_not("agreement-publish", found),
        "paragraphs": [Paragraph(n, text, _rows(held, n)) for n, text in enumerate(texts, start=1)],
        "citations": citations,
        "preview": preview,
        "refusal": refusal,
    }
    is_refused = refusal is not None or (request.method == "POST" and version is None)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return show(request, "agreements/publish.html", context, status)


class _About(TypedDict):
    agreement_id: UUID
    digest: str
    withhold: Sequence[Passage]
    by: Actor


def _given(request: HttpRequest, count: int) -> list[Passage]:
    """Return the passages that the form names; words without an authority are named too, and refused."""
    post = request.POST
    return [
        Passage(number, words.strip(), authority.strip())
        for number in range(1, count + 1)
        for authority, words in zip(post.getlist(f"authority-{number}"), post.getlist(f"words-{number}"), strict=False)
        if authority.strip() or words.strip()
    ]


def _kept(found: Subject) -> list[Passage]:
    version = found.in_force
    if version is None:
        return []
    with reading(found.staff.actor):
        return list_own_passages(agreement_id=found.agreement.id, digest=version.digest, by=found.staff.actor)


def _rows(held: Sequence[Passage], number: int) -> tuple[Row, ...]:
    return (*(Row(one.authority, one.words) for one in held if one.paragraph == number), Row("", ""))
