"""Identifiers as text, number, address, PropertyValue and what identifies nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postings.ingest.normalise import identifiers
from postings.ingest.report import Code, Notes, Severity
from postings.schemaorg import Identifier


def read(value: Any) -> tuple[tuple[str, str, str], list[tuple[Severity, Code]]]:
    notes = Notes("t")
    found = identifiers.identifier(value, notes)
    return (
        (found.value, found.name, found.property_id),
        [(problem.severity, problem.code) for problem in notes.problems()],
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("R-7", ("R-7", "", "")),
        ("  R-7 ", ("R-7", "", "")),
        ("baker-in-ulm", ("baker-in-ulm", "", "")),
        ("R&amp;D 7", ("R&D 7", "", "")),
        (17, ("17", "", "")),
        (17.0, ("17", "", "")),
        ("17.0", ("17.0", "", "")),
        ("0017", ("0017", "", "")),
        ({"@value": "R-7"}, ("R-7", "", "")),
        ("https://jobs.example/7", ("https://jobs.example/7", "", "")),
        ("{8960377E-3F40-4F4D-A911-EE55E99C82C9}", ("{8960377E-3F40-4F4D-A911-EE55E99C82C9}", "", "")),
        ("[12345]", ("[12345]", "", "")),
        (["R-7", "R-8"], ("R-7", "", "")),
        ({"@type": "PropertyValue", "name": "Crumb", "value": "200_en-US"}, ("200_en-US", "Crumb", "")),
        ({"@type": "PropertyValue", "name": "Crumb", "value": 7}, ("7", "Crumb", "")),
        ({"@type": "PropertyValue", "name": "Crumb", "value": 7.0}, ("7", "Crumb", "")),
        ({"@type": "PropertyValue", "propertyID": "ref", "value": "7"}, ("7", "", "ref")),
        ({"propertyID": "https://example.org/ref", "name": "Crumb", "value": "7"}, ("7", "Crumb", "https://example.org/ref")),
        ({"name": "Crumb", "value": ["", "7"]}, ("7", "Crumb", "")),
        ({"name": "Crumb", "value": {"@value": "7"}}, ("7", "Crumb", "")),
        ({"name": "Crumb", "value": {"@type": "PropertyValue", "name": "Loaf", "value": 7}}, ("7", "Crumb", "")),
        ({"value": {"name": "Loaf", "value": "7"}}, ("7", "Loaf", "")),
        ({"name": {"@type": "Organization", "name": "Crumb"}, "value": "7"}, ("7", "Crumb", "")),
        ({"name": "R-7", "value": "R-7"}, ("R-7", "R-7", "")),
        ({"name": "Crumb", "identifier": "7"}, ("7", "Crumb", "")),
        (
            {"@type": "DefinedTerm", "termCode": "7", "name": "Reference", "inDefinedTermSet": {"name": "refs"}},
            ("7", "Reference", "refs"),
        ),
        ({"@id": "https://jobs.example/7"}, ("https://jobs.example/7", "", "")),
        ({"@id": "urn:uuid:5"}, ("urn:uuid:5", "", "")),
        ({"url": "https://jobs.example/7"}, ("https://jobs.example/7", "", "")),
        ({"@id": "_:b1", "name": "Crumb", "value": "7"}, ("7", "Crumb", "")),
    ],
    ids=lambda value: repr(value)[:60],
)  # fmt: skip
def test_identifiers(value: Any, expected: tuple[str, str, str]) -> None:
    assert read(value) == (expected, [])


@pytest.mark.parametrize(
    "value",
    [
        "-", "--", ".", "0", "0000", "0.0", "null", "NULL", "undefined", "N/A", "n/a", "none", "NaN",
        "-1", "id", "Job ID", "string", "{{job.id}}", "{{ job.id }}-x", "${id}", "x-${job}", "#{id}", "%{id}",
        "<%= id %>", "[object Object]", "[ID]", "{id}", "{job_id}", "%JOBID%", "$id", "\u200b",
        0, 0.0, -5, True, False, float("nan"), float("inf"), 1e300, 10**400,
        {"name": "Crumb"}, {"name": "Crumb", "value": None}, {"name": "Crumb", "value": "Crumb"},
        {"name": "Crumb", "value": 0}, {"name": "Crumb", "value": "null"}, {"name": "Crumb", "value": True},
        {"name": "Crumb", "value": {"a": 1}}, {"@id": "_:b1"}, {"@id": "#id"}, {"@id": "job/7"},
        {"@type": "PropertyValue", "@id": "https://jobs.example/#id", "value": None},
        {"value": {"value": {"value": {"value": {"value": {"value": "7"}}}}}},
    ],
    ids=lambda value: repr(value)[:60],
)  # fmt: skip
def test_what_identifies_nothing_is_reported_and_no_identifier(value: Any) -> None:
    assert read(value) == (("", "", ""), [(Severity.IGNORED, Code.BAD_VALUE)])


@pytest.mark.parametrize(
    "value", [None, "", "  ", [], {}, [None, ""], {"@value": None}]
)
def test_absence_is_no_identifier_and_no_problem(value: Any) -> None:
    assert read(value) == (("", "", ""), [])


def test_the_next_identifier_is_taken_where_the_first_identifies_nothing() -> None:
    found, problems = read(["N/A", {"name": "Crumb"}, {"name": "Crumb", "value": 7}])
    assert found == ("7", "Crumb", "")
    assert problems == [(Severity.IGNORED, Code.BAD_VALUE)] * 2


def test_an_overlong_identifier_is_cut_and_reported() -> None:
    (value, _, _), problems = read("baker " * 200)
    assert len(value) == 500
    assert problems == [(Severity.IGNORED, Code.TOO_LONG)]


_SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**60), 10**60) | st.floats()
    | st.text(max_size=20) | st.sampled_from(["7", "{{id}}", "\x00", "\ud800", "urn:x"])
)  # fmt: skip
_KEYS = st.sampled_from(
    [
        "value",
        "name",
        "propertyID",
        "identifier",
        "termCode",
        "@id",
        "url",
        "@value",
        "inDefinedTermSet",
    ]
)


@given(
    st.recursive(
        _SCALARS,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_no_value_raises_and_what_is_found_is_a_text(value: Any) -> None:
    found = identifiers.identifier(value, Notes("t"))
    assert isinstance(found, Identifier)
    for text in (found.value, found.name, found.property_id):
        assert isinstance(text, str)
        assert len(text) <= 500
