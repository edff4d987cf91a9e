"""Pages about agreements: read, negotiated, signed."""
