"""An invitation becomes a password."""

from http import HTTPStatus

from allauth.mfa.adapter import get_adapter
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from comity.doors.web.signin.adapter import FactorAdapter
from comity.doors.web.signin.sessions import source_of
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import signing_in
from comity.standing.accounts.commands import accept_invitation
from comity.standing.accounts.selectors import InvitationRefusedError, find_invited


class JoinForm(forms.Form):
    """The invitation's secret and a password, twice."""

    secret = forms.CharField(
        label=_("Invitation"), max_length=64, help_text=_("The word your security officer gave you.")
    )
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False, help_text=_("Twelve characters or more. A sentence is good."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=_("Password again"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def clean(self) -> dict[str, object]:
        """Find the account and the password good for it."""
        given = super().clean() or {}
        if not given.get("secret") or not given.get("password"):
            return given
        try:
            account = find_invited(now=database_now(), secret=given["secret"])
        except InvitationRefusedError:
            self.add_error("secret", _("This invitation was used, is over, or never was. Ask for another."))
            return given
        if given["password"] != given.get("again"):
            self.add_error("again", _("The two passwords differ."))
        try:
            validate_password(given["password"], account)
        except ValidationError as error:
            self.add_error("password", error)
        return given


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Let an invited person choose a password, then sign in with it."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accept_invitation(
                by=node_actor(Duty.STEWARD),
                now=database_now(),
                secret=form.cleaned_data["secret"],
                password=form.cleaned_data["password"],
                source=source_of(request),
            )
        except InvitationRefusedError:
            form.add_error("secret", _("This invitation was used, is over, or never was. Ask for another."))
        else:
            messages.success(request, _("Your password is set. Sign in with it."))
            # Who came here from the page that offers to sign in and link goes on to that.
            there = "identity_link" if request.GET.get("next") == reverse("identity_link") else "account_login"
            return redirect(there)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "account/join.html", {"form": form}, status=status.value)


def generate_codes(request: HttpRequest) -> HttpResponse:
    """Make recovery codes anew, as allauth does: it locks a row, for which a transaction of *signin* is needed."""
    with signing_in():
        response: HttpResponse = recovery_views.generate_recovery_codes(request)
        return response.render() if hasattr(response, "render") else response


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Removing a passkey: never the only second factor there is."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Remove it where another factor is left."""
        if not get_adapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, FactorAdapter.error_messages["cannot_delete_authenticator"])
            return redirect("mfa_list_webauthn")
        response: HttpResponse = super().form_valid(form)
        return response


remove_passkey = RemovePasskey.as_view()
