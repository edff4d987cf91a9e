"""What of reference tables is known without reading them: their stamps."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models


class Stamp(models.Model):
    """The stamp of a group of reference tables; a trigger replaces it with every statement that writes to one."""

    name = models.TextField(primary_key=True)
    value = models.UUIDField(db_default=RandomUUID())

    class Meta:
        db_table = "tenancy_stamp"

    def __str__(self) -> str:
        """Return the group's name."""
        return self.name
