"""Tools of those who work on Comity; no part of a node."""
