"""Django's settings: a view of the node's settings, with nothing decided here twice."""

from comity.config.node import DatabaseAccess, django_databases, load

NODE = load()


def _access() -> DatabaseAccess:
    """Return how the database is reached; before `comity` has made one, an address nobody answers at."""
    if NODE.access_file.exists():
        return DatabaseAccess.load(NODE.access_file)
    return DatabaseAccess.with_new_passwords(host=str(NODE.home / "none"), port=5432, name="comity")


SECRET_KEY = "comity signs nothing with Django's key: sessions come with the console"  # noqa: S105 - not used to sign
DEBUG = False
ALLOWED_HOSTS = list(NODE.hosts)
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "comity.config.urls"
WSGI_APPLICATION = "comity.config.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "ninja",
    "procrastinate.contrib.django",
    "comity.spine.tenancy",
    "comity.spine.ledger",
    "comity.spine.vault",
    "comity.spine.outbox",
    "comity.spine.clocks",
    "comity.spine.tasks",
    "comity.standing.directory",
    "comity.standing.law",
    "comity.standing.training",
    "comity.standing.agreements",
    "comity.coordination.exchange",
    "comity.accountability.publication",
]
MIDDLEWARE = ["comity.doors.api.hosts.known_hosts"]
DATABASES = django_databases(_access())
DATABASE_ROUTERS: list[str] = []
STATIC_URL = "/static/"
LOGGING_CONFIG = None
