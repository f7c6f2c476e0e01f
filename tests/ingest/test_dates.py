"""Dates as the wild writes them, and what they are read as."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postings.ingest.normalise.dates import (
    FIRST_YEAR,
    LAST_YEAR,
    moment,
    start_date,
    zone_of,
)
from postings.ingest.report import Notes
from postings.schemaorg import Moment, Place, ZoneSource

LOOSE = "repaired loose-date"
BAD = "ignored value bad-date"

BERLIN = Place(address_country="DE")
AMERICA = Place(address_country="US")
DENVER = Place(latitude=39.74, longitude=-104.99, address_country="US")
AT_SEA = Place(latitude=40.0, longitude=-30.0)
KOLKATA = Place(address_country="IN")


def read(
    value: Any,
    *places: Place,
    site_zone: str = "Europe/Vienna",
    end_of_day: bool = False,
) -> tuple[Moment | None, list[str]]:
    notes = Notes("t")
    found = moment(
        value,
        "validThrough",
        notes,
        places=places,
        site_zone=site_zone,
        end_of_day=end_of_day,
    )
    return found, [f"{entry.severity} {entry.code}" for entry in notes.problems()]


def known(found: Moment | None) -> Moment:
    assert found is not None
    return found


def said(found: Moment | None) -> str:
    """A bare date as it stands, an instant in UTC, and a local time without offset."""
    if found is None:
        return ""
    if found.zone_source is ZoneSource.OFFSET and found.has_time:
        return found.at.isoformat().replace("+00:00", "Z")
    return found.local().isoformat()[:-6] if found.has_time else found.iso()


def shown(value: Any) -> str:
    """A row's name, of values that text and number share and of endless ones."""
    return ascii(value)[:60]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # Days.
        ("2021-05-27", "2021-05-27"),
        (" 2021-05-27\n", "2021-05-27"),
        ("20210527", "2021-05-27"),
        ("2021-W21-4", "2021-05-27"),
        ("2021W214", "2021-05-27"),
        ("2024-02-29", "2024-02-29"),
        ("1990-01-01", "1990-01-01"),
        ("2099-12-31", "2099-12-31"),
        ({"@type": "xsd:date", "@value": "2021-05-27"}, "2021-05-27"),
        (["2021-05-27", "2021-06-01"], "2021-05-27"),
        # Instants.
        ("2021-05-27T10:15:00Z", "2021-05-27T10:15:00Z"),
        ("2021-05-27T10:15:00z", "2021-05-27T10:15:00Z"),
        ("2021-05-27t10:15:00Z", "2021-05-27T10:15:00Z"),
        ("2021-05-27T10:15:00+00:00", "2021-05-27T10:15:00Z"),
        ("2021-05-27T10:15:00-00:00", "2021-05-27T10:15:00Z"),
        ("2021-05-27T10:15:00+02:00", "2021-05-27T08:15:00Z"),
        ("2021-05-27T10:15:00+0200", "2021-05-27T08:15:00Z"),
        ("2021-05-27T10:15:00+02", "2021-05-27T08:15:00Z"),
        ("2021-05-27T10:15:00-0330", "2021-05-27T13:45:00Z"),
        ("2021-05-27T10:15:00+05:45", "2021-05-27T04:30:00Z"),
        ("2021-05-27T10:15:00+14:00", "2021-05-26T20:15:00Z"),
        ("2021-05-27T10:15Z", "2021-05-27T10:15:00Z"),
        ("2021-05-27T10:15-07:00", "2021-05-27T17:15:00Z"),
        ("2021-05-27T10Z", "2021-05-27T10:00:00Z"),
        ("20210527T101500Z", "2021-05-27T10:15:00Z"),
        ("20210527T1015+0200", "2021-05-27T08:15:00Z"),
        ("2021-W21-4T10:15:00Z", "2021-05-27T10:15:00Z"),
        ("2021-05-27 10:15:00Z", "2021-05-27T10:15:00Z"),
        ("2021-05-27 10:15:00+02:00", "2021-05-27T08:15:00Z"),
        ("2021-05-27T10:15:00.5Z", "2021-05-27T10:15:00.500000Z"),
        ("2021-05-27T10:15:00,25Z", "2021-05-27T10:15:00.250000Z"),
        ("2021-05-27T10:15:00.000Z", "2021-05-27T10:15:00Z"),
        ("2021-05-27T10:15:00.123456789Z", "2021-05-27T10:15:00.123456Z"),
        ("2021-05-27T00:00:00Z", "2021-05-27T00:00:00Z"),
        ("2021-05-27T24:00:00Z", "2021-05-28T00:00:00Z"),
        ("2021-12-31T24:00:00+01:00", "2021-12-31T23:00:00Z"),
        ("2000-01-01T00:00:00+14:00", "1999-12-31T10:00:00Z"),
        ("2099-12-31T23:59:59-14:00", "2100-01-01T13:59:59Z"),
        # Times without an offset are local.
        ("2021-05-27T10:15:00", "2021-05-27T10:15:00"),
        ("2021-05-27T00:00", "2021-05-27T00:00:00"),
        ("2021-05-27 10:15:00", "2021-05-27T10:15:00"),
        ("2021-05-27 10:15", "2021-05-27T10:15:00"),
        ("20210527T101500", "2021-05-27T10:15:00"),
        # Absent.
        (None, ""), ("", ""), ("  ", ""), ([], ""), ({}, ""), ([None, ""], ""),
    ],
    ids=shown,
)  # fmt: skip
def test_iso_8601_is_read_in_silence(value: Any, expected: str) -> None:
    found, problems = read(value)
    assert (said(found), problems) == (expected, [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # Nearly ISO 8601.
        ("2021-07-19 02:51:48 UTC", "2021-07-19T02:51:48Z"),
        ("2021-07-19 02:51:48 GMT", "2021-07-19T02:51:48Z"),
        ("2021-07-19T02:51:48 UTC", "2021-07-19T02:51:48Z"),
        ("2021-07-19 02:51 UTC", "2021-07-19T02:51:00Z"),
        ("2021-07-19 02:51:48 +0000", "2021-07-19T02:51:48Z"),
        ("2021-07-19 02:51:48 +02:00", "2021-07-19T00:51:48Z"),
        ("2021-07-19 02:51:48.123 +0200 CEST", "2021-07-19T00:51:48.123000Z"),
        ("2021-07-19 02:51:48 +0530 IST", "2021-07-18T21:21:48Z"),
        ("2021-07-19T02:51:48+00:00Z", "2021-07-19T02:51:48Z"),
        ("2021-07-19T02:51:48+02:00[Europe/Berlin]", "2021-07-19T00:51:48Z"),
        ("2021-07-19T02:51:48\u22125:00", "2021-07-19T07:51:48Z"),
        ("2021-07-19T02:51:60Z", "2021-07-19T02:51:59Z"),
        ("2021-5-27", "2021-05-27"),
        ("2021-5-27 9:05", "2021-05-27T09:05:00"),
        ("2021-5-27T9:05:00Z", "2021-05-27T09:05:00Z"),
        ("2021/05/27", "2021-05-27"),
        ("2021.05.27", "2021-05-27"),
        ("2021\u201105\u201127", "2021-05-27"),
        ("<time>2021-05-27</time>", "2021-05-27"),
        ("\u200e2021-05-27", "2021-05-27"),
        ("2021-05-27Z", "2021-05-27"),
        ("2021-05-27+02:00", "2021-05-27"),
        ("20210527101500", "2021-05-27T10:15:00"),
        ("202105271015", "2021-05-27T10:15:00"),
        # Internet mail, its forerunner, and the C, Java and JavaScript libraries.
        ("Sat, 17 Jul 2021 02:00:00 +0000", "2021-07-17T02:00:00Z"),
        ("Sat, 17 Jul 2021 02:00:00 -0000", "2021-07-17T02:00:00Z"),
        ("Sat, 17 Jul 2021 02:00:00 GMT", "2021-07-17T02:00:00Z"),
        ("Sat, 17 Jul 2021 02:00:00 EDT", "2021-07-17T06:00:00Z"),
        ("Sat, 17 Jul 2021 02:00:00 +0200 (CEST)", "2021-07-17T00:00:00Z"),
        ("17 Jul 2021 02:00 -0700", "2021-07-17T09:00:00Z"),
        ("17 Jul 2021 02:00:00", "2021-07-17T02:00:00"),
        ("Saturday, 17-Jul-21 02:00:00 GMT", "2021-07-17T02:00:00Z"),
        ("Sat Jul 17 02:00:00 UTC 2021", "2021-07-17T02:00:00Z"),
        ("Sat Jul 17 02:00:00 CEST 2021", "2021-07-17T00:00:00Z"),
        ("Wed Jun 23 02:00:00 CDT 2021", "2021-06-23T07:00:00Z"),
        ("Sat Jul  3 02:00:00 2021", "2021-07-03T02:00:00"),
        ("Sat Jul 17 2021 02:00:00 GMT+0200 (CEST)", "2021-07-17T00:00:00Z"),
        (
            "Sat Jul 17 2021 02:00:00 GMT-0500 (Central Daylight Time)",
            "2021-07-17T07:00:00Z",
        ),
        ("Sat Jul 17 2021", "2021-07-17"),
        ("2021-07-17 02:00 UTC+5:30", "2021-07-16T20:30:00Z"),
        ("2021-07-17 02:00 CET", "2021-07-17T01:00:00Z"),
        ("2021-07-17 02:00 MESZ", "2021-07-17T00:00:00Z"),
        # Months by name.
        ("July 17, 2021", "2021-07-17"),
        ("JULY 17 2021", "2021-07-17"),
        ("Jul. 17th, 2021", "2021-07-17"),
        ("Saturday, July 17, 2021", "2021-07-17"),
        ("July 17, 2021 at 2:05 PM", "2021-07-17T14:05:00"),
        ("July 17, 2021, 12:00 a.m. UTC", "2021-07-17T00:00:00Z"),
        ("17 July 2021", "2021-07-17"),
        ("17th of July 2021", "2021-07-17"),
        ("17-Jul-2021", "2021-07-17"),
        ("17Jul2021", "2021-07-17"),
        ("2021-Jul-17", "2021-07-17"),
        ("1 Sept 2021", "2021-09-01"),
        ("17. Juli 2021", "2021-07-17"),
        ("17. 7. 2021", "2021-07-17"),
        ("01. 02. 2021", "2021-02-01"),
        ("Samstag, 17. Juli 2021 10:00 Uhr", "2021-07-17T10:00:00"),
        ("3. März 2021", "2021-03-03"),
        ("3. Ma\u0308rz 2021", "2021-03-03"),
        ("1. J\u00e4nner 2021", "2021-01-01"),
        ("17 juillet 2021", "2021-07-17"),
        ("1er août 2021", "2021-08-01"),
        ("17 de julio de 2021", "2021-07-17"),
        ("sábado, 17 de julio de 2021", "2021-07-17"),
        ("17 luglio 2021", "2021-07-17"),
        ("17 juli 2021", "2021-07-17"),
        ("17 augustus 2021", "2021-08-17"),
        ("17. července 2021", "2021-07-17"),
        # Numbers only, in an order that is certain.
        ("27.05.2021", "2021-05-27"),
        ("5.6.2021", "2021-06-05"),
        ("27.05.2021 10:15", "2021-05-27T10:15:00"),
        ("27/05/2021", "2021-05-27"),
        ("27-05-2021", "2021-05-27"),
        ("5/27/2021", "2021-05-27"),
        ("05/05/2021", "2021-05-05"),
        ("5/27/2021 2:00:00 PM", "2021-05-27T14:00:00"),
        # Unix time.
        (1626480000, "2021-07-17T00:00:00Z"),
        (1626480000.0, "2021-07-17T00:00:00Z"),
        ("1626480000", "2021-07-17T00:00:00Z"),
        (1626480000123, "2021-07-17T00:00:00.123000Z"),
        ("1626480000000", "2021-07-17T00:00:00Z"),
        ("/Date(1626480000000)/", "2021-07-17T00:00:00Z"),
        ("/Date(1626480000000+0200)/", "2021-07-17T00:00:00Z"),
        ("\\/Date(1626480000000)\\/", "2021-07-17T00:00:00Z"),
    ],
    ids=shown,
)  # fmt: skip
def test_other_writings_with_one_meaning_are_read_and_reported(
    value: Any, expected: str
) -> None:
    found, problems = read(value)
    assert (said(found), problems) == (expected, [LOOSE])


@pytest.mark.parametrize(
    "value",
    [
        # Sentinels.
        "1970-01-01", "1970-01-01T00:00:00.000Z", "1969-12-31T19:00:00-05:00",
        "9999-12-31", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59",
        "0001-01-01", "0001-01-01T00:00:00+23:59", "0000-00-00", "0000-00-00 00:00:00",
        "1989-12-31", "2100-01-01", "2099-12-31T24:00:00", "31.12.9999",
        "Thu, 01 Jan 1970 00:00:00 GMT", "Thu Jan 01 1970", "January 1, 1900",
        "/Date(-62135596800000)/", "/Date(999999999999999)/",
        # No such day or time.
        "2021-02-30", "2021-13-01", "2021-00-10", "2021-05-32", "20210230",
        "2021-W54-1", "2021-W21-8", "31 June 2021", "13/13/2021", "05.32.2021",
        "2021-05-27T25:00:00Z", "2021-05-27T24:00:01Z", "2021-05-27T10:60:00Z",
        "2021-05-27T10:00:61Z", "2021-05-27 13:00 PM", "2021-05-27 0:30 am",
        "2021-05-27T10:00:00+24:00", "2021-05-27T10:00:00+99:99",
        "2021-05-27T10:00:00+02:60",
        # More than one meaning.
        "05/06/2021", "5-6-2021", "05/06/21", "05/27/21", "17-Jul-21",
        "Monday, 17-Jul-21 02:00:00 GMT", "2021052710", 20210527, "21-05-27",
        "2021-05-27 10:00-12:00", "17 July 2021 10:00-12", "2021-05-27 10-12",
        "2021-05-27-10:00",
        # Zones nobody can be sure of, or that contradict the offset.
        "2021-07-17 02:00 BST", "2021-07-17 02:00 IST", "2021-07-17 02:00 XYZ",
        "2021-07-17T02:00:00+02:00Z", "2021-07-17T02:00:00Z+02:00",
        "2021-07-17T02:00:00 +0200 UTC", "2021-07-17T02:00:00 CEST+0200",
        "2021-07-17T02:00:00[Europe/Berlin]", "2021-07-17 02:00 (CEST)",
        # Not a day.
        "2021", "2021-05", "2021-W21", "May 2021", "2021-147", "10:00", "T10:00",
        "P30D", "2021-05-27/2021-06-27",
        # Nonsense.
        "asap", "nonsense", "soon", "-", "Invalid date", "NaN-NaN-NaN", "null",
        "{{ job.date }}", "17 Brumaire 2021", "Foo, 17 Jul 2021", "2021-05-27 or so",
        "\ud800", "\x00", "\uff12021-05-27", "2021-05-2²", "2021-0\u0665-27", "9" * 5000,
        "-" * 100_000, "2021-05-27" * 10_000, "(" * 100, "a " * 50, "1:" * 50,
        True, False, 0, 1, -1, 1e300, 0.5, float("inf"), float("nan"), 10**4000,
        -(10**12), 202105271015, {"date": "2021-05-27"}, {"@type": "Date"},
        [{"a": [1]}], ["soon"] * 10_000,
    ],
    ids=shown,
)  # fmt: skip
def test_what_has_no_certain_meaning_is_reported_and_unknown(value: Any) -> None:
    assert read(value, end_of_day=True) == (None, [BAD])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("05/06/2021", "Ambiguous: either number could be the day or the month."),
        ("9999-12-31", "A date that can't be meant."),
        ("2021-02-30", "There is no such day or time."),
        ("2021-07-17 02:00 BST", "Which time zone is meant isn't certain."),
        ("2021-05", "Expected an ISO 8601 date with year, month and day."),
        ("5/27/2021", "Read as 2021-05-27."),
        ("2021-07-19 02:51:48 UTC", "Read as 2021-07-19T02:51:48Z."),
        ("17 Jul 2021 02:00:00 +0200", "Read as 2021-07-17T02:00:00+02:00."),
    ],
)
def test_a_report_says_what_was_found_and_done(value: str, message: str) -> None:
    notes = Notes("t")
    moment(value, "datePosted", notes, places=(BERLIN,), site_zone="UTC")
    (problem,) = notes.problems()
    assert (str(problem.message), problem.value) == (message, value)
    assert problem.locator == "t#/datePosted"


@pytest.mark.parametrize(
    ("value", "places", "first", "last", "zone", "source"),
    [
        (
            "2026-12-04", (BERLIN,), "2026-12-03T23:00:00", "2026-12-04T22:59:59",
            "Europe/Berlin", ZoneSource.COUNTRY,
        ),
        (
            "2026-07-04", (DENVER,), "2026-07-04T06:00:00", "2026-07-05T05:59:59",
            "America/Denver", ZoneSource.COORDINATES,
        ),
        (
            "2026-07-04", (AMERICA,), "2026-07-03T22:00:00", "2026-07-04T21:59:59",
            "Europe/Vienna", ZoneSource.SITE,
        ),
        (
            "2026-07-04", (AT_SEA,), "2026-07-03T22:00:00", "2026-07-04T21:59:59",
            "Europe/Vienna", ZoneSource.SITE,
        ),
        (
            "2026-07-04", (AMERICA, KOLKATA),
            "2026-07-03T18:30:00", "2026-07-04T18:29:59",
            "Asia/Kolkata", ZoneSource.COUNTRY,
        ),
        # Its own offset, as xsd:date may have, is nearer than any place.
        (
            "2026-07-04+05:00", (BERLIN,), "2026-07-03T19:00:00", "2026-07-04T18:59:59",
            "+05:00", ZoneSource.OFFSET,
        ),
        # Days of 23 and of 25 hours.
        (
            "2026-03-29", (BERLIN,), "2026-03-28T23:00:00", "2026-03-29T21:59:59",
            "Europe/Berlin", ZoneSource.COUNTRY,
        ),
        (
            "2026-10-25", (BERLIN,), "2026-10-24T22:00:00", "2026-10-25T22:59:59",
            "Europe/Berlin", ZoneSource.COUNTRY,
        ),
        # A day that starts at one o'clock, one that ends at eleven, and one whose
        # last hour comes twice.
        (
            "2021-03-28", (Place(address_country="LB"),),
            "2021-03-27T22:00:00", "2021-03-28T20:59:59",
            "Asia/Beirut", ZoneSource.COUNTRY,
        ),
        (
            "2025-03-29", (Place(latitude=64.18, longitude=-51.72),),
            "2025-03-29T02:00:00", "2025-03-30T00:59:59",
            "America/Nuuk", ZoneSource.COORDINATES,
        ),
        (
            "2021-03-27", (Place(address_country="PY"),),
            "2021-03-27T03:00:00", "2021-03-28T03:59:59",
            "America/Asuncion", ZoneSource.COUNTRY,
        ),
    ],
)  # fmt: skip
def test_a_bare_date_is_a_day_where_the_job_is(
    value: str,
    places: Sequence[Place],
    first: str,
    last: str,
    zone: str,
    source: ZoneSource,
) -> None:
    start, end = (
        known(read(value, *places, end_of_day=end_of_day)[0])
        for end_of_day in (False, True)
    )
    assert (start.at.isoformat(), end.at.isoformat()) == (
        f"{first}+00:00",
        f"{last}+00:00",
    )
    for found in (start, end):
        assert (found.zone, found.zone_source) == (zone, source)
        assert not found.has_time
        assert found.iso() == value[:10]


@pytest.mark.parametrize(
    ("value", "places", "at", "zone"),
    [
        ("2026-07-04T00:00:00Z", (BERLIN,), "2026-07-04T00:00:00", "UTC"),
        ("2026-07-04T00:00:00+02:00", (BERLIN,), "2026-07-03T22:00:00", "Europe/Berlin"),
        ("2026-07-04T00:00:00+01:00", (BERLIN,), "2026-07-03T23:00:00", "+01:00"),
        ("2026-07-04T00:00:00-03:30", (), "2026-07-04T03:30:00", "-03:30"),
        ("2026-07-04T00:00:00", (BERLIN,), "2026-07-03T22:00:00", "Europe/Berlin"),
        # Half past two comes never, and twice.
        ("2026-03-29T02:30:00", (BERLIN,), "2026-03-29T01:30:00", "Europe/Berlin"),
        ("2026-10-25T02:30:00", (BERLIN,), "2026-10-25T00:30:00", "Europe/Berlin"),
    ],
)  # fmt: skip
def test_a_time_is_an_instant_also_where_the_job_closes(
    value: str, places: Sequence[Place], at: str, zone: str
) -> None:
    found = known(read(value, *places, end_of_day=True)[0])
    assert found.has_time
    assert (found.at.isoformat(), found.zone) == (f"{at}+00:00", zone)


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        ("DE", date(2026, 7, 4), ("Europe/Berlin", ZoneSource.COUNTRY)),
        ("US", date(2026, 7, 4), ("Site/Zone", ZoneSource.SITE)),
        ("ES", date(2026, 7, 4), ("Site/Zone", ZoneSource.SITE)),
        ("XX", date(2026, 7, 4), ("Site/Zone", ZoneSource.SITE)),
        ("", date(2026, 7, 4), ("Site/Zone", ZoneSource.SITE)),
    ],
)
def test_the_zone_of_a_country(
    country: str, day: date, expected: tuple[str, ZoneSource]
) -> None:
    place = Place(address_country=country)
    assert zone_of([place], day, site_zone="Site/Zone") == expected


@pytest.mark.parametrize(
    ("value", "day", "text", "problems"),
    [
        ("2027-02-01", date(2027, 2, 1), "", []),
        ("2027-02-01T22:00:00Z", date(2027, 2, 1), "", []),
        ({"@value": "2027-02-01"}, date(2027, 2, 1), "", []),
        ("1.2.2027", date(2027, 2, 1), "", [LOOSE]),
        ("1 February 2027", date(2027, 2, 1), "", [LOOSE]),
        (1801440000, date(2027, 2, 1), "", [LOOSE]),
        ("05/06/2027", None, "05/06/2027", []),
        ("2027-02", None, "2027-02", []),
        ("ASAP", None, "ASAP", []),
        ("As soon as <b>possible</b>", None, "As soon as possible", []),
        ("1 February 2027 or later", None, "1 February 2027 or later", []),
        ("1970-01-01", None, "", [BAD]),
        ("9999-12-31", None, "", [BAD]),
        ("0000-00-00", None, "", [BAD]),
        (None, None, "", []),
        (True, None, "", []),
        ({"a": []}, None, "", []),
        ({"name": "Spring"}, None, "Spring", []),
        (["", "Spring"], None, "Spring", []),
        ("\x00", None, "", []),
    ],
)
def test_a_start_is_a_day_where_certain_and_else_its_wording(
    value: Any, day: date | None, text: str, problems: list[str]
) -> None:
    notes = Notes("t")
    found = start_date(value, "jobStartDate", notes)
    assert (found.date, found.text) == (day, text)
    assert [f"{entry.severity} {entry.code}" for entry in notes.problems()] == problems


def offsets() -> st.SearchStrategy[timezone]:
    minutes = st.integers(min_value=-24 * 60 + 1, max_value=24 * 60 - 1)
    return minutes.map(lambda number: timezone(timedelta(minutes=number)))


@given(
    st.datetimes(
        min_value=datetime(FIRST_YEAR, 1, 1),  # noqa: DTZ001 - given a zone below
        max_value=datetime(LAST_YEAR, 12, 31, 23, 59, 59),  # noqa: DTZ001
        timezones=offsets(),
    ),
    st.sampled_from(("T", " ")),
)
def test_any_instant_written_as_iso_8601_is_read_as_that_instant(
    at: datetime, separator: str
) -> None:
    found, problems = read(at.isoformat(separator), BERLIN, end_of_day=True)
    assert (known(found).at, problems) == (at, [])
    assert known(found).at.tzinfo is UTC
    assert datetime.fromisoformat(known(found).iso()) == at


@given(
    st.dates(min_value=date(FIRST_YEAR, 1, 1), max_value=date(LAST_YEAR, 12, 31)),
    st.sampled_from(
        ("%d %B %Y", "%B %d, %Y", "%a %b %d %Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y")
    ),
)
def test_any_day_is_read_in_any_writing(day: date, form: str) -> None:
    found, problems = read(day.strftime(form), DENVER, end_of_day=True)
    assert (known(found).iso(), problems) == (day.isoformat(), [LOOSE])


NEARLY_DATES = st.lists(
    st.sampled_from(
        (
            "2021", "05", "27", "5", "Jul", "July", "Sat", "Sat,", "-", "/", ".", ":",
            " ", "T", "Z", "UTC", "GMT", "+", "02:00", "10:00:00", "24:00", "PM", "(",
            ")", "[", "9999", "0000", "\x00", "\ud800", ",", "de", "99",
        )
    ),
    max_size=16,
).map("".join)  # fmt: skip

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | NEARLY_DATES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(value=JSON, end_of_day=st.booleans())
def test_no_value_raises_and_none_is_dropped_in_silence(
    *, value: Any, end_of_day: bool
) -> None:
    found, problems = read(value, BERLIN, end_of_day=end_of_day)
    assert found is not None or problems in ([], [BAD])
    start_date(value, "jobStartDate", Notes("t"))


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=("Z", "C"))))
def test_a_text_is_a_date_or_a_problem(text: str) -> None:
    found, problems = read(text)
    assert (found is None) == (problems == [BAD])
