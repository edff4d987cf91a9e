"""`comity keys move-to-token`: from the key file into the PKCS#11 token that the settings name."""

import base64
from typing import TYPE_CHECKING

import typer

from comity.config.node import NodeSettings, load
from comity.doors.cli.mistakes import told
from comity.doors.cli.node import Node
from comity.doors.cli.say import say
from comity.host.keystore import name_store
from comity.host.opened import opened_node
from comity.host.prepare import move_keys

if TYPE_CHECKING:
    from comity.spine.keys.ring import PublicKey


def move_command() -> None:
    """Move the keys from the key file into the token that COMITY_PKCS11_… name, and seal the vault under it.

    Stop the node's services, set COMITY_KEYS=pkcs11 with the others, run this, start the services with the same. It can
    be interrupted: everything opens meanwhile, run it again to go on. Backups need the key file for 35 days.
    """
    settings = load()
    with told(), opened_node(settings, keys=move_keys) as node:
        code = move(node, settings)
    raise typer.Exit(code)


def move(node: Node, settings: NodeSettings) -> int:
    """Seal every data key under the token's master key, after `move_keys`; return 1 when some is left."""
    from comity.doors.cli.keys import rewrap
    from comity.spine.keys.moved_ring import MovedRing

    ring = node.open_keys()
    if not isinstance(ring, MovedRing):
        raise TypeError("the key file was not moved")
    say(f"new items are sealed in {name_store(settings)}; `{settings.key_file}` only opens what it sealed")
    code = rewrap(node, keys=ring)
    for key in ring.former_public_keys():
        say(f"the key that signed as `{key.purpose}` until now, for who checks what it signed: {_told(key)}")
    for key in ring.public_keys():
        say(f"the key that signs as `{key.purpose}` from now on: {_told(key)}")
    if code == 0:
        say(
            f"everything is sealed in the token; back it up now, and keep `{settings.key_file}` for 35 days: older "
            "backups open with it only",
            "→ then `comity keys masters` lists the master keys and `comity keys retire KEY` destroys an old one; with "
            "its last the file goes",
        )
    return code


def _told(key: "PublicKey") -> str:
    return f"{key.key_id}, SPKI {base64.b64encode(key.spki).decode()}"
