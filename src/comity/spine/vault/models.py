"""The tables of the vault. Written by SQL in this package only."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact, LessThanOrEqual

CODE: Final = r"^[a-z][a-z0-9_.-]{0,63}$"
"""What a code looks like: no column that says why has room for a person's words."""
CODE_LENGTH: Final = 64
"""Of codes on the path of every ask: a regular expression would cost it 5 µs a row."""
DIGEST_LENGTH: Final = 64


class Item(models.Model):
    """One sealed record: AES-256-GCM under its own data key, which master key `key_id` wraps.

    `ciphertext` ends with the 16-byte tag; AAD is the 16 bytes of `id` followed by `kind`. `retain_until` NULL: no
    term runs yet. An item lives under the longest term that applies; a hold overrides it.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    owner_id = models.UUIDField()
    reader_ids = ArrayField(models.UUIDField())
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()
    wrapped_key = models.BinaryField()
    key_id = models.TextField()
    retain_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "vault_item"
        constraints = [
            models.CheckConstraint(condition=LessThanOrEqual(Length("kind"), CODE_LENGTH), name="vault_item_kind")
        ]
        indexes = [
            models.Index(fields=["retain_until"], name="vault_item_due", condition=Q(retain_until__isnull=False)),
        ]


class Hold(models.Model):
    """Keeps an item from being purged until released. Seen by the post that placed it and by retention only."""

    id = models.UUIDField(primary_key=True)
    item_id = models.UUIDField()
    agency_id = models.UUIDField()
    placed_by = models.UUIDField()
    reason = models.TextField()
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.UUIDField(null=True)

    class Meta:
        db_table = "vault_hold"
        constraints = [
            models.CheckConstraint(condition=Q(reason__regex=CODE), name="vault_hold_reason"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="vault_hold_release",
            ),
        ]
        indexes = [models.Index(fields=["item_id"], name="vault_hold_open", condition=Q(released_at__isnull=True))]


class Tombstone(models.Model):
    """What stays of a purged item: never its content, only the digest that the ledger already holds."""

    item_id = models.UUIDField(primary_key=True)
    kind = models.TextField()
    owner_id = models.UUIDField()
    digest = models.TextField()
    purged_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        db_table = "vault_tombstone"
        constraints = [
            models.CheckConstraint(condition=Q(reason__regex=CODE), name="vault_tombstone_reason"),
            models.CheckConstraint(condition=Exact(Length("digest"), DIGEST_LENGTH), name="vault_tombstone_digest"),
        ]
