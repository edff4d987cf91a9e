"""An agreement in a file, as `comity agreement draft` takes it."""

CODE = "vehicles-2027"


def agreement_file(*, title: str, text: str) -> str:
    """Return the file of an agreement by which az-dps shares vehicles with hsi-arizona."""
    return f"""
code = "{CODE}"
title = "{title}"
kind = "sharing_mou"
starts_at = 2026-01-01T07:00:00Z
text = '''
{text}'''

[parties]
az-dps = "state"
hsi-arizona = "federal"

[[clauses]]
id = "vehicles"
kind = "share"
from = ["az-dps"]
to = ["hsi-arizona"]
purposes = ["criminal_investigation"]
categories = ["case"]
elements = ["vehicle_description"]
"""


FILE = agreement_file(title="Vehicles, in one direction", text="1 Vehicles go to investigators, at most 50 a day.")
