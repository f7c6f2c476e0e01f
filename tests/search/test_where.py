"""What people type for a place, and the place it means."""

import random
from collections.abc import Iterable, Sequence

import pytest
from django.utils import translation

from postings.countries import folded
from postings.remote import REMOTE
from postings.search.places.gazetteer import certain_town
from postings.search.places.names import (
    Kind,
    KnownPostcode,
    KnownRegion,
    KnownTown,
    postcode_key,
)
from postings.search.places.where import Area, Resolution, resolve


class Places:
    """Places of postings, in lists."""

    def __init__(
        self,
        towns: Iterable[KnownTown] = (),
        regions: Iterable[KnownRegion] = (),
        postcodes: Iterable[KnownPostcode] = (),
    ) -> None:
        self._towns, self._regions = list(towns), list(regions)
        self._postcodes = list(postcodes)

    def towns(self, name: str) -> Sequence[KnownTown]:
        return [
            each
            for each in self._towns
            if name == folded(each.name)
            or (
                (known := certain_town(each.name, each.region, each.country))
                and name == folded(known.name)
            )
        ]

    def regions(self, name: str) -> Sequence[KnownRegion]:
        return [each for each in self._regions if folded(each.name) == name]

    def postcodes(self, code: str, country: str = "") -> Sequence[KnownPostcode]:
        return [
            each
            for each in self._postcodes
            if postcode_key(each.code) == code and country in {"", each.country}
        ]


NOTHING = Places()

SOME = Places(
    towns=[
        KnownTown("DE", "Berlin", "Berlin", 500, 52.51, 13.39),
        KnownTown("DE", "", "Berlin", 50),
        KnownTown("US", "NH", "Berlin", 2, 44.47, -71.18),
        KnownTown("US", "CT", "Berlin", 1),
        KnownTown("DE", "Bayern", "München", 90, 48.14, 11.57),
        KnownTown("US", "NY", "New York", 300, 40.71, -74.0),
        KnownTown("US", "IL", "Springfield", 9),
        KnownTown("US", "Missouri", "Springfield", 3),
        KnownTown("DE", "Sachsen", "Kleindorf", 3),
        KnownTown("DE", "Hessen", "Kleindorf", 2, 50.2, 9.1),
        KnownTown("", "", "Xanadu", 1),
        KnownTown("MX", "Jalisco", "Tequila", 4),
    ],
    regions=[
        KnownRegion("DE", "Berlin", 400),
        KnownRegion("DE", "Bayern", 120),
        KnownRegion("US", "NY", 350),
        KnownRegion("US", "TX", 200),
        KnownRegion("US", "Georgia", 20),
        KnownRegion("MX", "Jalisco", 30),
    ],
    postcodes=[
        KnownPostcode("DE", "10115", 7, 52.53, 13.38),
        KnownPostcode("US", "10115", 1, 40.81, -73.96),
        KnownPostcode("GB", "SW1A 1AA", 2, 51.50, -0.14),
        KnownPostcode("NL", "1012 AB", 2, 52.38, 4.90),
        KnownPostcode("US", "94105", 2),
    ],
)


def label(text: str, known: Places = NOTHING, language: str = "en") -> str:
    area = resolve(text, known, language).chosen
    return f"{area.kind}: {area.label}" if area else ""


def others(text: str, known: Places = NOTHING) -> list[str]:
    return [area.label for area in resolve(text, known, "en").alternatives]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Berlin", "town: Berlin, Germany"),
        ("berlin", "town: Berlin, Germany"),
        ("  Berlin ,  DE ", "town: Berlin, Germany"),
        ("Berlin Germany", "town: Berlin, Germany"),
        ("Germany, Berlin", "town: Berlin, Germany"),
        ("Berlin (Deutschland)", "town: Berlin, Germany"),
        ("10115 Berlin", "town: Berlin, Germany"),  # no posting has the code
        ("München", "town: Munich, Germany"),
        ("Münih", "town: Munich, Germany"),
        ("ミュンヘン", "town: Munich, Germany"),
        ("東京", "town: Tokyo, Japan"),
        ("日本、東京", "town: Tokyo, Japan"),
        ("Austin, TX", "town: Austin, Texas, United States"),
        ("Austin TX", "town: Austin, Texas, United States"),
        ("austin tx", "town: Austin, Texas, United States"),
        ("Austin, TX 78701", "town: Austin, Texas, United States"),
        ("San Francisco, CA, USA", "town: San Francisco, California, United States"),
        ("San Francisco CA USA", "town: San Francisco, California, United States"),
        ("London", "town: London, United Kingdom"),
        ("London, UK", "town: London, United Kingdom"),
        ("London UK", "town: London, United Kingdom"),
        ("London, England", "town: London, United Kingdom"),
        ("London, Ontario", "town: London, Ontario, Canada"),
        ("Paris", "town: Paris, France"),
        ("Paris, Texas", "town: Paris, Texas, United States"),
        ("Paris Texas", "town: Paris, Texas, United States"),
        ("Cambridge, MA", "town: Cambridge, Massachusetts, United States"),
        ("New York", "town: New York City, New York, United States"),
        ("New York, NY", "town: New York City, New York, United States"),
        ("Washington, DC", "town: Washington, District of Columbia, United States"),
        ("Granada", "town: Granada, Spain"),
        ("Kreuzberg, Berlin", "town: Kreuzberg, Germany"),
        ("Rathaus, Köln", "town: Köln, Germany"),
        ("Frankfurt am Main, Hessen", "town: Frankfurt am Main, Germany"),
        ("Frankfurt, Brandenburg", "town: Frankfurt (Oder), Germany"),
        ("Frankfurt (Oder), Germany", "town: Frankfurt (Oder), Germany"),
        ("Stuttgart-Vaihingen, Germany", "town: Stuttgart, Germany"),
        ("in Berlin, Germany", "town: Berlin, Germany"),
        ("Hauptstr. 5, 10115 Berlin", "town: Berlin, Germany"),
        ("Odessa", "town: Odesa, Ukraine"),
        ("Wien", "town: Vienna, Austria"),
        ("Bern", "town: Bern, Switzerland"),
        ("Genève", "town: Geneva, Switzerland"),
        ("in Berlin", "town: Berlin, Germany"),
        ("Greater London", "town: London, United Kingdom"),
        ("Munich area", "town: Munich, Germany"),
        ("Großraum Stuttgart", "town: Stuttgart, Germany"),
        ("Stuttgart-Vaihingen", "town: Stuttgart, Germany"),
        ("Texas", "region: Texas, United States"),
        ("Oklahoma", "region: Oklahoma, United States"),
        ("N.Y.", "region: New York State, United States"),
        ("NY State", "region: New York State, United States"),
        ("US-TX", "region: Texas, United States"),
        ("California", "region: California, United States"),
        ("Bayern", "region: Bavaria, Germany"),
        ("Scotland", "region: Scotland, United Kingdom"),
        ("England, UK", "region: England, United Kingdom"),
        ("Georgia, USA", "region: Georgia, United States"),
        ("Georgia", "country: Georgia"),
        ("UK", "country: United Kingdom"),
        ("U.K.", "country: United Kingdom"),
        ("United Kingdom", "country: United Kingdom"),
        ("USA", "country: United States"),
        ("U.S.", "country: United States"),
        ("usa", "country: United States"),
        ("Deutschland", "country: Germany"),
        ("Almanya", "country: Germany"),
        ("日本", "country: Japan"),
        ("CA", "country: Canada"),
        ("Luxembourg", "country: Luxembourg"),
        ("Luxembourg, Luxembourg", "town: Luxembourg, Luxembourg"),
        ("Berlin, France", "country: France"),
        ("Berlin France", "country: France"),
        ("Hintertupfing, Germany", "country: Germany"),
    ],
)
def test_a_text_means_a_place_without_any_postings(text: str, expected: str) -> None:
    assert label(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10115", "postcode: 10115, Germany"),
        ("D-10115", "postcode: 10115, Germany"),
        ("10115 Berlin", "postcode: 10115, Germany"),
        ("10115 New York", "postcode: 10115, United States"),
        ("10115, USA", "postcode: 10115, United States"),
        ("10115 Paris", "town: Paris, France"),
        ("SW1A 1AA", "postcode: SW1A 1AA, United Kingdom"),
        ("sw1a1aa", "postcode: SW1A 1AA, United Kingdom"),
        ("London SW1A 1AA", "postcode: SW1A 1AA, United Kingdom"),
        ("1012AB Amsterdam", "postcode: 1012 AB, Netherlands"),
        ("94105", "postcode: 94105, United States"),
        # Nobody knows where the code is, but the town is known.
        ("San Francisco, CA 94105", "town: San Francisco, California, United States"),
        ("Georgia", "region: Georgia, United States"),
        ("Springfield", "town: Springfield, Illinois, United States"),
        ("New York", "town: New York, NY, United States"),
        ("Munich", "town: München, Germany"),
        ("Münih", "town: München, Germany"),
        ("Kleindorf", "town: Kleindorf, Germany"),
        ("Kleindorf, Hesse", "town: Kleindorf, Hesse, Germany"),
        ("Xanadu", "town: Xanadu"),
        ("Jalisco", "region: Jalisco, Mexico"),
        ("Tequila Jalisco", "town: Tequila, Mexico"),
        ("Berlin, New Hampshire", "town: Berlin, New Hampshire, United States"),
    ],
)
def test_places_of_postings_come_before_others(text: str, expected: str) -> None:
    assert label(text, SOME) == expected


def test_postings_that_write_a_town_in_two_ways_are_counted_together() -> None:
    area = resolve("Springfield, IL", SOME, "en").chosen
    assert area
    assert (area.country, area.region, area.town) == ("US", "Illinois", "Springfield")
    assert area.latitude == pytest.approx(39.8, abs=0.01)  # of the gazetteer
    assert not [each for each in others("Berlin", SOME) if "Germany" in each]


def test_other_places_of_the_name_are_offered() -> None:
    assert others("Georgia") == ["Georgia, United States"]
    assert others("Georgia", SOME) == ["Georgia"]
    assert others("CA") == ["California, United States"]
    assert others("Washington")[0] == "Washington State, United States"
    assert others("Berlin", SOME)[0] == "Berlin, New Hampshire, United States"
    assert len(others("Springfield")) == 5
    assert "10115, United States" in others("10115", SOME)
    assert others("Austin, TX") == []
    assert label("Congo") == "country: Congo - Brazzaville"
    assert others("Congo") == ["Congo - Kinshasa"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UK", []),
        ("uk", []),
        ("U.K.", []),
        ("CA", ["California, United States"]),
        ("IN", ["Indiana, United States"]),
        ("NL", ["Newfoundland and Labrador, Canada"]),
        ("BE", ["Kanton Bern, Switzerland"]),
        ("BR", []),
        ("HR", []),
        ("TH", []),
        ("BY", ["Bavaria, Germany"]),
    ],
)
def test_letters_of_a_country_are_a_region_s_where_people_write_them_or_postings_are(
    text: str, expected: list[str]
) -> None:
    known = Places(
        regions=[KnownRegion("IN", "Uttarakhand", 9), KnownRegion("DE", "Bayern", 9)]
    )
    assert others(text, known) == expected


@pytest.mark.parametrize(
    ("text", "meant", "left_out", "offered"),
    [
        ("Paris, Germany", "Germany", "Paris", "Paris, France"),
        ("Paris Germany", "Germany", "Paris", "Paris, France"),
        ("in Paris, Germany", "Germany", "Paris", "Paris, France"),
        ("Germany, Paris", "Germany", "Paris", "Paris, France"),
        ("Paris, TX, Germany", "Germany", "Paris, TX", "Paris, Texas, United States"),
        ("Munich, Bavaria, France", "France", "Munich, Bavaria", "München, Germany"),
        ("Springfield, CA", "Canada", "Springfield", "California, United States"),
        ("Berlin, Paris", "Berlin, Germany", "Paris", "Paris, France"),
        ("Rathaus, Köln", "Köln, Germany", "Rathaus", ""),
        ("South, Köln", "Köln, Germany", "South", ""),
        ("Hintertupfing, Germany", "Germany", "Hintertupfing", ""),
        ("Austin, TX 78701", "Austin, Texas, United States", "78701", ""),
        ("Weg 5, 99999 Berlin", "Berlin, Germany", "Weg 5, 99999", ""),
        ("10115 Paris", "Paris, France", "10115", "10115, Germany"),
        ("10115, Paris, Germany", "10115, Germany", "Paris", "Paris, France"),
        ("Weg 5, 10115 Berlin", "10115, Germany", "Weg 5", "Berlin, Germany"),
        ("10115 Nowhere", "10115, Germany", "Nowhere", "10115, United States"),
    ],
)
def test_what_does_not_fit_is_left_out_and_said_and_what_else_it_means_is_offered(
    text: str, meant: str, left_out: str, offered: str
) -> None:
    found = resolve(text, SOME, "en")
    assert found.chosen
    assert (found.chosen.label, found.left_out) == (meant, left_out)
    assert not offered or offered in [area.label for area in found.alternatives[:3]]


@pytest.mark.parametrize(
    "text",
    [
        "Berlin, Germany", "Germany, Berlin", "Paris Texas", "Munich area",
        "Greater London", "London, Greater London, UK", "Frankfurt (Oder), Germany",
        "Berlin (Deutschland)", "10115 Berlin", "London SW1A 1AA", "Kreuzberg, Berlin",
        "San Francisco, CA 94105", "Luxembourg, Luxembourg", "Texas", "US-TX",
    ],
)  # fmt: skip
def test_of_what_fits_nothing_is_left_out(text: str) -> None:
    found = resolve(text, SOME, "en")
    assert found.chosen
    assert not found.left_out


def test_a_region_is_offered_beside_its_town_where_it_has_postings_elsewhere() -> None:
    assert others("Bern") == []
    around = Places(
        [KnownTown("CH", "Bern", "Bern", 3), KnownTown("CH", "Bern", "Thun", 2)],
        [KnownRegion("CH", "Bern", 5)],
    )
    assert others("Bern", around) == ["Kanton Bern, Switzerland"]
    assert others("New York", SOME)[0] == "New York State, United States"


def test_what_was_once_called_so_is_not_offered() -> None:
    assert others("berlin") == []
    assert others("Berlin", SOME) == [
        "Berlin, New Hampshire, United States",
        "Berlin, Connecticut, United States",
    ]
    assert others("Paris") == ["Paris, Texas, United States"]
    assert "Cambridge, Massachusetts, United States" in others("Cambridge")
    assert "Kamyanobridskyi, Ukraine" not in others("Cambridge")


#: Names of several places each.
AMBIGUOUS = [
    "Berlin", "Georgia", "New York", "Washington", "Springfield", "San José",
    "Victoria", "Neustadt", "CA", "DE", "Halle", "Frankfurt", "Ontario",
    "Luxembourg", "Kinshasa", "Congo", "Guinea", "Hong Kong", "Singapore", "10115",
    "10115 Berlin", "Granada", "Santiago", "Valencia", "Córdoba", "London", "Paris",
    "Birmingham", "Niger", "Macedonia", "Jersey", "Mexico", "Quebec", "Salzburg",
    "Zürich", "Tequila", "Kleindorf", "Korea", "UK", "Ireland", "Northern Ireland",
    "Limburg", "Punjab", "Brussels", "Xanadu", "San Juan", "Macau",
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja", "ar", "pt-br"])
@pytest.mark.parametrize("known", [NOTHING, SOME], ids=["nothing", "some"])
def test_every_query_means_its_place_again(known: Places, language: str) -> None:
    seen = 0
    for text in AMBIGUOUS:
        resolution = resolve(text, known, language)
        for area in (resolution.chosen, *resolution.alternatives):
            if area is None:
                continue
            seen += 1
            again = resolve(area.query, known, language).chosen
            assert again, area.query
            if area.query != text:
                assert not resolve(area.query, known, language).left_out
            assert place(again) == place(area), (text, area.query)
    assert seen > 100


def place(area: Area) -> tuple[object, ...]:
    return (
        area.kind,
        area.country,
        area.region,
        area.postcode,
        folded(area.town) if area.latitude is None else (area.latitude, area.longitude),
    )


def test_labels_are_in_the_readers_language_whatever_is_active() -> None:
    with translation.override("fr"):
        assert label("Berlin", language="de") == "town: Berlin, Deutschland"
        assert label("UK", language="de") == "country: Vereinigtes Königreich"
        assert label("Berlin", language="xx") == "town: Berlin, Germany"


def test_alternatives_are_different_from_each_other_and_the_choice() -> None:
    for text in ("Springfield", "San José", "Santiago", "Berlin", "London", "Georgia"):
        resolution = resolve(text, SOME, "en")
        assert resolution.chosen
        labels = [area.label for area in (resolution.chosen, *resolution.alternatives)]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "-",
        "?!",
        "12345",
        "99999 88888",
        "asdfghjkl",
        "Bay Area",
        "software engineer with python and django",
        "x" * 200,
        "Berlin " * 30,
        ", ".join(["Berlin"] * 20),
        "1 " * 100,
        "a1 " * 30,
        "\x00",
        "Berlin\x00Paris",
        "\ud800",
        "<script>alert(1)</script>",
        "'; SELECT 1=1 --",
        "🏙️",
        "()()()()",
        "\u202e\u200b",
        "( Berlin" * 12,
    ],
)
def test_junk_means_no_place_and_raises_nothing(text: str) -> None:
    assert resolve(text, SOME, "en") == Resolution()


def test_a_town_with_postings_goes_before_the_region_of_its_name() -> None:
    """However many there are in other towns of the region, which is offered."""
    known = Places(
        towns=[KnownTown("CH", "Zürich", "Zürich", 2, 47.37, 8.55)],
        regions=[KnownRegion("CH", "Zürich", 40)],
    )
    found = resolve("Zürich", known, "en")
    assert found.chosen
    assert found.chosen.kind is Kind.TOWN
    assert [each.kind for each in found.alternatives] == [Kind.REGION]


def test_nothing_that_says_remote_is_a_place() -> None:
    assert [text for text in sorted(REMOTE) if label(text)] == []


def test_any_text_gives_an_answer() -> None:
    rnd = random.Random(7)
    pieces = ["Berlin", "10115", ",", "US", "TX", "-", "(", "/", "é", "日本", "\0", " "]
    for _ in range(500):
        text = " ".join(rnd.choices(pieces, k=rnd.randint(1, 12)))
        area = resolve(text, SOME, "en").chosen
        assert area is None or area.kind in Kind


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("10115", "10115"),
        ("D-10115", "10115"),
        ("sw1a 1aa", "SW1A1AA"),
        ("94105-1234", "94105"),
        ("00-950", "00950"),
        ("〒100-0001", "1000001"),
        ("LV-1010", "1010"),
    ],
)
def test_postal_codes_are_one_however_they_are_written(code: str, key: str) -> None:
    assert postcode_key(code) == key
