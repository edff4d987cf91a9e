"""The ledger: append, sequence, prove, checkpoint, verify. It holds digests and never personal data."""
