"""Criteria to results, over the database's own rows.

Words are matched as parts of words. Facet counts are exact. The country of a posting
is that of its places, or of the areas its applicants may live in where it has none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import TypeVar

from django.db.models import Case, Count, Exists, OuterRef, Q, When

from postings.models import (
    ApplicantLocationRequirement,
    JobLocation,
    JobPosting,
    JobPostingQuerySet,
)
from postings.schemaorg import EmploymentType, JobLocationType, Workplace
from postings.search.criteria import NOT_STATED, Criteria, Group
from postings.wording import countries_named

_Value = TypeVar("_Value", str, int)

PAGE_SIZE = 20

#: How many countries, and how many organizations, a facet holds besides chosen ones.
MAX_VALUES = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """One value of a facet and how many postings have it."""

    value: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """One page of what was found.

    `page` is the page shown, which is the nearest to the one asked for. `closed` is
    how many more postings there are with closed ones included; it and `facets` are
    empty where no facets were asked for. A facet holds every chosen value, also at 0,
    and leaves the choice of its own group out of its counts.
    """

    ids: tuple[int, ...]
    total: int
    page: int
    pages: int
    closed: int = 0
    facets: Mapping[Group, tuple[Counted, ...]] = field(default_factory=dict)


def search(
    criteria: Criteria, *, page: int = 1, at: datetime, facets: bool = True
) -> Results:
    """The postings that fit, newest first, `PAGE_SIZE` a page.

    Cost: two queries; with facets six, and one more for each group with a choice but
    that of organizations.
    """
    if facets:
        total, closed, counted = _facets(criteria, at)
    else:
        total, closed, counted = matching(criteria, at).count(), 0, {}
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    found = matching(criteria, at).newest_first().values_list("pk", flat=True)
    return Results(
        ids=tuple(found[start : start + PAGE_SIZE]),
        total=total,
        page=page,
        pages=pages,
        closed=closed,
        facets=counted,
    )


def matching(criteria: Criteria, at: datetime) -> JobPostingQuerySet:
    """The postings that fit, without repeats, in no order."""
    postings = JobPosting.objects.all()
    shown = postings.visible(at) if criteria.include_closed else postings.open(at)
    return shown.filter(_condition(criteria))


def counts(several: Sequence[Criteria], at: datetime) -> tuple[int, ...]:
    """How many postings fit each of several criteria. Cost: one query."""
    if not several:
        return ()
    asked = {
        f"count_{position}": Count(
            "pk", filter=Q(pk__in=matching(each, at).values("pk"))
        )
        for position, each in enumerate(several)
    }
    found = JobPosting.objects.visible(at).aggregate(**asked)
    return tuple(found[name] for name in asked)


# --- Facets ---------------------------------------------------------------------------


def _facets(
    criteria: Criteria, at: datetime
) -> tuple[int, int, dict[Group, tuple[Counted, ...]]]:
    """The total, how many are closed among all, and the facets.

    Everything counted among the same postings is counted in one query.
    """
    toggled = criteria.with_closed(include=not criteria.include_closed)
    asked: dict[Criteria, dict[tuple[Group | None, str], Q | None]] = defaultdict(dict)
    asked[criteria][None, ""] = None
    asked[toggled][None, ""] = None
    for group in Group:
        for value in _COUNTED[group]:
            asked[criteria.without(group)][group, value] = _CONDITIONS[group]((value,))
    found: dict[Group, dict[str, int]] = {group: {} for group in Group}
    totals: dict[Criteria, int] = {}
    for among, parts in asked.items():
        names = {f"count_{number}": part for number, part in enumerate(parts)}
        values = matching(among, at).aggregate(
            **{name: Count("pk", filter=parts[part]) for name, part in names.items()}
        )
        for name, (counted, value) in names.items():
            if counted is None:
                totals[among] = values[name]
            else:
                found[counted][value] = values[name]
    found[Group.COUNTRY] |= _countries(criteria, at)
    found[Group.ORGANIZATION] |= _organizations(criteria, at)
    return (
        totals[criteria],
        abs(totals[toggled] - totals[criteria]),
        {
            group: tuple(
                Counted(value=value, count=count)
                for value, count in found[group].items()
                if count or value in criteria.values(group)
            )
            for group in Group
        },
    )


#: The values counted one by one; the others of a group are counted in a query of all.
_COUNTED: Mapping[Group, tuple[str, ...]] = {
    Group.TYPE: (*(kind.value for kind in EmploymentType), NOT_STATED),
    Group.WORKPLACE: tuple(kind.value for kind in Workplace),
    Group.COUNTRY: (NOT_STATED,),
    Group.ORGANIZATION: (),
}


def _countries(criteria: Criteria, at: datetime) -> dict[str, int]:
    """Postings by the countries that have most, and by chosen ones. Cost: two queries."""
    found: dict[str, int] = defaultdict(int)
    postings = matching(criteria.without(Group.COUNTRY), at)
    for rows in (
        JobLocation.objects.filter(posting__in=postings.values("pk")),
        ApplicantLocationRequirement.objects.filter(
            posting__in=postings.filter(places_count=0).values("pk")
        ),
    ):
        for code, count in (
            rows.exclude(address_country="")
            .order_by()
            .values_list("address_country")
            .annotate(count=Count("posting", distinct=True))
        ):
            found[code] += count
    return _largest(found) | {
        value: found[value] for value in criteria.countries if value != NOT_STATED
    }


def _organizations(criteria: Criteria, at: datetime) -> dict[str, int]:
    """Postings by the organizations that have most, by chosen ones and by none.

    Cost: one query, of as many rows as there are values.
    """
    keys = [int(key) for key in criteria.organizations if key != NOT_STATED]
    pinned = Q(hiring_organization__in=keys) | Q(hiring_organization__isnull=True)
    rows = (
        matching(criteria.without(Group.ORGANIZATION), at)
        .order_by()
        .values_list("hiring_organization")
        .annotate(count=Count("pk"))
        .order_by(
            Case(When(pinned, then=0), default=1), "-count", "hiring_organization"
        )[: len(keys) + 1 + MAX_VALUES]
    )
    found = dict(rows)
    unnamed = found.pop(None, 0)
    kept = {**_largest(found), **{key: found.get(key, 0) for key in keys}}
    return {str(key): count for key, count in kept.items()} | {NOT_STATED: unnamed}


def _largest(found: Mapping[_Value, int]) -> dict[_Value, int]:
    return dict(
        sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MAX_VALUES]
    )


# --- Conditions -----------------------------------------------------------------------


def _condition(criteria: Criteria) -> Q:
    """All of it but the state."""
    condition = Q()
    for word in criteria.words.split():
        condition &= _has_word(word)
    if criteria.where:
        condition &= _is_at(criteria.where)
    for group in Group:
        if values := criteria.values(group):
            condition &= _CONDITIONS[group](values)
    return condition


def _has_type(values: Sequence[str]) -> Q:
    condition = Q()
    for value in values:
        stated = Q(employment_type__has=value)
        condition |= Q(employment_type=[]) if value == NOT_STATED else stated
    return condition


_WORKPLACES: Mapping[str, Q] = {
    Workplace.ON_SITE: ~Q(job_location_type=JobLocationType.TELECOMMUTE.value),
    Workplace.REMOTE_POSSIBLE: Q(
        job_location_type=JobLocationType.TELECOMMUTE.value, places_count__gt=0
    ),
    Workplace.REMOTE_ONLY: Q(
        job_location_type=JobLocationType.TELECOMMUTE.value, places_count=0
    ),
}


def _has_workplace(values: Sequence[str]) -> Q:
    condition = Q()
    for value in values:
        condition |= _WORKPLACES[value]
    return condition


def _in_country(values: Sequence[str]) -> Q:
    condition = Q()
    codes = [value for value in values if value != NOT_STATED]
    if codes:
        condition |= _placed(Q(address_country__in=codes), Q(address_country__in=codes))
    if NOT_STATED in values:
        condition |= ~_placed(~Q(address_country=""), ~Q(address_country=""))
    return condition


def _by_organization(values: Sequence[str]) -> Q:
    condition = Q()
    keys = [int(value) for value in values if value != NOT_STATED]
    if keys:
        condition |= Q(hiring_organization__in=keys)
    if NOT_STATED in values:
        condition |= Q(hiring_organization__isnull=True)
    return condition


_CONDITIONS: Mapping[Group, Callable[[Sequence[str]], Q]] = {
    Group.TYPE: _has_type,
    Group.WORKPLACE: _has_workplace,
    Group.COUNTRY: _in_country,
    Group.ORGANIZATION: _by_organization,
}


def _placed(place: Q, area: Q) -> Q:
    """Some place fits, or, where there is none, some area applicants may live in."""
    own = {"posting": OuterRef("pk")}
    return Q(Exists(JobLocation.objects.filter(place, **own))) | Q(
        Exists(ApplicantLocationRequirement.objects.filter(area, **own)),
        places_count=0,
    )


#: Not after the beginning of a character reference: `amp` is no word of `R&amp;D`. In
#: sanitised HTML every & begins one, whose name has four letters at most.
_NOT_IN_REFERENCE = "".join(f"(?<!&[^;]{{{length}}})" for length in range(5))


def _has_word(word: str) -> Q:
    """The word is part of a title, name, list or of the description's text."""
    condition = Q()
    for spelling in _spellings(word):
        for column in (
            "title",
            "name",
            "identifier",
            "relevant_occupation",
            "hiring_organization__name",
        ):
            condition |= Q(**{f"{column}__icontains": spelling})
        for column in ("skills", "industry", "occupational_category"):
            condition |= Q(**{f"{column}__mention": spelling})
        # Not within a tag: in sanitised HTML no other text holds < or >.
        in_html = escape(spelling, quote=False)
        condition |= Q(texts__description__icontains=in_html) & Q(
            texts__description__iregex=(
                rf"{_NOT_IN_REFERENCE}{re.escape(in_html)}(?![^<>]*>)"
            )
        )
    return condition


def _is_at(where: str) -> Q:
    """Each part between commas, or each word of it, says the same place."""
    place, area = Q(), Q()
    for part in filter(None, (part.strip() for part in where.split(","))):
        place &= _each_word(part, _place_says)
        area &= _each_word(part, _area_says)
    return _placed(place, area)


def _each_word(part: str, says: Callable[[str], Q]) -> Q:
    words = Q()
    for word in part.split():
        words &= says(word)
    return says(part) | words


def _place_says(text: str) -> Q:
    columns = (
        "address_locality",
        "address_region",
        "name",
        "address",
        "address_country_text",
    )
    return (
        _columns_say(text, columns)
        | Q(postal_code__istartswith=text)
        | Q(address_country__in=countries_named(text))
    )


def _area_says(text: str) -> Q:
    return _columns_say(text, ("name",)) | Q(address_country__in=countries_named(text))


def _columns_say(text: str, columns: Sequence[str]) -> Q:
    """Two letters are an abbreviation: CA is no part of Chicago."""
    lookup = "iexact" if len(text) <= 2 and text.isascii() else "icontains"  # noqa: PLR2004
    condition = Q()
    for spelling in _spellings(text):
        for column in columns:
            condition |= Q(**{f"{column}__{lookup}": spelling})
    return condition


def _spellings(text: str) -> tuple[str, ...]:
    """The text in the cases it may stand in: SQLite folds the case of ASCII only."""
    if text.isascii():
        return (text,)
    return tuple(dict.fromkeys((text, text.lower(), text.upper(), text.capitalize())))
