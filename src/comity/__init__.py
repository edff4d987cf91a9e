"""Comity: agreements, law, the gate, what was shared, and the proof of it."""

__version__ = "0.1.0"
