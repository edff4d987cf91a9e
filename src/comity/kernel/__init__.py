"""Pure building blocks: ids, time, canonical form, digests, states. No Django, no business word."""
