"""What agencies do together."""
