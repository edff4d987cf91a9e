"""The address of a Django database alias, for work that other processes share."""

from django.db import connections
from psycopg.conninfo import make_conninfo


def conninfo_of(alias: str) -> str:
    """Return the libpq connection string of an alias; the psycopg pool is not part of it."""
    settings = connections[alias].settings_dict
    options = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
    return make_conninfo(
        "",
        host=settings["HOST"],
        port=settings["PORT"] or None,
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        **options,
    )
