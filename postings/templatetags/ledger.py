"""What the import ledger leaves to do, for the front page of the admin."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import ngettext

from postings.models import ImportConflict, ImportRecord

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting(context: Context) -> list[tuple[str, str]]:
    """What nobody has settled yet and this user may see, each with its list.

    Cost: one query for each of the two.
    """
    user: Any = context["request"].user
    found: list[tuple[str, str]] = []
    if user.has_perm("postings.view_importrecord"):
        count = ImportRecord.objects.waiting().count()
        said = ngettext("%d rejected record", "%d rejected records", count) % count
        if count:
            found.append((said, reverse("admin:postings_importrecord_changelist")))
    if user.has_perm("postings.view_importconflict"):
        count = ImportConflict.objects.filter(
            resolution=ImportConflict.Resolution.OPEN
        ).count()
        said = ngettext("%d conflict", "%d conflicts", count) % count
        if count:
            found.append((said, reverse("admin:postings_importconflict_changelist")))
    return found
