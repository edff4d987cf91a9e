"""The four tables of the ledger. Rows are written by SQL in `append` and `sequencer` only."""

from django.db import models
from django.db.models.functions import Now


class Pending(models.Model):
    """An entry whose act has committed and that the sequencer has not yet taken."""

    seq = models.BigAutoField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    agency_id = models.UUIDField()
    body = models.BinaryField()
    enqueued_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_pending"


class LedgerEntry(models.Model):
    """Leaf `leaf_index` of the tree, counted from 0 without gaps; `leaf_hash` is SHA-256(00 || body)."""

    leaf_index = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    agency_id = models.UUIDField()
    body = models.BinaryField()
    leaf_hash = models.BinaryField()
    integrated_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_entry"


class Tile(models.Model):
    """A full tile: 256 hashes of 32 bytes at tile level `level` (each a root of 256**level leaves), and their root."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    data = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        db_table = "ledger_tile"


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root: `note` is a C2SP signed note."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_checkpoint"
