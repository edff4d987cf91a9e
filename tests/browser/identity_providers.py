"""Real identity providers for tests: packages of npm, started on a free port of this machine with keys of their own."""

import datetime as dt
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from comity.config.identity import OidcProvider, SamlProvider

HERE = Path(__file__).parent / "identity"
VENV = Path(__file__).parents[2] / ".venv" / "bin"
SECRET = "a secret of this test alone"
TWO_FACTORS = "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken"


@contextmanager
def _running(script: str, *given: str) -> Iterator[str]:
    """Run a provider and yield the address it prints."""
    path = f"{VENV}{os.pathsep}{os.environ['PATH']}"
    node = shutil.which("node", path=path)
    assert node, "the tests of identity providers need node; `make test` fetches one"
    environment = {"PATH": path, "NODE_NO_WARNINGS": "1"}
    with subprocess.Popen(  # noqa: S603 - a script of this folder
        [node, str(HERE / script), *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://localhost:"), f"{script} did not start"
            yield address
        finally:
            process.terminate()


@contextmanager
def openid(
    site: str, *, code: str = "dps", agency: str = "az-dps", factors: tuple[str, ...] = ()
) -> Iterator[OidcProvider]:
    """Run an OpenID provider for the node at `site`."""
    with _running("oidc.mjs", "comity", SECRET, f"{site}/accounts/identity/{code}/callback/") as issuer:
        yield OidcProvider(
            code=code, agency=agency, name="Department of Public Safety", issuer=issuer, client_id="comity",
            secret=SECRET, second_factor=frozenset(factors),
        )  # fmt: skip


@contextmanager
def saml(site: str, folder: Path, *, code: str = "dps", agency: str = "az-dps") -> Iterator[SamlProvider]:
    """Run a SAML identity provider for the node at `site`, with a key made now."""
    key, certificate = _new_key(folder)
    with _running("saml.mjs", str(key), str(certificate), f"{site}/accounts/identity/{code}/acs/") as address:
        yield SamlProvider(
            code=code, agency=agency, name="Department of Public Safety", issuer="urn:test-provider",
            sign_in_url=f"{address}/", certificate=certificate.read_text("ascii"),
            second_factor=frozenset({TWO_FACTORS}),
        )  # fmt: skip


def _new_key(folder: Path) -> tuple[Path, Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test provider")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "provider.key", folder / "provider.crt"
    paths[0].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    paths[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return paths
