"""What a search finds, in which order, and how it counts."""

from datetime import timedelta
from typing import Any

import pytest

from postings import schemaorg
from postings.models import JobPosting
from postings.search.criteria import NOT_STATED, Criteria, Group
from postings.search.query import MAX_VALUES, Results, counts, search
from postings.wording import country_codes
from tests import factories as make
from tests.factories import BERLIN, GERMANY, NOW, PARIS

pytestmark = pytest.mark.django_db


def find(page: int = 1, **criteria: Any) -> Results:
    return search(Criteria(**criteria), page=page, at=NOW)


def titles(**criteria: Any) -> set[str]:
    rows = JobPosting.objects.filter(pk__in=find(**criteria).ids)
    return set(rows.values_list("title", flat=True))


def facet(group: Group, **criteria: Any) -> dict[str, int]:
    return {each.value: each.count for each in find(**criteria).facets[group]}


# --- Words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "gardener",
        "GARDENER",
        "garden",
        "nursery",
        "kew",
        "gardener kew",
        "pruning",
        "Gärtnerei",
        "gärtnerei",
        "horticulture",
        "37-3011",
        "orchid",
        "R&D",
        "grower",
        "ref-9",
    ],
)
def test_a_word_is_found_in(words: str) -> None:
    make.make_posting(
        title="Head gardener",
        organization="Kew Nursery",
        skills=["pruning", "Gärtnerei"],
        industry=["Horticulture"],
        occupational_category=["37-3011 Landscaping"],
        relevant_occupation="Grower",
        identifier="REF-9",
        description="<p>You tend <strong>orchids</strong> for R&amp;D.</p>",
    )
    make.make_posting(title="Clerk", organization="Bank")
    assert titles(words=words) == {"Head gardener"}


@pytest.mark.parametrize(
    "words",
    [
        "strong",
        "nofollow",
        "gardener clerk",
        "%",
        "_",
        "g_rdener",
        "gard%er",
        "\\",
        '"',
    ],
)
def test_a_word_is_not_found_in_markup_or_as_a_pattern(words: str) -> None:
    make.make_posting(
        title="Gardener",
        skills=["pruning"],
        description='<p>A <strong>calm</strong> <a href="https://a.example/" '
        'rel="nofollow">job</a>.</p>',
    )
    assert titles(words=words) == set()


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("amp", False),
        ("am", False),
        ("p;", False),
        ("lt", False),
        ("gt", False),
        ("quot", False),
        ("nbsp", False),
        ("&amp", False),
        ("&", True),
        ("r&d", True),
        ("R&", True),
        ("&D", True),
        ("d", True),
        ("<x>", True),
        ("x>", True),
        (">y", True),
    ],
)
def test_a_word_is_not_found_in_a_character_reference(
    word: str,
    found: bool,  # noqa: FBT001
) -> None:
    make.make_posting(
        title="Cook",
        description="<p>R&amp;D &lt;x&gt;y &quot;z&quot;&nbsp;&amp;</p>",
    )
    assert bool(find(words=word).total) is found


@pytest.mark.parametrize("word", ["amp", "lt", "gt", "amplifier", "malt"])
def test_a_word_spelt_like_a_character_reference_is_found(word: str) -> None:
    make.make_posting(
        title="Cook",
        description="<p>&amp;amp, &lt;lt, &amp;gt: amplifier &amp; malt</p>",
    )
    assert find(words=word).total == 1


def test_signs_that_are_patterns_elsewhere_are_plain_characters() -> None:
    make.make_posting(title="Sales, 100% remote", skills=["snake_case"])
    assert titles(words="100%") == {"Sales, 100% remote"}
    assert titles(words="snake_") == {"Sales, 100% remote"}


# --- Where ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        "Potsdam",
        "potsdam",
        "Brandenburg",
        "14467",
        "144",
        "DE",
        "Germany",
        "germ",
        "Potsdam, Germany",
        "Potsdam Germany",
        "Brandenburg, DE",
        "Sanssouci",
    ],
)
def test_a_place_is_found_by(where: str) -> None:
    make.make_posting(
        title="Archivist",
        places=(
            PARIS,
            schemaorg.Place(
                name="Sanssouci Palace",
                address_locality="Potsdam",
                address_region="Brandenburg",
                postal_code="14467",
                address_country="DE",
            ),
        ),
    )
    make.make_posting(title="Elsewhere", places=(PARIS,))
    assert titles(where=where) == {"Archivist"}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Paris, Germany", False),
        ("Niger", False),
        ("Nigeria", True),
        ("ca", False),
        ("%", False),
        ("_", False),
        (",", True),
    ],
)
def test_all_parts_must_say_the_same_place(where: str, found: bool) -> None:  # noqa: FBT001
    lagos = schemaorg.Place(address_locality="Chicago Town", address_country="NG")
    make.make_posting(places=(BERLIN, PARIS, lagos))
    assert bool(find(where=where).total) is found


def test_a_posting_without_a_place_is_where_its_applicants_may_live() -> None:
    make.make_posting(
        title="Remote", places=(), areas=(GERMANY,), job_location_type="TELECOMMUTE"
    )
    assert titles(where="Germany") == {"Remote"}
    assert titles(countries=("DE",)) == {"Remote"}


# --- Groups ---------------------------------------------------------------------------


def test_values_of_one_group_are_alternatives_and_groups_add_up() -> None:
    make.make_posting(title="A", employment_type=["FULL_TIME"])
    make.make_posting(title="B", employment_type=["PART_TIME", "TEMPORARY"])
    make.make_posting(title="C", employment_type=["PART_TIME"], places=(PARIS,))
    make.make_posting(title="D", employment_type=[])
    assert titles(employment_types=("FULL_TIME", "PART_TIME")) == {"A", "B", "C"}
    assert titles(employment_types=("PART_TIME",), countries=("DE",)) == {"B"}
    assert titles(employment_types=(NOT_STATED, "TEMPORARY")) == {"B", "D"}


def test_a_workplace_is_told_by_telecommute_and_a_place() -> None:
    make.make_posting(title="office")
    make.make_posting(title="either", job_location_type="TELECOMMUTE")
    make.make_posting(title="home", job_location_type="TELECOMMUTE", places=())
    assert titles(workplaces=("on_site",)) == {"office"}
    assert titles(workplaces=("remote_possible", "remote_only")) == {"either", "home"}


def test_a_posting_without_an_employer_is_found_as_not_stated() -> None:
    make.make_posting(title="named")
    make.make_posting(title="unnamed", organization=None)
    assert titles(organizations=(NOT_STATED,)) == {"unnamed"}


def test_closed_postings_are_found_only_when_asked_for() -> None:
    make.make_posting(title="open")
    make.make_closed_posting(title="closed")
    make.make_posting(title="withdrawn", withdrawn_at=NOW)
    make.make_posting(title="hidden", hidden=True)
    make.make_posting(title="draft", published_at=None)
    make.make_posting(title="deleted", deleted_at=NOW)
    assert titles() == {"open"}
    assert titles(include_closed=True) == {"open", "closed", "withdrawn"}
    assert find().closed == find(include_closed=True).closed == 2


# --- Facets ---------------------------------------------------------------------------


def test_a_facet_leaves_out_its_own_choice_and_no_other() -> None:
    make.make_posting(employment_type=["FULL_TIME"])
    make.make_posting(employment_type=["PART_TIME"])
    make.make_posting(employment_type=["PART_TIME"], places=(PARIS,))
    chosen = {"employment_types": ("FULL_TIME",)}
    assert facet(Group.TYPE, **chosen) == {"FULL_TIME": 1, "PART_TIME": 2}
    assert facet(Group.COUNTRY, **chosen) == {"DE": 1}
    assert facet(Group.COUNTRY) == {"DE": 2, "FR": 1}


def test_not_stated_is_counted_in_every_group_that_knows_it() -> None:
    make.make_posting(employment_type=[], places=(), organization=None)
    make.make_posting(places=(schemaorg.Place(address_locality="Springfield"),))
    assert facet(Group.TYPE) == {"FULL_TIME": 1, NOT_STATED: 1}
    assert facet(Group.COUNTRY) == {NOT_STATED: 2}
    assert facet(Group.ORGANIZATION)[NOT_STATED] == 1
    assert find(countries=(NOT_STATED,)).total == 2


def test_a_posting_counts_once_in_a_country_where_it_has_several_places() -> None:
    potsdam = schemaorg.Place(address_locality="Potsdam", address_country="DE")
    make.make_posting(places=(BERLIN, potsdam, PARIS))
    assert facet(Group.COUNTRY) == {"DE": 1, "FR": 1}
    assert find(countries=("DE", "FR")).total == 1


@pytest.mark.parametrize(
    ("group", "criteria"),
    [
        (Group.TYPE, {"employment_types": ("PER_DIEM",)}),
        (Group.WORKPLACE, {"workplaces": ("remote_only",)}),
        (Group.COUNTRY, {"countries": ("JP",)}),
        (Group.ORGANIZATION, {"organizations": ("999",)}),
        (Group.COUNTRY, {"countries": (NOT_STATED,)}),
    ],
)
def test_a_chosen_value_never_vanishes(group: Group, criteria: dict[str, Any]) -> None:
    make.make_posting()
    (value,) = next(iter(criteria.values()))
    assert facet(group, **criteria)[value] == 0


def test_organizations_are_the_largest_and_the_chosen() -> None:
    for number in range(MAX_VALUES + 1):
        make.make_posting(organization=f"Employer {number}")
    last = make.make_posting(organization="Last")
    for number in range(MAX_VALUES + 1):
        make.make_posting(organization=f"Employer {number}")
    key = str(last.hiring_organization_id)
    assert len(facet(Group.ORGANIZATION)) == MAX_VALUES
    assert facet(Group.ORGANIZATION, organizations=(key,))[key] == 1


def test_countries_are_the_largest_and_the_chosen() -> None:
    codes = sorted(country_codes())[: MAX_VALUES + 1]
    areas = [schemaorg.Area(address_country=code) for code in codes]
    make.make_posting(places=(), areas=areas, job_location_type="TELECOMMUTE")
    make.make_posting(places=(BERLIN,))
    make.make_posting(places=(BERLIN,))
    assert len(facet(Group.COUNTRY)) == MAX_VALUES
    assert facet(Group.COUNTRY)["DE"] == 2
    assert facet(Group.COUNTRY, countries=(codes[-1],))[codes[-1]] == 1


def test_chosen_values_are_counted_beside_the_largest() -> None:
    keys = []
    for number in range(MAX_VALUES + 3):
        row = make.make_posting(organization=f"Employer {number}")
        keys.append(str(row.hiring_organization_id))
    make.make_posting(organization=None)
    make.make_closed_posting(organization="Employer 0")
    chosen = (keys[-1], keys[0], "999999")
    found = facet(Group.ORGANIZATION, organizations=chosen)
    # The first thirty, the three chosen (one of them among the thirty), "not stated".
    assert len(found) == MAX_VALUES + 3
    assert [found[key] for key in (*chosen, NOT_STATED)] == [1, 1, 0, 1]


# --- Order and pages ------------------------------------------------------------------


def test_the_newest_stands_first_and_equals_by_number() -> None:
    older = make.make_posting(date_posted=NOW - timedelta(days=9))
    first = make.make_posting()
    second = make.make_posting()
    assert find().ids == (second.pk, first.pk, older.pk)


@pytest.mark.parametrize(
    ("page", "shown", "count"),
    [(1, 1, 20), (2, 2, 1), (3, 2, 1), (10**9, 2, 1), (0, 1, 20)],
)
def test_a_page_past_the_end_is_the_last(page: int, shown: int, count: int) -> None:
    for _ in range(21):
        make.make_posting()
    results = find(page=page)
    assert (results.page, results.pages, len(results.ids)) == (shown, 2, count)


def test_nothing_found_is_one_empty_page() -> None:
    results = find(words="nothing")
    assert (results.ids, results.total, results.page, results.pages) == ((), 0, 1, 1)


def test_several_searches_are_counted_in_one_query(
    django_assert_num_queries: Any,
) -> None:
    make.make_posting()
    make.make_closed_posting()
    with django_assert_num_queries(1):
        found = counts(
            [Criteria(), Criteria(include_closed=True), Criteria(words="nothing")], NOW
        )
    assert found == (1, 2, 0)


@pytest.mark.parametrize(
    ("criteria", "queries"),
    [
        (Criteria(), 6),
        (Criteria(words="python", where="Berlin", include_closed=True), 6),
        (Criteria(employment_types=("FULL_TIME",)), 7),
        (
            Criteria(
                employment_types=("FULL_TIME",),
                workplaces=("on_site",),
                countries=("DE",),
                organizations=("1",),
            ),
            9,
        ),
        (Criteria(organizations=tuple(map(str, range(1, 31)))), 6),
        (Criteria(countries=tuple(sorted(country_codes()))), 7),
    ],
)
def test_a_search_costs_few_queries(
    criteria: Criteria, queries: int, django_assert_num_queries: Any
) -> None:
    make.make_posting()
    with django_assert_num_queries(queries):
        search(criteria, at=NOW)
