"""What a search finds, in which order, and how it counts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from postings import schemaorg
from postings.models import DatabaseState, JobPosting, Tombstone
from postings.search import index
from postings.search.criteria import NOT_STATED, Criteria, Group
from postings.search.facets import MAX_VALUES, Counted
from postings.search.query import Results, counts, search
from postings.wording import country_codes
from tests import factories as make
from tests.factories import BERLIN, GERMANY, NOW, PARIS

pytestmark = pytest.mark.django_db

POTSDAM = schemaorg.Place(
    name="Sanssouci Palace",
    address_locality="Potsdam",
    address_region="Brandenburg",
    postal_code="14467",
    address_country="DE",
)


def find(page: int = 1, **criteria: Any) -> Results:
    return search(Criteria(**criteria), page=page, at=NOW)


def titles(**criteria: Any) -> set[str]:
    rows = JobPosting.objects.filter(pk__in=find(**criteria).ids)
    return set(rows.values_list("title", flat=True))


def flat(values: tuple[Counted, ...]) -> Iterator[tuple[str, int]]:
    for each in values:
        yield each.value, each.count
        yield from flat(each.inside)


def facet(group: Group, **criteria: Any) -> dict[str, int]:
    """The counts of a group's values, of places inside others too."""
    return dict(flat(find(**criteria).facets.groups[group]))


# --- Words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "gardener",
        "GARDENER",
        "gardeners",
        "garden",
        "nursery",
        "nurseries",
        "kew",
        "gardener kew",
        "pruning",
        "prune",
        "Gärtnerei",
        "gartnerei",
        "horticulture",
        "37-3011",
        "orchid",
        "R&D",
        "grower",
        "ref-9",
        "berlin",
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
    make.make_posting(title="Clerk", organization="Bank", places=(PARIS,))
    assert titles(words=words) == {"Head gardener"}


@pytest.mark.parametrize(
    "words",
    ["strong", "nofollow", "href", "g_rdener", "gard%er", "ardener", "arden", "*"],
)
def test_a_word_is_not_found_in_markup_as_a_pattern_or_as_a_part(words: str) -> None:
    make.make_posting(
        title="Gardener",
        skills=["pruning"],
        description='<p>A <strong>calm</strong> <a href="https://a.example/" '
        'rel="nofollow">place</a>.</p>',
    )
    results = find(words=words)
    # A mistaken letter is mended, and what is no word at all asks for nothing.
    assert not results.total or results.corrected or not results.asked


@pytest.mark.parametrize("words", ["%", "_", "\\", '"', '""', "-", "()", "*", "&"])
def test_signs_alone_ask_for_nothing(words: str) -> None:
    make.make_posting(title="Gardener")
    assert titles(words=words) == {"Gardener"}


@pytest.mark.parametrize("words", ["!", "-florist", '-"night shift"'])
def test_what_asks_for_no_word_finds_postings_and_nothing_else(words: str) -> None:
    make.make_posting(title="Gardener")
    make.make_posting(title="Baker", withdrawn_at=NOW)
    make.make_posting(title="Clerk", hidden=True)
    found = find(words=words)
    assert (found.total, found.closed, len(found.ids)) == (1, 1, 1)
    assert find(words=words, include_closed=True).total == 2
    assert titles(words=words, include_closed=True) == {"Gardener", "Baker"}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("amp", False),
        ("quot", False),
        ("nbsp", False),
        ("&amp", False),
        ("lt", False),
        ("r&d", True),
        ("d", True),
        ("<x>", True),
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


def test_signs_around_a_word_are_none_of_it() -> None:
    make.make_posting(title="Sales, 100% remote", skills=["snake_case"])
    assert titles(words="100%") == {"Sales, 100% remote"}
    assert titles(words="(snake_case)") == {"Sales, 100% remote"}


# --- Where ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where",
    [
        "Potsdam",
        "potsdam",
        "Brandenburg",
        "14467",
        "DE",
        "Germany",
        "Deutschland",
        "Potsdam, Germany",
        "Potsdam Germany",
        "Brandenburg, DE",
        "Sanssouci",
    ],
)
def test_a_place_is_found_by(where: str) -> None:
    make.make_posting(title="Archivist", places=(PARIS, POTSDAM))
    make.make_posting(title="Elsewhere", places=(PARIS,))
    assert titles(where=where) == {"Archivist"}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Paris, Sweden", False),
        ("Niger", False),
        ("Nigeria", True),
        ("ca", False),
        ("%", False),
        ("_", False),
        (",", False),
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
    assert titles(places=("DE",)) == {"Remote"}


def test_a_chosen_place_is_a_country_a_region_or_a_town() -> None:
    make.make_posting(title="Potsdam", places=(POTSDAM,))
    make.make_posting(title="Berlin")
    assert titles(places=("DE",)) == {"Potsdam", "Berlin"}
    make.make_posting(
        title="Village",
        places=(schemaorg.Place(address_locality="Anger", address_country="DE"),),
    )
    # Berlin is a region too, though its posting names none.
    regions = {
        path
        for path, _count in flat(find(places=("DE",)).facets.groups[Group.PLACE])
        if path.count("/") == 1
    }
    assert regions == {"DE/11", "DE/16"}
    assert titles(places=("DE/11",)) == {"Potsdam"}
    assert titles(places=("DE/11/Potsdam",)) == {"Potsdam"}
    assert titles(places=("DE/16/Berlin",)) == {"Berlin"}
    assert titles(places=("DE/16/Berlin", "DE/11")) == {"Potsdam", "Berlin"}
    assert titles(places=("DE//Anger",)) == {"Village"}


@pytest.mark.parametrize(
    "where", ["UK", "uk", "United Kingdom", "Vereinigtes Königreich", "Royaume-Uni"]
)
def test_a_country_is_understood_by_any_of_its_names(where: str) -> None:
    make.make_posting(
        title="Piper",
        places=(schemaorg.Place(address_locality="Oban", address_country="GB"),),
    )
    make.make_posting(title="Elsewhere")
    assert titles(where=where) == {"Piper"}


@pytest.mark.parametrize(
    ("address", "where", "found"),
    [
        ("Stockholm", "Stockholm", {"Piper"}),
        ("Stockholm", "Sweden", {"Piper"}),
        ("stockholm", "Uppsala", set()),
        ("Hauptstraße 1, 10115 Berlin, Germany", "Berlin", {"Piper"}),
        ("Graz, Austria", "Österreich", {"Piper"}),
        ("Bavaria", "Bayern", {"Piper"}),
        ("Austin TX", "Austin", {"Piper"}),
        ("London UK", "London", {"Piper"}),
        ("Södermanlands län Katrineholm", "Katrineholm", {"Piper"}),
        ("Södermanlands län Katrineholm", "Södermanland", {"Piper"}),
        ("Södermanlands län Katrineholm", "Uppsala län", set()),
        ("Uppsala län", "Uppsala län", {"Piper"}),
        ("Texas Instruments", "Texas", set()),
        ("Bank of Ireland", "Ireland", set()),
        ("Springfield", "Springfield, Illinois", set()),
        ("Stockholm House, Mill Lane", "Stockholm", set()),
        ("Head office", "Germany", set()),
        ("x" * 200 + ", Berlin", "Berlin", set()),
    ],
)
def test_a_place_that_is_one_text_is_where_it_says_for_certain(
    address: str, where: str, found: set[str]
) -> None:
    make.make_posting(title="Piper", places=(schemaorg.Place(address=address),))
    assert titles(where=where) == found


@pytest.mark.parametrize(
    ("place", "where", "found"),
    [
        ({"address_locality": "München"}, "Bayern", {"Piper"}),
        ({"address_locality": "München", "address_region": "München"}, "BY", {"Piper"}),
        ({"address_locality": "München", "address_region": "Süden"}, "Bayern", set()),
        # A point that is elsewhere tells of another town of the name, or of none.
        (
            {"address_locality": "München", "latitude": 53.5, "longitude": 10.0},
            "Bayern",
            set(),
        ),
        ({"address_locality": "Neustadt"}, "Bayern", set()),
    ],
)
def test_a_town_that_is_certain_says_the_region_its_address_does_not(
    place: dict[str, Any], where: str, found: set[str]
) -> None:
    address = schemaorg.Place(address_country="DE", **place)
    make.make_posting(title="Piper", places=(address,))
    assert titles(where=f"{where}, Germany") == found


def test_a_country_for_a_region_is_no_region_of_it() -> None:
    place = schemaorg.Place(
        address_locality="Praha", address_region="CZ", address_country="CZ"
    )
    make.make_posting(places=(place,))
    assert facet(Group.PLACE) == {"CZ": 1, "CZ//Praha": 1}
    assert not find(where="CZ").where.alternatives


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ({"name": "Göteborg"}, {"Piper"}),
        ({"name": "Göteborg", "street_address": "Mill Lane 1"}, set()),
        ({"name": "Göteborg", "address": "Oban"}, set()),
        ({"name": "Göteborg House"}, set()),
    ],
)
def test_a_place_that_is_a_name_alone_is_the_town_of_that_name(
    place: dict[str, Any], found: set[str]
) -> None:
    make.make_posting(title="Piper", places=(schemaorg.Place(**place),))
    assert titles(where="Gothenburg") == found


@pytest.mark.parametrize("words", ["piper uk", "piper Vereinigtes Königreich"])
def test_a_country_is_a_word_like_any_other(words: str) -> None:
    for place in ("GB", "DE"):
        make.make_posting(
            title=f"Piper {place}", places=(schemaorg.Place(address_country=place),)
        )
    assert titles(words=words) == {"Piper GB"}


# --- Groups ---------------------------------------------------------------------------


def test_values_of_one_group_are_alternatives_and_groups_add_up() -> None:
    make.make_posting(title="A", employment_type=["FULL_TIME"])
    make.make_posting(title="B", employment_type=["PART_TIME", "TEMPORARY"])
    make.make_posting(title="C", employment_type=["PART_TIME"], places=(PARIS,))
    make.make_posting(title="D", employment_type=[])
    assert titles(employment_types=("FULL_TIME", "PART_TIME")) == {"A", "B", "C"}
    assert titles(employment_types=("PART_TIME",), places=("DE",)) == {"B"}
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


@pytest.mark.parametrize("words", ['"it support"', "it-support"])
@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("<p>All of IT <strong>support</strong>.</p>", {"Clerk", "Cook"}),
        ("<ul><li>Improve it</li><li>Support others</li></ul>", {"Clerk"}),
        ("<p>Improve it</p><p>Support others</p>", {"Clerk"}),
        ("<p>Improve it<br>Support others</p>", {"Clerk"}),
        ("<ul><li>Improve it<ul><li>Support</li></ul></li></ul>", {"Clerk"}),
        ("<table><tr><td>IT</td><td>Support</td></tr></table>", {"Clerk"}),
    ],
)
def test_words_of_two_lines_are_not_side_by_side(
    words: str, description: str, found: set[str]
) -> None:
    make.make_posting(title="Clerk", description="<p>IT support</p>")
    make.make_posting(title="Cook", description=description)
    assert titles(words=words) == found


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


def test_closed_postings_are_counted_by_the_words_that_find_them() -> None:
    make.make_posting(title="Cook")
    make.make_posting(title="Pastry")
    make.make_closed_posting(title="Pastry cook")
    make.make_closed_posting(title="Sommelier")
    for words, open_ones, closed in (
        ("pastry cook", 2, 1),  # any of the words, or both of a closed one
        ("sommelir", 0, 1),  # what is meant only a closed one says
        ("cook", 1, 1),
        ("zymurgist", 0, 0),
    ):
        found = find(words=words)
        assert (found.total, found.closed) == (open_ones, closed), words
        both = find(words=words, include_closed=True)
        assert both.closed == closed, words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("remote", {"Writer"}),
        ("home office", {"Writer"}),
        ("Home-Office", {"Writer"}),
        ("homeoffice", {"Writer"}),
        ("télétravail", {"Writer"}),
        ("teletrabajo", {"Writer"}),
        ("-remote", {"Baker", "Cashier", "Trainee", "Courier"}),
        ("part-time", {"Cashier"}),
        ("part time", {"Cashier"}),
        ("Teilzeit", {"Cashier"}),
        ("temps partiel", {"Cashier"}),
        ("jornada parcial", {"Cashier"}),
        ("full-time", {"Baker", "Writer"}),
        ("Vollzeit", {"Baker", "Writer"}),
        ("temps plein", {"Baker", "Writer"}),
        ("Praktikum", {"Trainee"}),
        ("internship", {"Trainee"}),
        ("prácticas", {"Trainee"}),
        ("freelance", {"Courier"}),
        ("office", set()),
        ("time", set()),
    ],
)
def test_words_find_what_the_filters_say_of_a_posting(
    words: str, expected: set[str]
) -> None:
    make.make_posting(title="Baker")
    make.make_posting(title="Writer", job_location_type="TELECOMMUTE", places=())
    make.make_posting(title="Cashier", employment_type=["PART_TIME"])
    make.make_posting(title="Trainee", employment_type=["INTERN"])
    make.make_posting(title="Courier", employment_type=["CONTRACTOR"])
    assert titles(words=words) == expected


def test_what_was_edited_is_there_once_and_as_it_is_now() -> None:
    posting = make.make_posting(title="Gardener")
    assert find().total == 1
    JobPosting.objects.filter(pk=posting.pk).update(
        title="Florist", revision=DatabaseState.draw()
    )
    assert (find().total, titles(words="florist")) == (1, {"Florist"})
    assert find(words="gardener").total == 0
    pk = posting.pk
    posting.delete()
    Tombstone.objects.create(posting_id=pk, revision=DatabaseState.draw())
    assert find(include_closed=True).total == 0


def test_what_is_published_this_moment_is_found_this_moment() -> None:
    at = NOW.replace(microsecond=900_000)
    make.make_posting(published_at=NOW.replace(microsecond=500_000))
    make.make_posting(published_at=NOW + timedelta(seconds=1))
    assert search(Criteria(), at=at).total == 1


# --- Facets ---------------------------------------------------------------------------


def test_a_facet_leaves_out_its_own_choice_and_no_other() -> None:
    make.make_posting(employment_type=["FULL_TIME"])
    make.make_posting(employment_type=["PART_TIME"])
    make.make_posting(employment_type=["PART_TIME"], places=(PARIS,))
    chosen = {"employment_types": ("FULL_TIME",)}
    assert facet(Group.TYPE, **chosen) == {"FULL_TIME": 1, "PART_TIME": 2}
    assert facet(Group.PLACE, **chosen) == {"DE": 1, "DE/16": 1}
    assert facet(Group.PLACE) == {"DE": 2, "FR": 1}


def test_regions_and_towns_are_counted_inside_what_is_chosen() -> None:
    munich = schemaorg.Place(
        address_locality="München", address_region="Bayern", address_country="DE"
    )
    make.make_posting(places=(munich, POTSDAM))
    make.make_posting(places=(POTSDAM,))
    make.make_posting(places=(BERLIN,))
    make.make_posting(places=(PARIS,))
    country = facet(Group.PLACE, places=("DE",))
    assert country == {
        "DE": 3, "DE/11": 2, "DE/02": 1, "DE/16": 1, "FR": 1,
    }  # fmt: skip
    region = facet(Group.PLACE, places=("DE/02",))
    assert region == country | {"DE/02/München": 1}


def test_not_stated_is_counted_in_every_group_that_knows_it() -> None:
    make.make_posting(employment_type=[], places=(), organization=None)
    make.make_posting(places=(schemaorg.Place(address_locality="Springfield"),))
    assert facet(Group.TYPE) == {"FULL_TIME": 1, NOT_STATED: 1}
    assert facet(Group.PLACE) == {NOT_STATED: 2}
    assert facet(Group.ORGANIZATION)[NOT_STATED] == 1
    assert find(places=(NOT_STATED,)).total == 2


def test_a_posting_counts_once_in_a_country_where_it_has_several_places() -> None:
    make.make_posting(places=(BERLIN, POTSDAM, PARIS))
    assert facet(Group.PLACE) == {"DE": 1, "FR": 1}
    assert find(places=("DE", "FR")).total == 1


@pytest.mark.parametrize(
    ("group", "criteria"),
    [
        (Group.TYPE, {"employment_types": ("PER_DIEM",)}),
        (Group.WORKPLACE, {"workplaces": ("remote_only",)}),
        (Group.PLACE, {"places": ("JP",)}),
        (Group.PLACE, {"places": ("DE/02",)}),
        (Group.PLACE, {"places": ("DE/02/München",)}),
        (Group.PLACE, {"places": ("DE//Ulm",)}),
        (Group.PLACE, {"places": (NOT_STATED,)}),
        (Group.ORGANIZATION, {"organizations": ("999",)}),
        (Group.INDUSTRY, {"industries": ("Whaling",)}),
        (Group.EDUCATION, {"education": ("high school",)}),
        (Group.EXPERIENCE, {"experience": ("3",)}),
        (Group.LANGUAGE, {"languages": ("sv",)}),
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
    assert len(facet(Group.PLACE)) == MAX_VALUES
    assert facet(Group.PLACE)["DE"] == 2
    assert facet(Group.PLACE, places=(codes[-1],))[codes[-1]] == 1


def test_chosen_values_are_counted_beside_the_largest() -> None:
    keys = []
    for number in range(MAX_VALUES + 3):
        row = make.make_posting(organization=f"Employer {number}")
        keys.append(str(row.hiring_organization_id))
    make.make_posting(organization=None)
    make.make_closed_posting(organization="Employer 0")
    chosen = (keys[-1], keys[0], "999999")
    found = facet(Group.ORGANIZATION, organizations=chosen)
    # The largest thirty, the three chosen, "not stated".
    assert {*chosen, NOT_STATED} <= found.keys()
    assert MAX_VALUES + 2 <= len(found) <= MAX_VALUES + 4
    assert [found[key] for key in (*chosen, NOT_STATED)] == [1, 1, 0, 1]


def test_counts_kept_for_a_minute_are_those_of_this_index() -> None:
    posting = make.make_posting(title="Cook", employment_type=["INTERN"])
    assert facet(Group.TYPE) == {"INTERN": 1}
    index.forget()
    JobPosting.objects.filter(pk=posting.pk).update(employment_type=["FULL_TIME"])
    index.rebuild()
    assert facet(Group.TYPE) == {"FULL_TIME": 1}


def test_counts_of_words_most_postings_have_are_those_of_the_second() -> None:
    """They follow from counts of all postings, until one closes or is published."""
    at = NOW.replace(second=0)
    day_old = at - timedelta(days=1) + timedelta(seconds=30)
    jobs: list[tuple[str, dict[str, Any]]] = [
        ("INTERN", {}),
        ("INTERN", {}),
        ("FULL_TIME", {"valid_through": at + timedelta(seconds=10)}),
        ("PART_TIME", {"published_at": at + timedelta(seconds=20)}),
    ]
    for kind, columns in jobs:
        make.make_posting(
            title="Cook", employment_type=[kind], posted_at=day_old, **columns
        )
    interns = {"INTERN": 2}
    expected = {
        0: interns | {"FULL_TIME": 1},
        9: interns | {"FULL_TIME": 1},
        10: interns | {"FULL_TIME": 1},
        11: interns,
        19: interns,
        20: interns | {"PART_TIME": 1},
        70: interns | {"PART_TIME": 1},
    }
    for words in ("cook", ""):
        for seconds, types in expected.items():
            now = at + timedelta(seconds=seconds)
            found = search(Criteria(words=words), at=now)
            counted = dict(flat(found.facets.groups[Group.TYPE]))
            kept = words == "" and 0 < seconds < 60
            assert counted == (expected[0] if kept else types), (words, seconds)
            assert found.total == sum(types.values())
            of_a_day = dict(found.facets.posted)[1]
            assert of_a_day == (0 if seconds > 60 else sum(counted.values()))


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


def test_several_searches_are_counted_with_one_look_at_the_database(
    django_assert_num_queries: Any,
) -> None:
    make.make_posting()
    make.make_closed_posting()
    index.current()
    with django_assert_num_queries(1):
        found = counts(
            [Criteria(), Criteria(include_closed=True), Criteria(words="nothing")], NOW
        )
    assert found == (1, 2, 0)


@pytest.mark.parametrize(
    ("criteria", "queries"),
    [
        (Criteria(), 1),
        (Criteria(words="python", include_closed=True), 1),
        (
            Criteria(
                words="letters",
                employment_types=("FULL_TIME",),
                workplaces=("on_site",),
                places=("DE",),
                organizations=tuple(map(str, range(1, 31))),
            ),
            1,
        ),
        (Criteria(places=tuple(sorted(country_codes()))), 1),
        # Postings of the town and of the region are read, then the distances shown.
        (Criteria(words="letters", where="Berlin"), 4),
        (Criteria(words="letters", where="Germany"), 1),
    ],
)
def test_a_search_costs_few_queries(
    criteria: Criteria, queries: int, django_assert_num_queries: Any
) -> None:
    make.make_posting()
    index.current()
    with django_assert_num_queries(queries):
        search(criteria, at=NOW)


def test_equally_good_results_are_on_one_page_each_the_newest_first() -> None:
    same = [make.make_posting(title="Cook") for _ in range(110)]
    index.current()
    # Of another part of the index, and the newest.
    JobPosting.objects.filter(pk__in=[row.pk for row in same[60:]]).update(
        revision=DatabaseState.draw()
    )
    pages = [find(page, words="cook").ids for page in range(1, 7)]
    assert [pk for ids in pages for pk in ids] == [row.pk for row in reversed(same)]
