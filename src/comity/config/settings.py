"""Django's settings: a view of the node's settings, with nothing decided here twice."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy

from comity.config.identity import load_providers
from comity.config.node import DatabaseAccess, django_databases, load
from comity.config.session_key import read_session_key

NODE = load()
IDENTITY_PROVIDERS = load_providers(NODE.identity_file)
ROOT = Path(__file__).resolve().parents[3]
"""The folder of the checkout: packages of npm and what is made of them lie there."""


def _access() -> DatabaseAccess:
    """Return how the database is reached; before `comity` has made one, an address nobody answers at."""
    if NODE.access_file.exists():
        return DatabaseAccess.load(NODE.access_file).completed()
    return DatabaseAccess.with_new_passwords(host=str(NODE.home / "none"), port=5432, name="comity")


SECRET_KEY = read_session_key(NODE.session_key_file)
DEBUG = False
ALLOWED_HOSTS = list(NODE.hosts)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "comity.config.urls"
WSGI_APPLICATION = "comity.config.wsgi.application"
INSTALLED_APPS = [
    "comity.doors.web",
    "comity.doors.portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "ninja",
    "procrastinate.contrib.django",
    "comity.spine.tenancy",
    "comity.spine.ledger",
    "comity.spine.vault",
    "comity.spine.outbox",
    "comity.spine.clocks",
    "comity.spine.tasks",
    "comity.standing.directory",
    "comity.standing.accounts",
    "comity.standing.law",
    "comity.standing.training",
    "comity.standing.agreements",
    "comity.coordination.exchange",
    "comity.accountability.publication",
]
MIDDLEWARE = [
    # First what every answer bears, that of a file, a refusal and a fault included.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "comity.doors.api.hosts.known_hosts",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "comity.doors.web.limits.body_limit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "comity.doors.web.idle.idle_lock",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["comity.doors.web.templatetags.comity_acting"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DATABASES = django_databases(_access())
DATABASE_ROUTERS = ["comity.config.connections.SignInTables"]
LOGGING_CONFIG = None

# Language and time. Instants are stored in UTC; a page shows them in the zone of its agency's state.
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", gettext_lazy("English")), ("es", gettext_lazy("Spanish"))]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = NODE.is_https

# What browsers are given besides pages.
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / ".static"
STATICFILES_DIRS = [
    (f"uswds/{part}", ROOT / "node_modules" / "@uswds" / "uswds" / "dist" / part)
    for part in ("css", "fonts", "img", "js")
] + [("htmx", ROOT / "node_modules" / "htmx.org" / "dist")]
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# A file that somebody sends stays in memory, within a bound: none is written to a disk on its way.
FILE_UPLOAD_HANDLERS = ["comity.doors.web.uploads.BoundedUpload"]

# Sessions end after twelve hours, with the browser, and lock when idle (`doors.web.idle`).
SESSION_ENGINE = "comity.doors.web.signin.store"
SESSION_COOKIE_NAME = "__Host-comity" if NODE.is_https else "comity"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = NODE.is_https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-comity-csrf" if NODE.is_https else "comity-csrf"
CSRF_TRUSTED_ORIGINS = [NODE.url] if NODE.is_https else []

# How much is read of what is sent (`doors.web.limits` tells the length before; these hold where it lies).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# What pages may do in a browser: load from here, nothing inline, be framed by nobody.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NODE.is_https else None
SECURE_HSTS_SECONDS = 31_536_000 if NODE.is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Signing in: a name and a password of NIST SP 800-63B, always with a second factor (`doors.web.signin`).
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["comity.doors.web.signin.backend.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username",)},
    },
    *(
        [{"NAME": "comity.doors.web.signin.known.KnownPasswords", "OPTIONS": {"path": str(NODE.bad_passwords)}}]
        if NODE.bad_passwords
        else []
    ),
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
ACCOUNT_ADAPTER = "comity.doors.web.signin.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
# Failures are counted by account, in the database (`standing.accounts`), whatever process answers.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "60/m/ip", "reauthenticate": "10/m/user"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {"change_password": "comity.doors.web.signin.forms.NewPasswordForm"}
# A reverse proxy stands before a node that is reached over https, and tells from where.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if NODE.is_https else 0
MFA_ADAPTER = "comity.doors.web.signin.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "comity.doors.web.signin.forms.CodeForm",
    "reauthenticate": "comity.doors.web.signin.forms.CodeAgainForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Comity"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not NODE.is_https
MFA_WEBAUTHN_USER_VERIFICATION = "required"
USERSESSIONS_ADAPTER = "comity.doors.web.signin.adapter.SessionAdapter"
USERSESSIONS_TRACK_ACTIVITY = False
SILENCED_SYSTEM_CHECKS: list[str] = []
