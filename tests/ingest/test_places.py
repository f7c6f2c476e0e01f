"""Places as career sites write them: what is a place, how many, and where."""

from typing import Any

import pytest

from postings.countries import country_code
from postings.schemaorg import JobLocationType, Place
from tests.ingest.support import codes, node, posting


def place(**address: Any) -> dict[str, Any]:
    return {
        "@type": "Place",
        "address": {"@type": "PostalAddress", **address},
    }


def places(value: Any) -> list[dict[str, Any]]:
    """Each place as those of its attributes that say something."""
    empty = Place()
    return [
        {
            name: found
            for name in Place.__dataclass_fields__
            if (found := getattr(each, name)) != getattr(empty, name)
        }
        for each in posting(jobLocation=value).job_location
    ]


@pytest.mark.parametrize(
    "value",
    [
        "Praha, Brno, Ostrava",
        "Praha; Brno; Ostrava",
        "Praha | Brno / Ostrava",
        "Praha, Brno a Ostrava",
        {"@type": "Place", "address": "Praha, Brno, Ostrava"},
        {"@type": "Place", "address": ["Praha", "Brno", "Ostrava"]},
        ["Praha", "Brno", {"address": "Ostrava"}],
    ],
)
def test_several_towns_in_one_text_are_places_of_their_own(value: Any) -> None:
    towns = [{"address": name} for name in ("Praha", "Brno", "Ostrava")]
    assert places(value) == towns


@pytest.mark.parametrize(
    "locality", ["Praha, Brno, Ostrava", ["Praha", "Brno", "Ostrava"]]
)
def test_towns_in_one_locality_share_its_country_and_that_is_said(
    locality: Any,
) -> None:
    value = place(addressLocality=locality, addressCountry="CZ")
    assert places(value) == [
        {"address_locality": name, "address_country": "CZ"}
        for name in ("Praha", "Brno", "Ostrava")
    ]
    assert codes(node(jobLocation=value)) == ["split-value"]


@pytest.mark.parametrize(
    "words",
    [
        "New York, NY",
        "Paris - La Défense",
        "Frankfurt am Main",
        "Hlavní 5, 602 00 Brno",
        "Newcastle upon Tyne, Tyne and Wear",
        "Getafe, Madrid",
        "Halle (Saale)",
        "Washington, D.C.",
    ],
)
def test_one_place_in_several_words_stays_one(words: str) -> None:
    assert places(words) == [{"address": words}]


@pytest.mark.parametrize(
    "value",
    ["-", "n/a", "Various", place(addressLocality="-", addressCountry="-"),
     place(addressLocality="NULL", addressCountry="null"), {"@type": "Place", "x": 1},
     {"@id": "https://www.wikidata.org/entity/Q1"}, 7],
)  # fmt: skip
def test_what_names_no_place_is_none_and_said(value: Any) -> None:
    assert places(value) == []
    assert codes(node(jobLocation=value)) == ["bad-value"]


@pytest.mark.parametrize(
    "value",
    [
        place(),
        place(addressLocality="", addressCountry=None),
        {"@type": "Place"},
        {"@type": "Place", "address": {}},
        {"@type": "Place", "geo": {"latitude": "", "longitude": ""}},
    ],
)
def test_an_empty_form_is_no_place_and_nothing_to_be_said(value: Any) -> None:
    assert places(value) == []
    assert codes(node(jobLocation=value)) == []


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("Anywhere", []),
        ("Home office", []),
        (place(addressLocality="Anywhere"), []),
        (place(streetAddress="Anywhere"), []),
        ({"@type": "VirtualLocation"}, []),
        ({"@type": "VirtualLocation", "url": "https://meet.example/1"}, []),
        (place(addressLocality="Remote", addressCountry="US"), [{"address_country": "US"}]),
        ("Remote - US", [{"address_country": "US"}]),
        (
            [{"@type": "VirtualLocation"}, place(addressLocality="Brno")],
            [{"address_locality": "Brno"}],
        ),
    ],
)  # fmt: skip
def test_what_says_remote_is_no_place_but_telecommute(
    value: Any, left: list[dict[str, Any]]
) -> None:
    assert places(value) == left
    found = posting(jobLocation=value).job_location_type
    assert found.type is JobLocationType.TELECOMMUTE
    assert set(codes(node(jobLocation=value))) == {"understood-wording"}


@pytest.mark.parametrize("words", ["Berlin / Remote", "Brno"])
def test_what_may_be_either_is_not_remote(words: str) -> None:
    assert posting(jobLocation=words).job_location_type.type is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"address": {"addressLocality": "Brno"}}, {"address_locality": "Brno"}),
        ({"@type": "PostalAddress", "addressLocality": "Brno"}, {"address_locality": "Brno"}),
        ({"addressLocality": "Brno"}, {"address_locality": "Brno"}),
        ({"@type": "City", "name": "Brno"}, {"address_locality": "Brno"}),
        ({"name": "Brno"}, {"name": "Brno"}),
        ([[["Brno"]]], {"address": "Brno"}),
        (place(addressLocality="Praha, Česká republika"),
         {"address_locality": "Praha", "address_country": "CZ",
          "address_country_text": "Česká republika"}),
    ],
)  # fmt: skip
def test_a_place_is_known_without_its_types(
    value: Any, expected: dict[str, Any]
) -> None:
    assert places(value) == [expected]


def test_each_of_251_places_is_read() -> None:
    value = [
        place(addressLocality=f"Town {n}", addressCountry="US") for n in range(251)
    ]
    assert len(places(value)) == 251


@pytest.mark.parametrize(
    ("value", "point"),
    [
        ({"geo": {"latitude": 50.0875, "longitude": 14.4213}}, (50.0875, 14.4213)),
        ({"geo": {"latitude": "50,0875", "longitude": "14,4213"}}, (50.0875, 14.4213)),
        ({"latitude": "50.0875", "longitude": "14.4213"}, (50.0875, 14.4213)),
        ({"geo": "50.0875, 14.4213"}, (50.0875, 14.4213)),
        ({"geo": {"latitude": "33.5 S", "longitude": "70.5 W"}}, (-33.5, -70.5)),
        ({"geo": {"latitude": 500, "longitude": 14}}, None),
        ({"geo": {"latitude": 0, "longitude": 0}}, None),
        ({"geo": {"latitude": "N/A", "longitude": "N/A"}}, None),
        ({"geo": {"latitude": 50}}, None),
        ({"geo": {"latitude": 10**400, "longitude": 1}}, None),
    ],
)
def test_coordinates(value: Any, point: tuple[float, float] | None) -> None:
    (found,) = posting(jobLocation={"address": "Praha", **value}).job_location
    expected = point or (None, None)
    assert (found.latitude, found.longitude) == expected
    said = codes(node(jobLocation={"address": "Praha", **value}))
    assert said == ([] if point else ["bad-value"])


@pytest.mark.parametrize(
    ("country", "code", "kept"),
    [
        ("cz ", "CZ", ""),
        ("CZE", "CZ", "CZE"),
        ("Espagne", "ES", "Espagne"),
        ({"@type": "Country", "name": "Česko"}, "CZ", "Česko"),
        ({"@type": "Country", "identifier": "DE"}, "DE", ""),
        ({"@type": "Country", "name": "", "alternateName": "DE"}, "DE", ""),
        ("Neverland", "", "Neverland"),
        ("Congo", "", "Congo"),  # there are two
        ({"@id": "http://www.wikidata.org/entity/Q213"}, "", ""),
    ],
)
def test_a_country_is_a_code_and_its_wording_is_kept(
    country: Any, code: str, kept: str
) -> None:
    value = place(addressLocality="X", addressCountry=country)
    (found,) = posting(jobLocation=value).job_location
    assert (found.address_country, found.address_country_text) == (code, kept)
    assert codes(node(jobLocation=value)) == ([] if code else ["unknown-country"])


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("GB", "Great Britain|Velká Británie|Veľká Británia|Großbritannien|Regno Unito"),
        ("GB", "Grande-Bretagne|Storbritannien|Wielka Brytania|Gran Bretaña|イギリス"),
        ("DE", "Deutschland|Německo|Allemagne|Tyskland|Niemcy|Alemania|Германия|德国"),
        ("CZ", "Česká republika|Tschechien|Tchéquie|Tjeckien|Czechia|Csehország"),
        ("US", "U.S.A.|United States of America|Vereinigte Staaten|États-Unis|EE. UU."),
        ("NL", "Holland|The Netherlands|Niederlande|Pays-Bas|Nizozemsko"),
        ("IE", "Ireland|Ireland, Republic of|Éire"),
        ("CN", "中国|China|Čína"),
        ("RU", "Россия|Russian Federation|Rusko"),
        ("MA", "المغرب|Maroc"),
        ("KR", "South Korea|Korea, Republic of"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_names_in_any_language(code: str, names: str) -> None:
    for name in names.split("|"):
        assert (name, country_code(name)) == (name, code)
