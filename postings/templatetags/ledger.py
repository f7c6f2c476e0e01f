"""What the import ledger leaves to do, for the front page of the admin."""

from __future__ import annotations

from django import template

from postings.models import ImportConflict, ImportRecord

register = template.Library()


@register.simple_tag
def waiting() -> dict[str, int]:
    """How many rejected records and conflicts nobody has settled. Two queries."""
    return {
        "rejections": ImportRecord.objects.filter(
            outcome="rejected", resolved_at__isnull=True
        ).count(),
        "conflicts": ImportConflict.objects.filter(
            resolution=ImportConflict.Resolution.OPEN
        ).count(),
    }
