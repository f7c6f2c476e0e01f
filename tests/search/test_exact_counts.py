"""Every number a page of results shows is what the rows of the database say."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import floor
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from postings.models import ApplicantLocationRequirement, JobLocation, JobPosting
from postings.search import facets, index
from postings.search.criteria import (
    DAYS,
    NOT_STATED,
    RADII,
    RADIUS,
    Criteria,
    Group,
    Pay,
    Sort,
)
from postings.search.facets import MAX_VALUES, Counted
from postings.search.places.cells import cover
from postings.search.query import PAGE_SIZE, search
from tests.factories import NOW
from tests.search import crowd

pytestmark = pytest.mark.django_db

CLOSED_GROUPS = (
    Group.TYPE, Group.WORKPLACE, Group.EDUCATION, Group.EXPERIENCE, Group.LANGUAGE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What the database says of a posting that may be shown."""

    pk: int
    open: bool
    values: Mapping[Group, frozenset[str]]
    posted: int
    closes: datetime | None
    currency: str
    yearly: int
    title: tuple[str, ...]
    words: frozenset[str]
    runs: tuple[tuple[str, ...], ...]
    spots: tuple[frozenset[int], ...]
    codes: frozenset[tuple[str, str]]
    address: frozenset[str]


@dataclass(slots=True)
class Where:
    """The places of a posting: paths, the cells each is in, codes and words."""

    paths: set[str] = field(default_factory=set)
    spots: list[frozenset[int]] = field(default_factory=list)
    codes: set[tuple[str, str]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def read() -> dict[int, Row]:
    """Every row that is not hidden, deleted or a draft, in plain Python."""
    places: dict[int, Where] = defaultdict(Where)
    for row in JobLocation.objects.all():
        country, town = row.address_country, row.address_locality
        of = places[row.posting_id]
        centre = point = crowd.point_of(country, town)
        if row.latitude is not None and row.longitude is not None:
            point = row.latitude, row.longitude
        there = not (centre and point) or _kilometres(centre, point) <= 25
        of.paths |= set(crowd.path_of(country, row.address_region, town, there=there))
        if point:
            of.spots.append(_cells(*point))
        of.codes.add((country, row.postal_code))
        of.words |= set(f"{row.name} {town} {row.address_region}".lower().split())
    located = set(places)
    for pk, country in ApplicantLocationRequirement.objects.values_list(
        "posting", "address_country"
    ):
        if pk not in located:
            places[pk].paths.add(country)
    return {
        row.pk: _row(row, places[row.pk])
        for row in JobPosting.objects.select_related("texts")
        if not row.hidden
        and row.deleted_at is None
        and row.published_at is not None
        and row.published_at <= NOW
    }


def _kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(h3.great_circle_distance(a, b, unit="km"))


def _cells(latitude: float, longitude: float) -> frozenset[int]:
    """A cell of H3 of 0.1 km² and all that it is part of."""
    cell = h3.latlng_to_cell(latitude, longitude, 9)
    return frozenset((cell, *(h3.cell_to_parent(cell, size) for size in range(9))))


def _row(row: JobPosting, where: Where) -> Row:
    months = row.months_of_experience
    if row.job_location_type == "TELECOMMUTE":
        workplace = "remote_possible" if row.places_count else "remote_only"
    else:
        workplace = "on_site"
    experience = "" if months is None else "6"
    for most, value in ((60, "5"), (36, "3"), (12, "1"), (0, "0")):
        if months is not None and months <= most:
            experience = value
    values = {
        Group.TYPE: row.employment_type,
        Group.WORKPLACE: [workplace],
        Group.PLACE: where.paths,
        Group.ORGANIZATION: [str(row.hiring_organization_id or "")],
        Group.INDUSTRY: row.industry,
        Group.EDUCATION: row.credential_category,
        Group.EXPERIENCE: [experience],
        Group.LANGUAGE: [row.in_language.split("-")[0]],
    }
    yearly = row.base_salary_yearly_max_value or row.base_salary_yearly_min_value
    paid = bool(row.base_salary_currency) and yearly is not None
    title = tuple(row.title.split())
    texts = row.texts.description.replace("<p>", " ").split("</p>")
    return Row(
        pk=row.pk,
        open=row.withdrawn_at is None
        and (row.valid_through is None or row.valid_through >= NOW),
        values={
            group: frozenset(filter(None, several)) or frozenset({NOT_STATED})
            for group, several in values.items()
        },
        posted=floor(row.posted_at.timestamp()),
        closes=row.valid_through,
        currency=row.base_salary_currency if paid else NOT_STATED,
        yearly=int(yearly or 0) if paid else 0,
        title=title,
        words=frozenset((*title, *row.skills, *" ".join(texts).split())),
        runs=(title, *(tuple(each.split()) for each in texts)),
        spots=tuple(where.spots),
        codes=frozenset(where.codes),
        address=frozenset(where.words),
    )


# --- Criteria by brute force ----------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    rows: Mapping[int, Row]

    def fits(self, row: Row, criteria: Criteria, left_out: object = None) -> bool:
        if not (row.open or criteria.include_closed):
            return False
        if criteria.where and not self._is_there(row, criteria):
            return False
        for group in Group:
            chosen = criteria.values(group)
            if (
                chosen
                and group is not left_out
                and row.values[group].isdisjoint(chosen)
            ):
                return False
        if criteria.posted_days and left_out != "posted":
            since = floor((NOW - timedelta(days=criteria.posted_days)).timestamp())
            if row.posted < since:
                return False
        return left_out == "pay" or self._pays(row, criteria)

    @staticmethod
    def _is_there(row: Row, criteria: Criteria) -> bool:
        """A posting is in a circle by the cells that stand for it: see test_cells."""
        meaning = crowd.meanings()[criteria.where]
        if meaning.centre:
            circle = cover(*meaning.centre, float(criteria.within or RADIUS))
            return any(not spot.isdisjoint(circle) for spot in row.spots)
        if meaning.path:
            return meaning.path in row.values[Group.PLACE]
        if meaning.words:
            return meaning.words <= row.address
        return meaning.code in row.codes

    @staticmethod
    def _pays(row: Row, criteria: Criteria) -> bool:
        pay = criteria.pay
        if pay is not None and row.currency == pay.currency:
            return row.yearly >= pay.yearly
        if criteria.paid_only:
            return pay is None and row.currency != NOT_STATED
        return True

    def worded(self, criteria: Criteria) -> frozenset[int]:
        """The postings that have all of the words, or any of them if none has all."""
        needed = [each for each in criteria.words.split() if each[0] != "-"]
        banned = {each[1:] for each in criteria.words.split() if each[0] == "-"}
        phrase = criteria.words.startswith('"')
        if phrase:
            needed, banned = criteria.words.strip('"').split(), set()

        def has(row: Row, *, every: bool) -> bool:
            if not row.words.isdisjoint(banned):
                return False
            if phrase:
                return any(_follows(needed, run) for run in row.runs)
            found = [word in row.words for word in needed]
            return all(found) if every else any(found)

        shown = [
            row for row in self.rows.values() if row.open or criteria.include_closed
        ]
        found = frozenset(row.pk for row in shown if has(row, every=True))
        if found or len(needed) < 2 or phrase:
            return found
        return frozenset(row.pk for row in shown if has(row, every=False))

    def matching(self, criteria: Criteria, left_out: object = None) -> list[Row]:
        worded = self.worded(criteria) if criteria.words else None
        return [
            row
            for row in self.rows.values()
            if (worded is None or row.pk in worded)
            and self.fits(row, criteria, left_out)
        ]


def _follows(words: list[str], run: tuple[str, ...]) -> bool:
    length = len(words)
    return any(list(run[start : start + length]) == words for start in range(len(run)))


def counted(rows: Iterable[Row], group: Group) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        for value in row.values[group]:
            found[value] += 1
    return found


def flat(values: Iterable[Counted]) -> Iterator[tuple[str, int]]:
    for each in values:
        yield each.value, each.count
        yield from flat(each.inside)


# --- The crowd ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, Truth]]:
    folder = tmp_path_factory.mktemp("crowd")
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(SEARCH_DIR=folder):
            crowd.filled()
        truth = Truth(read())
        with django_db_blocker.block():
            yield folder, truth
        transaction.set_rollback(True)


@pytest.fixture
def truth(crowded: tuple[Path, Truth]) -> Iterator[Truth]:
    folder, truth = crowded
    with override_settings(SEARCH_DIR=folder):
        yield truth


def random_criteria(seed: int, rows: Mapping[int, Row]) -> Iterator[Criteria]:
    """Criteria of one to four limits, with values postings have and some they do not."""
    pick = random.Random(seed)
    some = list(rows.values())
    places = list(crowd.meanings())

    def values(group: Group) -> tuple[str, ...]:
        found = {
            pick.choice(sorted(pick.choice(some).values[group]))
            for _ in range(pick.choice((1, 1, 2, 3)))
        }
        if pick.random() < 0.15 and group is not Group.WORKPLACE:
            found.add(NOT_STATED)
        if pick.random() < 0.1:
            found.add({Group.PLACE: "BR", Group.ORGANIZATION: "999999"}.get(group, "x"))
        return tuple(sorted(found))

    def words() -> str:
        several = pick.sample(crowd.WORDS, pick.choice((1, 1, 2, 2, 3)))
        kind = pick.random()
        if kind < 0.2:
            run = pick.choice(some).runs[pick.choice((1, 2))]
            start = pick.choice((0, 1))
            return f'"{run[start]} {run[start + 1]}"'
        if kind < 0.4 and len(several) > 1:
            several[-1] = f"-{several[-1]}"
        return " ".join(several)

    while True:
        made = Criteria(
            words=words() if pick.random() < 0.4 else "",
            include_closed=pick.random() < 0.25,
        )
        if pick.random() < 0.4:
            where, within = pick.choice(places), pick.choice((0, *RADII))
            made = replace(made, where=where, within=within)
        for group in pick.sample(list(Group), pick.choice((0, 1, 1, 2, 3))):
            made = made.with_values(group, values(group))
        if pick.random() < 0.25:
            amount = pick.choice((0, 20_000, 42_000, 42_001, 70_000, 200_000))
            made = replace(
                made, pay=Pay(pick.choice((*crowd.CURRENCIES, "JPY")), amount)
            )
        if pick.random() < 0.15:
            made = replace(made, paid_only=True)
        if pick.random() < 0.2:
            made = replace(made, posted_days=pick.choice(DAYS))
        yield made


# --- Counts ---------------------------------------------------------------------------


def test_the_index_has_many_parts_and_none_of_what_was_deleted(truth: Truth) -> None:
    opened = index.current()
    assert opened is not None
    assert opened.searcher.num_segments >= 8
    assert opened.searcher.num_docs - 1 == JobPosting.objects.count()
    assert any(Path(settings.SEARCH_DIR).glob("index-*/*.del"))
    assert 3_000 < len(truth.rows) < crowd.SIZE
    employers = {row.values[Group.ORGANIZATION] for row in truth.rows.values()}
    assert len(employers) > 1_000


def test_totals_and_every_shown_count_are_those_of_the_database(truth: Truth) -> None:
    opened = index.current()
    wrong: list[str] = []
    empty = somewhere = 0
    for number, criteria in zip(
        range(200), random_criteria(7, truth.rows), strict=False
    ):
        results = search(criteria, at=NOW)
        fitting = truth.matching(criteria)
        empty += not fitting
        somewhere += bool(criteria.where and fitting)
        problems = [*_differences(truth, criteria, fitting, results)]
        wrong += [f"{number} {criteria}: {each}" for each in problems]
    assert not wrong, "\n".join(wrong[:20])
    print(f"{empty} find nothing, {somewhere} find some at a place")  # noqa: T201
    assert empty < 60
    assert somewhere > 30
    assert index.current() is opened


def test_counts_of_words_most_postings_have_are_those_of_the_database(
    truth: Truth,
) -> None:
    """They are counted by the few postings without them."""
    opened = index.current()
    assert opened is not None
    every = Criteria(include_closed=True)
    asked = [every, Criteria()] + [
        replace(every, words=f"{sign}{word}")
        for word in crowd.WORDS
        for sign in ("", "-")
    ]
    most = 0
    wrong: list[str] = []
    for criteria in asked:
        results = search(criteria, at=NOW)
        fitting = truth.matching(criteria)
        most += 2 * len(fitting) > opened.searcher.num_docs
        problems = [*_differences(truth, criteria, fitting, results)]
        wrong += [f"{criteria}: {each}" for each in problems]
    assert not wrong, "\n".join(wrong[:20])
    assert most > len(crowd.WORDS) / 2


@pytest.mark.parametrize("path", ["DE", "US"])
def test_counts_of_places_are_exact_where_one_look_names_not_all(
    truth: Truth, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a part of the index each look names the largest: the rest is counted after."""
    monkeypatch.setattr(facets, "_CANDIDATES", 4)
    criteria = Criteria(places=(path,))
    true = counted(truth.matching(criteria, Group.PLACE), Group.PLACE)
    found = dict(flat(search(criteria, at=NOW).facets.groups[Group.PLACE]))
    assert any(value.startswith(f"{path}/") for value in found)
    assert found == {value: true.get(value, 0) for value in found}


def _differences(
    truth: Truth, criteria: Criteria, fitting: list[Row], results: Any
) -> Iterator[str]:
    def differ(what: str, found: object, true: object) -> Iterator[str]:
        if found != true:
            yield f"{what}: {found!r}, truly {true!r}"

    yield from differ("total", results.total, len(fitting))
    if criteria.words and not fitting:
        return
    toggled = criteria.with_closed(include=not criteria.include_closed)
    if not results.any_word:
        other = len(_as_worded(truth, criteria, toggled))
        yield from differ("closed", results.closed, abs(other - len(fitting)))
    facets = results.facets
    for group in Group:
        chosen = criteria.values(group)
        base = truth.matching(criteria, group) if chosen else fitting
        true = counted(base, group)
        found = list(flat(facets.groups[group]))
        yield from differ(f"{group} shown once", len(dict(found)), len(found))
        for value, count in found:
            yield from differ(f"{group} {value}", count, true.get(value, 0))
        shown = dict(found)
        missing = {value for value in chosen if value not in shown}
        if group in CLOSED_GROUPS:
            missing |= true.keys() - shown.keys()
        elif group is Group.PLACE:
            countries = {value for value in true if "/" not in value}
            missing |= countries - shown.keys()
        else:
            yield from _not_the_largest(group, shown, true)
        yield from differ(f"{group} missing", missing, set())
    base = truth.matching(criteria, "posted") if criteria.posted_days else fitting
    now = floor(NOW.timestamp())
    true_days = tuple(
        (days, sum(row.posted >= now - days * 86_400 for row in base)) for days in DAYS
    )
    yield from differ("posted", facets.posted, true_days)
    yield from _pay_differences(truth, criteria, fitting, facets.pay)


def _as_worded(truth: Truth, criteria: Criteria, other: Criteria) -> list[Row]:
    """Rows that fit `other`; words are read as they were for `criteria`."""
    if not criteria.words:
        return truth.matching(other)
    everything = replace(criteria, include_closed=True)
    worded = truth.worded(everything)
    return [
        row
        for row in truth.rows.values()
        if row.pk in worded and truth.fits(row, other)
    ]


def _not_the_largest(
    group: Group, shown: Mapping[str, int], true: Mapping[str, int]
) -> Iterator[str]:
    """Of many values the largest are shown: a larger one is not left out for another."""
    stated = {value: n for value, n in true.items() if value != NOT_STATED}
    if NOT_STATED in true and NOT_STATED not in shown:
        yield f"{group}: not stated is not shown"
    best = sorted(stated.values(), reverse=True)[:MAX_VALUES]
    listed = sorted(
        (n for value, n in shown.items() if value != NOT_STATED), reverse=True
    )
    if len(listed) < len(best):
        yield f"{group}: {len(listed)} shown of {len(best)}"
    if sum(listed[: len(best)]) < 0.9 * sum(best):
        yield f"{group}: {listed[:MAX_VALUES]}, truly {best}"


def _pay_differences(
    truth: Truth, criteria: Criteria, fitting: list[Row], pay: Any
) -> Iterator[str]:
    limited = criteria.pay is not None or criteria.paid_only
    base = truth.matching(criteria, "pay") if limited else fitting
    currencies: dict[str, int] = defaultdict(int)
    for row in base:
        currencies[row.currency] += 1
    currencies.pop(NOT_STATED, None)
    if criteria.pay is not None:
        currencies.setdefault(criteria.pay.currency, 0)
    shown = {each.value: each.count for each in pay.currencies}
    if shown != currencies:
        yield f"currencies: {shown}, truly {dict(currencies)}"
    if not currencies:
        return
    expected = (
        {criteria.pay.currency}
        if criteria.pay
        else {c for c, n in currencies.items() if n == max(currencies.values())}
    )
    if pay.currency not in expected:
        yield f"currency: {pay.currency}, truly {expected}"
    if currencies[pay.currency] and not pay.amounts:
        yield "no amounts are offered"
    for amount, count in pay.amounts:
        true = sum(
            row.currency == pay.currency and row.yearly >= amount for row in base
        )
        if count != true:
            yield f"{amount} {pay.currency}: {count}, truly {true}"


@pytest.mark.parametrize("where", crowd.meanings())
def test_a_place_finds_what_is_there_at_every_distance(
    where: str, truth: Truth
) -> None:
    meaning = crowd.meanings()[where]
    for km in (0, *RADII):
        criteria = Criteria(where=where, within=km, include_closed=True)
        results = search(criteria, at=NOW)
        assert results.total == len(truth.matching(criteria)), km
        area = results.where.chosen
        assert (area is None) is bool(meaning.words)
        centre = (area.latitude, area.longitude) if area else (None, None)
        assert centre == pytest.approx(meaning.centre or (None, None))


# --- Pages ----------------------------------------------------------------------------

PAGED = {
    "a common word": Criteria(words=crowd.WORDS[0]),
    "any of two words": Criteria(words=f"{crowd.WORDS[1]} -{crowd.WORDS[2]}"),
    "everything": Criteria(places=("DE",)),
    "closed too": Criteria(places=("US",), include_closed=True),
    "around a town": Criteria(where="munich", within=100),
}


def paged(criteria: Criteria) -> list[int]:
    found: list[int] = []
    page = pages = 1
    while page <= pages:
        results = search(criteria, page=page, at=NOW)
        assert len(results.ids) <= PAGE_SIZE
        found += results.ids
        page, pages = page + 1, results.pages
    assert len(found) == results.total
    return found


@pytest.mark.parametrize("criteria", PAGED.values(), ids=PAGED)
@pytest.mark.parametrize("sort", [None, *Sort])
def test_all_pages_together_are_all_that_fits_each_once(
    criteria: Criteria, sort: Sort | None, truth: Truth
) -> None:
    fitting = {row.pk for row in truth.matching(criteria)}
    assert len(fitting) > 200
    found = paged(replace(criteria, sort=sort))
    assert len(set(found)) == len(found)
    assert set(found) == fitting


def by_newest(row: Row) -> tuple[int, int]:
    return (-row.posted, -row.pk)


@pytest.mark.parametrize("criteria", PAGED.values(), ids=PAGED)
def test_the_newest_come_first(criteria: Criteria, truth: Truth) -> None:
    found = paged(replace(criteria, sort=Sort.NEWEST))
    fitting = truth.matching(criteria)
    assert found == [row.pk for row in sorted(fitting, key=by_newest)]


@pytest.mark.parametrize("criteria", PAGED.values(), ids=PAGED)
def test_what_closes_soon_comes_first_then_what_never_does_then_what_is_over(
    criteria: Criteria, truth: Truth
) -> None:
    found = [truth.rows[pk] for pk in paged(replace(criteria, sort=Sort.CLOSING))]
    never = datetime.max.replace(tzinfo=NOW.tzinfo)
    still = [row for row in found if row.open]
    assert found[: len(still)] == still
    ends = [row.closes or never for row in still]
    assert ends == sorted(ends)
    over = found[len(still) :]
    assert over == sorted(over, key=by_newest)


@pytest.mark.parametrize("pay", [None, Pay("USD", 0), Pay("SEK", 40_000)])
@pytest.mark.parametrize("criteria", PAGED.values(), ids=PAGED)
def test_the_best_paid_in_one_currency_come_first_then_the_others(
    criteria: Criteria, pay: Pay | None, truth: Truth
) -> None:
    criteria = replace(criteria, pay=pay, sort=Sort.PAY)
    currency = search(criteria, at=NOW).facets.pay.currency
    if pay:
        assert currency == pay.currency
    found = [truth.rows[pk] for pk in paged(criteria)]
    paid = [row for row in found if row.currency == currency]
    assert found[: len(paid)] == paid
    amounts = [row.yearly for row in paid]
    assert amounts == sorted(amounts, reverse=True)
    others = found[len(paid) :]
    assert others == sorted(others, key=by_newest)


def test_a_title_with_the_words_comes_before_a_text_with_them(truth: Truth) -> None:
    word = crowd.WORDS[5]
    found = [truth.rows[pk] for pk in paged(Criteria(words=word))]
    exact = [row.title == (word,) for row in found]
    assert any(exact)
    assert exact == sorted(exact, reverse=True)
