"""The vault: personal payloads under one key per record, with retention, holds and purge."""
