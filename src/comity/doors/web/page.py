"""How a page of the console is declared: who may see it, on what ground, and where it is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from comity.doors.web.drafts import keep_draft
from comity.doors.web.menu import menu_of
from comity.doors.web.permissions import MAY, Permission
from comity.doors.web.posts import list_functions, title_of
from comity.doors.web.staff import Lack, Nobody, Staff, has_own_factor, has_proven_lately, staff_of
from comity.standing.directory.zones import zone_of

View = Callable[..., HttpResponse]
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Footing:
    """What every page answers: who may see it, on what ground, and where that is recorded."""

    readers: Words
    ground: Words
    record: Words


ACTING: Final = "acting"
"""The field of every form that says in which post it was opened (`templatetags.comity_forms`)."""
_SAFE: Final = ("GET", "HEAD")
_KEPT: Final = _("Show your second factor again before you sign or approve. What you typed is kept.")
NOT_RECORDED: Final = _("Reading this page is not recorded: it names no person.")


class Proof(Enum):
    """What a page asks of somebody signed in: nothing more, or a second factor shown within the last five minutes.

    `LATELY` is for signing and approving. A form that comes too late is kept, sealed, and stands there again after it.
    """

    NONE = "none"
    LATELY = "lately"


def page(
    permission: Permission, footing: Footing, *, methods: tuple[str, ...] = ("GET",), proof: Proof = Proof.NONE
) -> Callable[[View], View]:
    """Declare a view `(request, staff, …)` for posts with `permission`; everybody else is told what is missing.

    The order: signed in, a second factor, a post, the permission, the method, the post a form was opened in (but to
    choose a post, or keep a draft), a proof of this moment. A locked session comes no further than `idle.idle_lock`.
    Times are shown in the zone of the post's agency.
    """
    allowed = {*methods, *(_SAFE if "GET" in methods else ())}

    def declare(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **given: Any) -> HttpResponse:  # noqa: ANN401 - what the address says
            found = staff_of(request)
            if found is None:
                return _to("account_login", request)
            if isinstance(found, Nobody):
                return _cannot_act(request, found)
            request.staff, request.footing = found, footing  # type: ignore[attr-defined]
            if not found.may(permission):
                return refused(request, found, permission)
            if request.method not in allowed:
                return HttpResponseNotAllowed(sorted(allowed))
            if permission is not Permission.DESK_CHANGE and _meant_for_another_post(request, found):
                return _not_in_this_post(request, found)
            if proof is Proof.LATELY and not has_proven_lately(request):
                return _prove_again(request, found)
            with timezone.override(zone_of(found.agency)):
                return view(request, found, **given)

        vars(answer)["permission"] = permission  # read by the test that walks every address
        return answer

    return declare


def show(
    request: HttpRequest, template: str, context: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """Return a page of the console with its menu and footing."""
    staff: Staff = request.staff  # type: ignore[attr-defined]
    whole = {
        **context,
        "staff": staff,
        "footing": request.footing,  # type: ignore[attr-defined]
        "menu": menu_of(staff, request.path),
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, f"console/{template}", whole, status=status.value)


def refused(request: HttpRequest, staff: Staff, permission: Permission) -> HttpResponse:
    """Say which posts may do what this one may not."""
    context = {"functions": list_functions(MAY[permission]), "post": staff.post, "title": title_of(staff.post)}
    return show(request, "refused.html", context, HTTPStatus.FORBIDDEN)


def _cannot_act(request: HttpRequest, nobody: Nobody) -> HttpResponse:
    if nobody.lacks is Lack.PROOF:
        return _to("mfa_reauthenticate", request)
    if nobody.lacks is Lack.FACTOR:
        messages.info(request, _("Add a second factor: an authenticator app or a passkey. Without one nobody gets in."))
        return _to("mfa_index", request)
    return render(request, "console/no_post.html", {"account": nobody.account}, status=HTTPStatus.FORBIDDEN.value)


def _meant_for_another_post(request: HttpRequest, staff: Staff) -> bool:
    """Tell whether a form was opened in another post than the one acted in now: in another tab, or lost since."""
    meant = request.POST.get(ACTING) if request.method not in _SAFE else None
    return meant is not None and meant != str(staff.post.id)


def _not_in_this_post(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Do nothing, keep what was typed, and say in which post this would have been done."""
    keep_draft(account=staff.account, page=request.path, typed=request.POST.copy())
    context = {"title": title_of(staff.post), "back": request.path}
    return show(request, "another_post.html", context, HTTPStatus.CONFLICT)


def _prove_again(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Ask for the second factor again; what was typed is kept and put back into the form it came from.

    Whoever came in by a provider's word alone has none to show, and adds one first.
    """
    back = request.get_full_path()
    told = _("Show your second factor again: this page is for signing, approving or ending something.")
    if request.method not in _SAFE:
        typed = request.POST.copy()
        [back] = typed.pop("draft_of", [request.path])[:1]
        back = str(back) if str(back).startswith("/console/") else "/console/"
        is_kept = keep_draft(account=staff.account, page=back.partition("?")[0], typed=typed)
        told = _KEPT if is_kept else _("Show your second factor again; then send it again. Nothing was done.")
    if has_own_factor(request):
        messages.info(request, told)
        there = f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}"
    else:
        messages.info(request, _("To sign or approve, add a second factor of your own here. What you typed is kept."))
        there = reverse("mfa_index")
    if getattr(request, "htmx", False):
        return HttpResponse(status=HTTPStatus.NO_CONTENT.value, headers={"HX-Redirect": there})
    return redirect(there)


def _to(name: str, request: HttpRequest) -> HttpResponse:
    there = reverse(name)
    back = f"?{urlencode({'next': request.get_full_path()})}" if request.method in _SAFE else ""
    if getattr(request, "htmx", False):
        return HttpResponse(status=HTTPStatus.NO_CONTENT.value, headers={"HX-Redirect": there})
    return redirect(f"{there}{back}")
