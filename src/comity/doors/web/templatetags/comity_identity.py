"""The identity providers that a page of signing in offers."""

from collections.abc import Sequence

from django import template

from comity.config.identity import Provider
from comity.doors.web.signin.identity.proven import providers

register = template.Library()


@register.simple_tag
def identity_providers() -> Sequence[Provider]:
    """Return every provider of the node, by name."""
    return providers()


@register.simple_tag(takes_context=True)
def own_identity_providers(context: template.Context) -> Sequence[Provider]:
    """Return the providers that whoever is signed in may prove to be there by."""
    from comity.standing.accounts.selectors import list_own_providers, signed_in  # noqa: PLC0415 - once apps are loaded

    account = signed_in(context["request"].user)
    own = list_own_providers(account.id) if account is not None else []
    return [one for one in providers() if one.code in own]
