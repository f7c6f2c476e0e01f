from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DatabaseState(models.Model):
    """One row: which database this is, and the last revision drawn in it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    database_id = models.UUIDField(default=uuid.uuid4, editable=False)
    revision = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("database state")
        verbose_name_plural = _("database state")
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="database_state_is_one_row"),
        )

    def __str__(self) -> str:
        return f"{self.database_id} at revision {self.revision}"

    @classmethod
    def lock(cls) -> None:
        """Makes this transaction the only writer until it ends.

        Revisions then become visible in the order they were drawn, and a reader that
        asks for `revision > mark` misses none. SQLite has one writer by itself.
        """
        cls.objects.get_or_create(pk=1)
        cls.objects.select_for_update().get(pk=1)

    @classmethod
    def identity(cls) -> uuid.UUID:
        """Which database this is: a copy of it is the same one, another never is."""
        return cls.objects.get_or_create(pk=1)[0].database_id

    @classmethod
    def draw(cls, count: int = 1) -> int:
        """The first of `count` revisions nobody else has; call `lock` before."""
        cls.objects.filter(pk=1).update(revision=F("revision") + count)
        return cls.objects.get(pk=1).revision - count + 1


class Tombstone(models.Model):
    """What a purged posting leaves behind, so that an index can drop it."""

    posting_id = models.BigIntegerField(primary_key=True)
    revision = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")

    def __str__(self) -> str:
        return f"posting {self.posting_id}, purged at revision {self.revision}"
