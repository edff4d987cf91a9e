"""Sessions in the database, as the framework keeps them, in fewer ways there and back.

Every page asks for its session and for whose it is; both are read at once. A change of a session is one statement.
"""

from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db.models import OuterRef, Subquery
from django.utils import timezone


class SessionStore(DatabaseSessions):
    """A session, and in `owner` the account it was opened for, as it stands at this request; None: not known here."""

    owner: object | None = None

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - the framework's signature
        """Save a session that is there in one statement, any other as the framework does. Raises `UpdateError`."""
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        row = self.create_model_instance(dict(self.items()))
        kept = self.model.objects.filter(session_key=row.session_key)
        if not kept.update(session_data=row.session_data, expire_date=row.expire_date):
            raise UpdateError

    def _get_session_from_db(self) -> Any:  # noqa: ANN401 - a model of the framework
        """Return the session's row; of somebody signed in together with the account, from the list of sessions."""
        from allauth.usersessions.models import UserSession  # noqa: PLC0415 - a model, once apps are loaded

        kept = self.model.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
        listed = UserSession.objects.filter(session_key=self.session_key).select_related("user")
        found = listed.annotate(kept=Subquery(kept.values("session_data")[:1])).first()
        if found is None or found.kept is None:
            return super()._get_session_from_db()  # type: ignore[misc] # the stubs leave it out
        self.owner = found.user
        return self.model(session_key=str(self.session_key), session_data=found.kept)
