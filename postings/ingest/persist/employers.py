"""Rows of employers as imports name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from postings import schemaorg
from postings.ingest import merge
from postings.models import DatabaseState, Organization, Source, columns

_VALUES = tuple(name for name in columns.ORGANIZATION_COLUMNS if name != "name")


class Mention(NamedTuple):
    """An employer as a record names it, and as the same record named it before."""

    now: schemaorg.Organization
    before: schemaorg.Organization | None


def rows(mentions: Sequence[Mention], *, source: Source) -> list[Organization]:
    """The organization of each mention, made where there is none of its folded name.

    A value is taken where the row's is empty, or where it came from this source and
    the record itself changed it, so that two records of one employer that differ do
    not flap. Cost: at most five statements.
    """
    folded = [merge.fold_name(mention.now.name) for mention in mentions]
    known = {
        row.folded_name: row
        for row in Organization.objects.filter(folded_name__in=set(folded))
    }
    fresh: dict[str, Organization] = {}
    touched: dict[str, Organization] = {}
    for name, mention in zip(folded, mentions, strict=True):
        if name not in known:
            known[name] = fresh[name] = Organization(
                name=mention.now.name, folded_name=name
            )
        if _take_values(known[name], mention, source) and name not in fresh:
            touched[name] = known[name]
    changed = [*fresh.values(), *touched.values()]
    if changed:
        revision = DatabaseState.draw(len(changed))
        for position, row in enumerate(changed):
            row.revision = revision + position
        Organization.objects.bulk_create(fresh.values())
        Organization.objects.bulk_update(
            touched.values(), (*_VALUES, "value_sources", "revision")
        )
    return [known[name] for name in folded]


def _take_values(row: Organization, mention: Mention, source: Source) -> bool:
    taken = False
    for column in _VALUES:
        value, present = _listed(getattr(mention.now, column)), getattr(row, column)
        if not value or value == present:
            continue
        if schemaorg.property_name(column) in row.edited_fields:
            continue
        mine = row.value_sources.get(column) == source.slug
        before = _listed(getattr(mention.before, column)) if mention.before else None
        if not present or (mine and before == present):
            setattr(row, column, value)
            row.value_sources[column] = source.slug
            taken = True
    return taken


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
