"""Answering for it: what the public may know."""
