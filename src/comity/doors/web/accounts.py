"""Accounts of the agency: its security officer opens, unlocks, invites anew and closes them."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.web.drafts import forget_draft, typed_before
from comity.doors.web.page import Footing, Proof, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.signin.identity.proven import blind_subject, find_provider, providers
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.accounts.commands import (
    AccountStateError,
    IdentityRefusedError,
    NameTakenError,
    close_account,
    invite_again,
    link_identity,
    open_account,
    unlink_identity,
    unlock_account,
)
from comity.standing.accounts.facts import AccountFacts, Invitation
from comity.standing.accounts.selectors import (
    NoAccountError,
    get_account,
    list_account_events,
    list_accounts,
    list_identities,
)
from comity.standing.accounts.vocabulary import AccountAct, AccountState
from comity.standing.directory.selectors import NotInDirectoryError

_FOOTING: Final = Footing(
    readers=_("The security officer of your agency; no other agency sees its accounts."),
    ground=_("CJIS Security Policy, AC-2 and AC-7: accounts are opened, locked and closed by a named post."),
    record=_("Every change is an entry of the ledger."),
)
STATES: Final = {
    AccountState.INVITED: _("invited"),
    AccountState.OPEN: _("open"),
    AccountState.LOCKED: _("locked"),
    AccountState.CLOSED: _("closed"),
}
ACTS: Final = {
    AccountAct.OPENED: _("opened"),
    AccountAct.INVITED: _("invited to a new password"),
    AccountAct.JOINED: _("a password was chosen by an invitation"),
    AccountAct.SIGNED_IN: _("signed in"),
    AccountAct.SIGNED_OUT: _("signed out"),
    AccountAct.FAILED: _("a sign-in failed"),
    AccountAct.LOCKED: _("locked: too many failures"),
    AccountAct.UNLOCKED: _("unlocked"),
    AccountAct.CLOSED: _("closed for good"),
    AccountAct.PASSWORD_CHANGED: _("the password was changed"),
    AccountAct.FACTOR_ADDED: _("a second factor was added"),
    AccountAct.FACTOR_REMOVED: _("a second factor was removed"),
    AccountAct.SESSION_ENDED: _("sessions elsewhere were ended"),
    AccountAct.IDENTITY_LINKED: _("linked with the agency's own sign-in"),
    AccountAct.IDENTITY_UNLINKED: _("the link with the agency's own sign-in was ended"),
}
MEANS: Final = {
    "password": _("password"),
    "totp": _("authenticator app"),
    "webauthn": _("passkey"),
    "recovery_codes": _("recovery code"),
    "code": _("a code"),
    "invitation": _("invitation"),
    "identity": _("agency's own sign-in"),
}
_COLUMNS: Final[tuple[Column[AccountFacts], ...]] = (
    Column("username", _("Name"), lambda row: row.username, is_personal=True),
    Column("state", _("State"), lambda row: str(STATES[row.state])),
    Column("made", _("Opened"), lambda row: row.made_at),
    Column("last", _("Last sign-in"), lambda row: row.last_login_at),
)
_FILTERS: Final = (Filter("state", _("State"), tuple(Choice(one.value, label) for one, label in STATES.items())),)


class OpenForm(forms.Form):
    """Whose account, and by what name."""

    reference = forms.CharField(
        label=_("Badge reference"), max_length=64, help_text=_("The officer's number in the directory of your agency.")
    )
    username = forms.CharField(
        label=_("Name to sign in with"), max_length=64,
        help_text=_("Small letters, digits, dot, hyphen: for example the post and the agency."),
    )  # fmt: skip


class LinkForm(forms.Form):
    """Which subject of which provider of the agency."""

    provider = forms.ChoiceField(label=_("The agency's sign-in"))
    subject = forms.CharField(
        label=_("The person's identifier there"), max_length=255,
        help_text=_("What never changes and is never given to somebody else: no address of mail. Not shown again."),
    )  # fmt: skip

    def __init__(self, *given: Any, choices: list[tuple[str, str]], **named: Any) -> None:  # noqa: ANN401 - as Django's forms
        super().__init__(*given, **named)
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the types what stands above
        field.choices = choices


@page(Permission.ACCOUNT_READ, _FOOTING)
def accounts(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the accounts of the agency."""
    asked = asked_of(request, columns=_COLUMNS, filters=_FILTERS, sort="username")
    with reading(staff.actor):
        rows = list_accounts(staff.agency.id)
    found = page_of(
        rows, asked=asked, columns=_COLUMNS, filters=_FILTERS,
        matches=lambda row, chosen: chosen.get("state", row.state.value) == row.state.value,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("accounts", found.rows, _COLUMNS)
    rows_shown = [(row, STATES[row.state]) for row in found.rows]
    return show(request, "accounts.html", {"found": found, "rows": rows_shown})


@page(Permission.ACCOUNT_OPEN, _FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def open_one(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Open an account; the invitation is shown once."""
    before = typed_before(request, staff.account)
    form = OpenForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = open_account(
                by=staff.actor,
                now=staff.now,
                agency=staff.agency.code,
                reference=form.cleaned_data["reference"].strip(),
                username=form.cleaned_data["username"],
            )
        except NotInDirectoryError:
            form.add_error("reference", _("Your agency has no officer with this reference."))
        except NameTakenError as error:
            form.add_error("username", str(error))
        else:
            forget_draft(account=staff.account, page=request.path)
            return _invited(request, invitation)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return show(request, "account_open.html", {"form": form}, status)


@page(Permission.ACCOUNT_READ, _FOOTING)
def account(request: HttpRequest, staff: Staff, account_id: UUID) -> HttpResponse:
    """Show an account and what happened to it."""
    with reading(staff.actor):
        found = _found(account_id)
        events = list_account_events(account_id)
        identities = list_identities(account_id)
    before = typed_before(request, staff.account)
    if before and "subject" not in before:
        # A button alone came too late: there is nothing to put back.
        forget_draft(account=staff.account, page=request.path)
    linked = {one.provider for one in identities}
    names = dict(_providers_of(staff))
    left = [(code, name) for code, name in names.items() if code not in linked]
    context = {
        "account": found,
        "state": STATES[found.state],
        "events": [(one, ACTS[one.act], _means(one.method)) for one in events],
        "is_own": account_id == staff.account.id,
        "providers": names,
        "identities": [(one, names.get(one.provider, one.provider)) for one in identities],
        "form": LinkForm(choices=left, initial=before) if left and found.state is not AccountState.CLOSED else None,
    }
    return show(request, "account.html", context)


@page(Permission.ACCOUNT_CHANGE, _FOOTING, methods=("POST",), proof=Proof.LATELY)
def change(request: HttpRequest, staff: Staff, account_id: UUID) -> HttpResponse:
    """Unlock an account, invite its person anew, or close it."""
    act = request.POST.get("act")
    with reading(staff.actor):
        _found(account_id)
    try:
        if act == "invite":
            return _invited(request, invite_again(by=staff.actor, now=staff.now, account_id=account_id))
        if act == "unlock":
            unlock_account(by=staff.actor, now=staff.now, account_id=account_id)
            messages.success(request, _("The account is unlocked."))
        elif act == "link":
            _link(request, staff, account_id)
        elif act == "unlink":
            unlink_identity(
                by=staff.actor, now=staff.now, account_id=account_id, provider=request.POST.get("provider", "")
            )
            messages.success(request, _("The link is ended."))
        elif act == "close":
            close_account(by=staff.actor, now=staff.now, account_id=account_id)
            messages.success(request, _("The account is closed."))
        else:
            messages.error(request, _("Nothing was done: choose what to do."))
    except (AccountStateError, IdentityRefusedError) as error:
        messages.error(request, str(error))
    else:
        forget_draft(account=staff.account, page=reverse("console:account", args=[account_id]))
    return redirect("console:account", account_id=account_id)


def _providers_of(staff: Staff) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in providers() if one.agency == staff.agency.code]


def _link(request: HttpRequest, staff: Staff, account_id: UUID) -> None:
    form = LinkForm(request.POST, choices=_providers_of(staff))
    provider = find_provider(form.cleaned_data["provider"]) if form.is_valid() else None
    if provider is None:
        messages.error(request, _("Nothing was linked: choose a provider and write the person's identifier there."))
        return
    link_identity(
        by=staff.actor,
        now=staff.now,
        account_id=account_id,
        provider=provider.code,
        provider_agency=str(staff.agency.id),
        subject_blind=blind_subject(provider, form.cleaned_data["subject"].strip()),
    )
    messages.success(request, _("The account is linked."))


def _means(method: str) -> str:
    """Return by which means something was done, in words: `password+totp`, `identity.CODE`."""
    known = [one.partition(".")[0] for one in method.split("+") if one]
    return ", ".join(str(MEANS.get(one, one)) for one in dict.fromkeys(known))


def _found(account_id: UUID) -> AccountFacts:
    try:
        return get_account(account_id)
    except NoAccountError:
        raise Http404(account_id) from None


def _invited(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    response = show(request, "account_invited.html", {"invitation": invitation})
    response["Cache-Control"] = "no-store"
    return response
