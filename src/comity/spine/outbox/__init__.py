"""The outbox: durable messages of ids, claimed in batches, retried, given up in the open."""
