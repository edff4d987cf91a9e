"""By which database role which tables are reached, where code does not say."""

from typing import Any, Final

from django.db.models import Model

from comity.spine.tenancy.transaction import SIGN_IN

_OF_SIGN_IN: Final = frozenset({"auth", "contenttypes", "sessions", "account", "mfa", "usersessions", "socialaccount"})


class SignInTables:
    """Leads what belongs to signing in to its own role, so that no page of the console can read a password's hash."""

    def db_for_read(self, model: type[Model], **_: Any) -> str | None:  # noqa: ANN401 - Django's signature
        """Return the connection for a model; None: the usual one."""
        return SIGN_IN if _signs_in(model) else None

    def db_for_write(self, model: type[Model], **_: Any) -> str | None:  # noqa: ANN401 - Django's signature
        """Return the connection for a model; None: the usual one."""
        return SIGN_IN if _signs_in(model) else None


def _signs_in(model: type[Model]) -> bool:
    named = model._meta  # noqa: SLF001 - Django's documented way to a model's names
    return named.app_label in _OF_SIGN_IN or named.label_lower in {"accounts.account", "accounts.draft"}
