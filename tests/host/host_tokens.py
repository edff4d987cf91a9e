"""A SoftHSM token of a test's own, and the `comity` command on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from host_clusters import SOURCES

MODULE = next((path for path in Path("/usr/lib").glob("**/softhsm/libsofthsm2.so")), None)
TOOL = shutil.which("softhsm2-util")


def given(folder: Path, **changes: str) -> dict[str, str]:
    """What the environment says of a token in `folder`."""
    values = {
        "COMITY_HOME": str(folder),
        "COMITY_KEYS": "pkcs11",
        "COMITY_PKCS11_MODULE": str(MODULE or "/usr/lib/softhsm/libsofthsm2.so"),
        "COMITY_PKCS11_TOKEN": "comity",
        "COMITY_PKCS11_PIN_FILE": str(folder / "pin"),
    }
    return values | changes


def make_token(folder: Path) -> dict[str, str]:
    """Initialize an empty token in `folder`; return the environment that names it. Skips where there is no SoftHSM."""
    if MODULE is None or TOOL is None:
        pytest.skip("SoftHSM is not installed (apt: softhsm2)")
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    environment = given(folder, SOFTHSM2_CONF=str(config))
    add_token(environment, "comity")
    pin = folder / "pin"
    pin.touch(0o600)
    pin.write_text("5678\n")
    return environment


def add_token(environment: Mapping[str, str], label: str) -> None:
    """Initialize another empty token beside the first."""
    command = [str(TOOL), "--init-token", "--free", "--label", label, "--so-pin", "1234", "--pin", "5678"]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)  # noqa: S603 - found above


def run(script: str, environment: Mapping[str, str], typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own: SoftHSM reads its configuration once a process."""
    return subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": SOURCES} | dict(environment),
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
