"""What a search asks for: one value for the list, its facets, links and offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from django.urls import reverse

#: The value of a group that stands for postings that say nothing about it.
NOT_STATED = "none"

#: Kilometres around a town or a postal code, and those meant where none are chosen.
RADII = (10, 25, 50, 100, 200)
RADIUS = 25

#: "Posted within": days.
DAYS = (1, 3, 7, 14, 30)

#: The upper ends of what is asked for in months of experience, and the value of each.
_EXPERIENCE = ((0, "0"), (12, "1"), (36, "3"), (60, "5"))
_MORE_EXPERIENCE = "6"


class Group(StrEnum):
    """The filters with several values, by the name of their parameter."""

    TYPE = "type"
    WORKPLACE = "workplace"
    PLACE = "place"
    ORGANIZATION = "organization"
    INDUSTRY = "industry"
    EDUCATION = "education"
    EXPERIENCE = "experience"
    LANGUAGE = "language"


class Sort(StrEnum):
    """The order of results, by the value of the parameter `sort`."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    CLOSING = "closing"
    PAY = "pay"
    NEAREST = "nearest"


#: Values of `Group.EXPERIENCE`: none asked for, up to 1, 3 and 5 years, and more.
EXPERIENCES = (*(value for _most, value in _EXPERIENCE), _MORE_EXPERIENCE)


def experience_of(months: int | None) -> str:
    """The value of `Group.EXPERIENCE` for monthsOfExperience, "" where not stated."""
    if months is None:
        return ""
    return next(
        (value for most, value in _EXPERIENCE if months <= most), _MORE_EXPERIENCE
    )


class Pay(NamedTuple):
    """At least so much a year, in one currency (ISO 4217); as a parameter `EUR50000`.

    `EUR` alone, at least nothing, says which currency pay is counted and sorted in.
    """

    currency: str
    yearly: int

    def __str__(self) -> str:
        return f"{self.currency}{self.yearly or ''}"


class Employer(NamedTuple):
    """An organization on whose own page a search is made, its primary key as text."""

    key: str
    name: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """OR inside a group, AND between groups, words and place.

    `employment_types` holds values of `EmploymentType`, `workplaces` of `Workplace`,
    `organizations` primary keys as text, `education` values of `CredentialCategory`,
    `experience` of `EXPERIENCES`, `languages` ISO 639 codes. `places` are paths:
    `DE`, `DE/Bayern`, `DE/Bayern/München`, and `DE//Berlin` where no region is stated;
    a path whose town or region is chosen too is left out, the narrower one is meant.
    Each but `workplaces` may hold `NOT_STATED`.

    `within` is kilometres around `where`, 0 for what is usual there. `pay` keeps
    postings that state none, or state another currency, unless `paid_only`.
    `posted_days` of 0 is any time. `sort` of None is by relevance where there are
    words, else the newest first.

    `employer` limits all of it to an organization's own page: no parameter says so,
    nothing takes it out, and `url` leads to that page.
    """

    words: str = ""
    where: str = ""
    within: int = 0
    employment_types: tuple[str, ...] = ()
    workplaces: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    education: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    pay: Pay | None = None
    paid_only: bool = False
    posted_days: int = 0
    include_closed: bool = False
    sort: Sort | None = None
    employer: Employer | None = None

    def values(self, group: Group) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, _FIELDS[group])
        return found

    def chosen(self) -> Iterator[tuple[Group, str]]:
        """Every chosen value of every group, in the order of the parameters."""
        for group in Group:
            for value in self.values(group):
                yield group, value

    def with_values(self, group: Group, values: tuple[str, ...]) -> Self:
        if group is Group.PLACE:
            values = narrowest(values)
        changed: dict[str, Any] = {_FIELDS[group]: values}
        return replace(self, **changed)

    def without(self, group: Group, value: str | None = None) -> Self:
        """Without one value of a group, or without all of them."""
        kept = tuple(v for v in self.values(group) if value is not None and v != value)
        return self.with_values(group, kept)

    def with_closed(self, *, include: bool) -> Self:
        return replace(self, include_closed=include)

    def without_filters(self) -> Self:
        """The words, the place and the order alone."""
        return replace(
            self.everything(),
            words=self.words,
            where=self.where,
            within=self.within,
            sort=self.sort,
        )

    def everything(self) -> Self:
        """Every open posting there is on the page of this search."""
        return type(self)(employer=self.employer)

    def open_ones(self) -> Self:
        """The open postings of this, in no order, with an employer as a filter."""
        found = replace(self, include_closed=False, sort=None, employer=None)
        if self.employer is None:
            return found
        return replace(found, organizations=(self.employer.key,))

    @property
    def is_everything(self) -> bool:
        """Whether nothing but an order is asked for: every open posting fits."""
        return replace(self, sort=None) == self.everything()

    def params(self) -> list[tuple[str, str]]:
        """The query parameters that say this, in a fixed order, none of them empty."""
        pairs = [("q", self.words), ("where", self.where)]
        pairs += [("within", str(self.within or ""))]
        pairs += [(group.value, value) for group, value in self.chosen()]
        pairs += [
            ("pay", str(self.pay or "")),
            ("paid", "1" if self.paid_only else ""),
            ("posted", str(self.posted_days or "")),
            ("closed", "1" if self.include_closed else ""),
            ("sort", self.sort or ""),
        ]
        return [(name, value) for name, value in pairs if value]

    def url(self, *, page: int = 1) -> str:
        """The address of a page of the list, or of the employer's own."""
        path = self.employer.url if self.employer else reverse("posting_list")
        return path + self.query_string(page=page)

    def query_string(self, *, page: int = 1) -> str:
        """With its question mark; empty where nothing is asked for."""
        pairs = self.params()
        if page > 1:
            pairs.append(("page", str(page)))
        query = urlencode(pairs, safe="/")
        return f"?{query}" if query else ""


_FIELDS = {
    Group.TYPE: "employment_types",
    Group.WORKPLACE: "workplaces",
    Group.PLACE: "places",
    Group.ORGANIZATION: "organizations",
    Group.INDUSTRY: "industries",
    Group.EDUCATION: "education",
    Group.EXPERIENCE: "experience",
    Group.LANGUAGE: "languages",
}

#: All parameters of the list but `page`.
PARAMETERS = (
    "q", "where", "within", *(group.value for group in Group), "pay", "paid", "posted",
    "closed", "sort",
)  # fmt: skip


def narrowest(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths of places of which none holds another."""
    return tuple(
        path
        for path in paths
        if not any(other.startswith(f"{path}/") for other in paths)
    )
