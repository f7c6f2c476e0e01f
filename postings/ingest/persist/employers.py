"""Rows of employers as imports name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from postings import schemaorg
from postings.ingest import merge
from postings.ingest.persist.rows import Values, insert
from postings.models import (
    DatabaseState,
    Organization,
    OrganizationKey,
    Source,
    columns,
)

_VALUES = tuple(name for name in columns.ORGANIZATION_COLUMNS if name != "name")


class Mention(NamedTuple):
    """An employer as a record names it, and as the same record named it before.

    `addresses` are those that are the employer's own (`merge.employer_addresses`).
    """

    now: schemaorg.Organization
    before: schemaorg.Organization | None
    addresses: tuple[str, ...] = ()


_NAME, _ADDRESS = OrganizationKey.Kind.NAME, OrganizationKey.Kind.ADDRESS


def rows(mentions: Sequence[Mention], *, source: Source) -> list[Organization]:
    """The organization of each mention, made where nothing it is called is known.

    It is found by its folded name, else by an address of its own; either is remembered,
    so that it is found the same way by whatever comes next. A value is taken where the
    row's is empty, or where it came from this source and the record itself changed it,
    so that two records of one employer that differ do not flap. Cost: at most six
    statements.
    """
    folded = [merge.fold_name(mention.now.name) for mention in mentions]
    known = _Known({*folded, *(a for mention in mentions for a in mention.addresses)})
    fresh: list[Organization] = []
    touched: dict[int, Organization] = {}
    found: list[Organization] = []
    for name, mention in zip(folded, mentions, strict=True):
        row = known.find(name, mention.addresses)
        if row is None:
            row = Organization(name=mention.now.name, folded_name=name)
            fresh.append(row)
        known.remember(row, name, mention.addresses)
        if _take_values(row, mention, source) and not row._state.adding:
            touched[row.pk] = row
        found.append(row)
    changed = [*fresh, *touched.values()]
    if changed:
        revision = DatabaseState.draw(len(changed))
        for position, row in enumerate(changed):
            row.revision = revision + position
        Organization.objects.bulk_create(fresh)
        Organization.objects.bulk_update(
            touched.values(), (*_VALUES, "value_sources", "revision")
        )
    insert(OrganizationKey, known.added())
    return found


class _Known:
    """What organizations are called, as stored and as this batch adds to it."""

    def __init__(self, values: set[str]) -> None:
        # Both kinds are named for the index, which begins with them.
        keys = OrganizationKey.objects.filter(
            kind__in=OrganizationKey.Kind.values, value__in=values
        )
        self._owners: dict[tuple[str, str], Organization] = {
            (key.kind, key.value): key.organization
            for key in keys.select_related("organization")
        }
        one: dict[int, Organization] = {}  # a row for each organization, not each key
        for called, row in self._owners.items():
            self._owners[called] = one.setdefault(row.pk, row)
        self._added: list[tuple[str, str]] = []

    def find(self, name: str, addresses: Sequence[str]) -> Organization | None:
        if row := self._owners.get((_NAME, name)):
            return row
        for address in addresses:
            row = self._owners.get((_ADDRESS, address))
            if row and merge.may_be_one(name, row.folded_name, address):
                return row
        return None

    def remember(self, row: Organization, name: str, addresses: Sequence[str]) -> None:
        """What somebody else is called already stays theirs."""
        for called in ((_NAME, name), *((_ADDRESS, each) for each in addresses)):
            if called not in self._owners:
                self._owners[called] = row
                self._added.append(called)

    def added(self) -> list[Values]:
        return [
            {
                "kind": str(kind),
                "value": value,
                "organization_id": self._owners[kind, value].pk,
            }
            for kind, value in self._added
        ]


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
