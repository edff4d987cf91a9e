"""What this installation is told by its environment, and how it reaches its database. Imports no Django."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from psycopg.conninfo import make_conninfo

OPEN_TO_OTHERS = 0o077
HIGHEST_PORT = 65535
THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
EVERYWHERE = ("0.0.0.0", "[::]")  # noqa: S104 - recognized, not bound: it names every interface and so no host


class SettingsError(ValueError):
    """A setting or a settings file is unusable; the message says what to do."""


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """A PKCS#11 token that holds the node's keys: the module that reaches it, its label, the file of its PIN (0600)."""

    module: Path
    label: str
    pin_file: Path


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """One node, read once from the environment; everything else is given it.

    `home` is absolute: it holds `database.json`, `keys.json` and, for an ordinary user, the database itself.
    `database_url` is an administrator's address of a real server, needed only until `database.json` is written.
    `token` is None while the keys are in the key file. `hosts`: names the API answers to.
    """

    home: Path
    database_url: str | None
    bind_host: str
    bind_port: int
    state: str
    token: TokenSettings | None = None
    hosts: tuple[str, ...] = THIS_MACHINE
    url: str = ""
    """Where people reach the node, like `https://comity.example.gov`; "": on this machine, over http."""
    bad_passwords: Path | None = None
    """A list of hashes of passwords that are known to others, beside the one that is built in."""

    @property
    def is_https(self) -> bool:
        """Whether people reach the node over https."""
        return self.url.startswith("https://")

    @property
    def access_file(self) -> Path:
        """The file with the addresses and passwords of the database roles (0600)."""
        return self.home / "database.json"

    @property
    def session_key_file(self) -> Path:
        """The file with the key that signs sessions and one-time links (0600)."""
        return self.home / "session-key"

    @property
    def identity_file(self) -> Path:
        """The file that names the identity providers of agencies; most nodes have none."""
        return self.home / "identity.toml"

    @property
    def key_file(self) -> Path:
        """The file with the node's keys (0600), owned by `spine.keys`."""
        return self.home / "keys.json"

    @property
    def log_key_file(self) -> Path:
        """The log's private key (0600), for the sequencer alone; its public keys lie beside it (`*.vkey`)."""
        return self.home / "log-key.json"


def load(environ: Mapping[str, str] | None = None) -> NodeSettings:
    """Read `COMITY_HOME` and the others of docs/reference/environment.md; raises `SettingsError`."""
    values = os.environ if environ is None else environ
    host, port = _bind(values.get("COMITY_BIND") or "127.0.0.1:8000")
    url = _url(values.get("COMITY_URL") or "")
    named = ",".join(filter(None, [values.get("COMITY_ALLOWED_HOSTS"), urlsplit(url).hostname]))
    return NodeSettings(
        home=Path(values.get("COMITY_HOME") or ".comity").expanduser().absolute(),
        database_url=_database_url(values.get("COMITY_DATABASE_URL") or None),
        bind_host=host,
        bind_port=port,
        state=_state(values.get("COMITY_STATE") or "az"),
        token=_token(values),
        hosts=_hosts(named, host),
        url=url,
        bad_passwords=_bad_passwords(values.get("COMITY_BAD_PASSWORDS") or ""),
    )


def _bind(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) <= HIGHEST_PORT:
        raise SettingsError(f"COMITY_BIND is `{text}`; write an address and a port, like `127.0.0.1:8000`")
    return host, int(port)


def _hosts(text: str, bind_host: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if not re.fullmatch(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]", name):
            raise SettingsError(
                f"COMITY_ALLOWED_HOSTS holds `{name}`; write names without scheme and port, separated by commas, "
                "like `comity.example.gov`"
            )
    own = f"[{bind_host}]" if ":" in bind_host else bind_host
    return tuple(dict.fromkeys([*THIS_MACHINE, *([] if own in EVERYWHERE else [own]), *names]))


def _url(text: str) -> str:
    if text and not re.fullmatch(r"https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?/?", text):
        raise SettingsError(f"COMITY_URL is `{text}`; write it like `https://comity.example.gov`, without a path")
    return text.rstrip("/").lower()


def _bad_passwords(text: str) -> Path | None:
    path = Path(text).expanduser().absolute() if text else None
    if path is not None and not path.is_file():
        raise SettingsError(f"COMITY_BAD_PASSWORDS names `{path}`, and there is no such file; give the list of hashes")
    return path


def _state(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2}", text):
        raise SettingsError(f"COMITY_STATE is `{text}`; write the two small letters of a state, like `az`")
    return text


def _token(values: Mapping[str, str]) -> TokenSettings | None:
    store = values.get("COMITY_KEYS") or "file"
    if store == "file":
        return None
    if store != "pkcs11":
        raise SettingsError(f"COMITY_KEYS is `{store}`; write `file` (the key file) or `pkcs11` (a token, an HSM)")
    names = ("COMITY_PKCS11_MODULE", "COMITY_PKCS11_TOKEN", "COMITY_PKCS11_PIN_FILE")
    missing = [name for name in names if not values.get(name)]
    if missing:
        raise SettingsError(
            f"COMITY_KEYS is `pkcs11`, and {', '.join(missing)} is not set; give the module's file, the token's label "
            "and the file that holds its PIN"
        )
    module, label, pin_file = (values[name] for name in names)
    return TokenSettings(Path(module).expanduser().absolute(), label, Path(pin_file).expanduser().absolute())


def _database_url(text: str | None) -> str | None:
    # The value holds a password, so no message repeats it.
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"postgres", "postgresql"} and bool(parts.hostname or "host=" in parts.query)
        usable = usable and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            "COMITY_DATABASE_URL cannot be read; write it like `postgresql://admin:password@host:5432/postgres`"
        )
    return text


class Role(StrEnum):
    """The six database roles, and the bootstrap superuser of an embedded cluster."""

    OWNER = "owner"
    APP = "app"
    SEQUENCER = "sequencer"
    VERIFIER = "verifier"
    PUBLIC = "public"
    SIGNIN = "signin"
    BOOTSTRAP = "bootstrap"

    @property
    def login(self) -> str:
        """The name PostgreSQL knows the role by."""
        return f"comity_{self.value}"


WORKING_ROLES = (Role.OWNER, Role.APP, Role.SEQUENCER, Role.VERIFIER, Role.PUBLIC, Role.SIGNIN)

# Settings of each role's sessions; `roles.prepare_database` writes them into the database and
# `django_databases` sends them again, so that neither a pooler nor an old server leaves a session without limits.
SESSION_LIMITS: Mapping[Role, Mapping[str, str]] = {
    Role.OWNER: {"statement_timeout": "600s", "lock_timeout": "5s"},
    Role.APP: {"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"},
    Role.SEQUENCER: {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"},
    Role.VERIFIER: {"statement_timeout": "900s", "lock_timeout": "5s", "default_transaction_read_only": "on"},
    Role.PUBLIC: {"statement_timeout": "5s", "lock_timeout": "1s", "default_transaction_read_only": "on"},
    Role.SIGNIN: {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"},
}


@dataclass(frozen=True, slots=True)
class DatabaseAccess:
    """Where the database is and with which passwords each role signs in; kept in `HOME/database.json`, mode 0600.

    `host` is a socket folder (embedded) or a host name. `passwords` is keyed by the value of `Role`; `bootstrap`
    is there for an embedded cluster only. `cluster` is the folder of the embedded cluster, None for a real server.
    `tls` holds libpq's ssl settings of `COMITY_DATABASE_URL` (`sslmode`, `sslrootcert`, …).
    """

    host: str
    port: int
    name: str
    passwords: Mapping[str, str]
    cluster: str | None = None
    tls: Mapping[str, str] | None = None

    @classmethod
    def with_new_passwords(cls, *, host: str, port: int, name: str, tls: Mapping[str, str] | None = None) -> Self:
        """Access with a generated password for each of the six roles; nothing is written."""
        return cls(host=host, port=port, name=name, passwords=_new_passwords(), tls=tls)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file; raises `SettingsError` when others can read it or it is damaged, `FileNotFoundError`."""
        mode = path.stat().st_mode & 0o777
        if mode & OPEN_TO_OTHERS:
            raise SettingsError(
                f"`{path}` holds passwords and can be read by others (mode {mode:04o}); run `chmod 600 {path}`"
            )
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except PermissionError as error:
            raise SettingsError(f"`{path}` belongs to another account; run Comity as that account") from error
        except (ValueError, TypeError) as error:
            raise SettingsError(
                f"`{path}` is damaged; move it away and start again: the passwords are then made anew"
            ) from error

    def save(self, path: Path) -> None:
        """Write the file whole or not at all, mode 0600, before returning durable."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def completed(self) -> Self:
        """Return the access with a new password for each role that an older release did not know."""
        return replace(self, passwords={**_new_passwords(), **self.passwords})

    @property
    def lacks(self) -> tuple[Role, ...]:
        """The roles no password is kept for."""
        return tuple(role for role in WORKING_ROLES if role.value not in self.passwords)

    def named(self, name: str) -> Self:
        """Return the same server and passwords with another database of it (a clone of a template)."""
        return replace(self, name=name)

    def conninfo(self, role: Role) -> str:
        """Build a libpq connection string for `role`."""
        return make_conninfo(
            "",
            host=self.host,
            port=self.port,
            dbname=self.name,
            user=role.login,
            password=self.passwords[role.value],
            connect_timeout=10,
            **(self.tls or {}),
        )


def _new_passwords() -> dict[str, str]:
    return {role.value: secrets.token_urlsafe(32) for role in WORKING_ROLES}


ALIASES: Mapping[str, Role] = {
    "default": Role.APP,
    "owner": Role.OWNER,
    "sequencer": Role.SEQUENCER,
    "verifier": Role.VERIFIER,
    "public": Role.PUBLIC,
    "signin": Role.SIGNIN,
}
POOLED = {Role.APP: 8, Role.SIGNIN: 4, Role.PUBLIC: 4}
"""The roles that requests speak as, and how many connections a process keeps for each."""


def django_databases(access: DatabaseAccess) -> dict[str, dict[str, Any]]:
    """Django's DATABASES: `default` is the role app; the roles of requests go through psycopg's pool."""
    return {alias: _django_database(access, role) for alias, role in ALIASES.items()}


def _django_database(access: DatabaseAccess, role: Role) -> dict[str, Any]:
    options: dict[str, Any] = {
        "application_name": role.login,
        "connect_timeout": 10,
        "options": " ".join(f"-c {name}={value}" for name, value in SESSION_LIMITS[role].items()),
        **(access.tls or {}),
    }
    if role is Role.APP:
        # An ask runs the same statements every time: planned once a connection, not once an ask.
        options |= {"server_side_binding": True, "prepare_threshold": 3}
    if role in POOLED:
        options["pool"] = {"min_size": 1 if role is Role.APP else 0, "max_size": POOLED[role], "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": access.host,
        "PORT": access.port,
        "NAME": access.name,
        "USER": role.login,
        "PASSWORD": access.passwords[role.value],
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": options,
    }
