"""Signed agreements as they come out of a scan, read by rules. Pure: bytes in, frozen values out."""
