"""The clock of production: the database server's, one for every process of the node."""

from datetime import datetime

from django.db import connections


def database_now(alias: str = "default") -> datetime:
    """Return the database server's time, aware, to the microsecond; read once per command."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment
