"""An agreement in a file, as `comity agreement draft` takes it."""

CODE = "vehicles-2027"
FILE = f"""
code = "{CODE}"
title = "Vehicles, in one direction"
kind = "sharing_mou"
starts_at = 2026-01-01T07:00:00Z
text = "1 Vehicles go to investigators, at most 50 a day."

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
