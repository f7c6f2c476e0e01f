"""What a search asks for: one value for the list, its facets, links and offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode

from django.urls import reverse

#: The value of a group that stands for postings that say nothing about it.
NOT_STATED = "none"


class Group(StrEnum):
    """The filters with several values, by the name of their parameter."""

    TYPE = "type"
    WORKPLACE = "workplace"
    COUNTRY = "country"
    ORGANIZATION = "organization"


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """OR inside a group, AND between groups, words and place.

    `employment_types` holds values of `EmploymentType`, `workplaces` of `Workplace`,
    `countries` ISO 3166-1 alpha-2 codes, `organizations` primary keys as text. Each
    but `workplaces` may hold `NOT_STATED`.
    """

    words: str = ""
    where: str = ""
    employment_types: tuple[str, ...] = ()
    workplaces: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    include_closed: bool = False

    def values(self, group: Group) -> tuple[str, ...]:
        match group:
            case Group.TYPE:
                return self.employment_types
            case Group.WORKPLACE:
                return self.workplaces
            case Group.COUNTRY:
                return self.countries
            case Group.ORGANIZATION:
                return self.organizations

    def chosen(self) -> Iterator[tuple[Group, str]]:
        """Every chosen value of every group, in the order of the parameters."""
        for group in Group:
            for value in self.values(group):
                yield group, value

    def with_values(self, group: Group, values: tuple[str, ...]) -> Self:
        match group:
            case Group.TYPE:
                return replace(self, employment_types=values)
            case Group.WORKPLACE:
                return replace(self, workplaces=values)
            case Group.COUNTRY:
                return replace(self, countries=values)
            case Group.ORGANIZATION:
                return replace(self, organizations=values)

    def without(self, group: Group, value: str | None = None) -> Self:
        """Without one value of a group, or without all of them."""
        kept = tuple(v for v in self.values(group) if value is not None and v != value)
        return self.with_values(group, kept)

    def with_closed(self, *, include: bool) -> Self:
        return replace(self, include_closed=include)

    def without_filters(self) -> Self:
        """The words and the place alone."""
        return type(self)(words=self.words, where=self.where)

    def without_text(self) -> Self:
        """The filters alone."""
        return replace(self, words="", where="")

    def params(self) -> list[tuple[str, str]]:
        """The query parameters that say this, in a fixed order, none of them empty."""
        pairs = [("q", self.words), ("where", self.where)]
        pairs += [(group.value, value) for group, value in self.chosen()]
        pairs += [("closed", "1" if self.include_closed else "")]
        return [(name, value) for name, value in pairs if value]

    def url(self, *, page: int = 1) -> str:
        """The address of a page of the list."""
        pairs = self.params()
        if page > 1:
            pairs.append(("page", str(page)))
        query = urlencode(pairs)
        return reverse("posting_list") + (f"?{query}" if query else "")
