"""Addresses of signing in: those of allauth that Comity has a use for, and the invitation."""

from typing import Final

from allauth.account import urls as account_urls
from allauth.mfa import urls as factor_urls
from allauth.usersessions import urls as session_urls
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from comity.doors.web.signin.identity.urls import ADDRESSES as IDENTITY
from comity.doors.web.signin.views import generate_codes, join, remove_passkey

_KEPT: Final = frozenset(
    {"account_login", "account_logout", "account_inactive", "account_reauthenticate", "account_change_password"}
)
"""Nobody signs up, and no letters are sent: a password that is forgotten is the security officer's to renew."""

urlpatterns: list[URLPattern | URLResolver] = [
    *(one for one in account_urls.urlpatterns if getattr(one, "name", None) in _KEPT),
    path("signup/", RedirectView.as_view(pattern_name="account_login"), name="account_signup"),
    path("2fa/recovery-codes/generate/", generate_codes),
    path("2fa/webauthn/keys/<int:pk>/remove/", remove_passkey),
    path("2fa/", include(factor_urls)),
    path("sessions/", include(session_urls)),
    path("join/", join, name="join"),
    path("identity/", include(IDENTITY)),
]
