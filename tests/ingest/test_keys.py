"""By which keys a posting is known again, and the traps real feeds set.

Each test stands for a case met in a real feed; what is written here is invented.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from postings.ingest import merge
from postings.ingest.merge import Claim, Claims, Key, KeyKind, Resolved
from postings.ingest.read import Node
from postings.schemaorg import Posting
from tests.ingest.support import node, normalised


def record(
    page: str = "", address: str = "", **properties: Any
) -> tuple[Posting, Node]:
    data = node(**{"identifier": None} | properties)
    read = normalised(data, page=page, address=address).posting
    assert read is not None
    return read, Node(data=data, locator="t", page=page, address=address)


def keys(page: str = "", address: str = "", **properties: Any) -> dict[str, str]:
    found = merge.keys(*record(page, address, **properties))
    return {str(key.kind): key.value for key in found}


def second_of_a_run(one: Mapping[str, Any], other: Mapping[str, Any]) -> Resolved:
    """What becomes of a record of a run that already had another one."""
    first, node_of_first = record(**one)
    claims = Claims()
    claims.take(Claim(merge.identity(first), "", merge.keys(first, node_of_first)))
    second, node_of_second = record(**other)
    return merge.resolved(
        merge.keys(second, node_of_second),
        merge.identity(second),
        claims=claims,
        owners={},
        owned={},
    )


def kinds(found: tuple[Key, ...]) -> list[str]:
    return [str(key.kind) for key in found]


# --- Identifier ---------------------------------------------------------------------


def test_one_identifier_on_two_jobs_makes_the_second_known_by_its_other_keys() -> None:
    # The number is the customer's at the host of the job site, not the job's.
    account = {"@type": "PropertyValue", "name": "Crumb", "value": "4711"}
    found = second_of_a_run(
        {"title": "Baker", "identifier": account, "url": "https://jobs.example/1"},
        {"title": "Brewer", "identifier": account, "url": "https://jobs.example/2"},
    )
    assert (found.posting_id, found.earlier) == (None, None)
    assert kinds(found.keys) == ["url", "hash"]


def test_a_number_and_the_same_number_as_text_are_one_identifier() -> None:
    values: list[Any] = [7, 7.0, "7", [7], {"@value": 7}]
    assert {keys(identifier=value)["identifier"] for value in values} == {"7"}


def test_the_same_value_of_another_issuer_is_another_identifier() -> None:
    found = {
        keys(identifier=value)["identifier"]
        for value in (
            "7",
            {"name": "Crumb", "value": 7},
            {"name": "Loaf", "value": 7},
            {"propertyID": "ref", "value": 7},
        )
    }
    assert found == {"7", "Crumb 7", "Loaf 7", "ref 7"}


def test_the_scheme_counts_before_the_issuers_name() -> None:
    value = {"propertyID": "ref", "name": "Crumb", "value": 7}
    assert keys(identifier=value)["identifier"] == "ref 7"


@pytest.mark.parametrize(
    "value",
    [
        "0",
        "N/A",
        "{{job.id}}",
        {"name": "Crumb", "value": None},
        {"name": "Crumb"},
        {"name": "Crumb", "value": "-"},
    ],
)
def test_what_identifies_nothing_is_no_key(value: Any) -> None:
    assert list(keys(identifier=value)) == ["hash"]


def test_the_employers_name_as_identifier_is_no_key() -> None:
    assert list(keys(hiringOrganization="Crumb", identifier="crumb")) == ["hash"]
    value = {"@type": "PropertyValue", "value": "3M", "name": "Reference"}
    assert list(keys(hiringOrganization="3M", identifier=value)) == ["hash"]


# --- Addresses ----------------------------------------------------------------------


def test_one_url_on_many_titles_names_only_the_first() -> None:
    url = "https://www.crumb.example/careers"
    found = second_of_a_run(
        {"title": "Baker", "url": url}, {"title": "Brewer", "url": url}
    )
    assert (found.posting_id, found.earlier) == (None, None)
    assert kinds(found.keys) == ["hash"]


@pytest.mark.parametrize(
    "url",
    [
        "https://crumb.example",
        "https://crumb.example/",
        "HTTP://Crumb.example/",
        "https://crumb.example/#jobs",
        "https://crumb.example:8080/",
    ],
)
def test_a_hosts_root_is_no_key(url: str) -> None:
    assert list(keys(url=url)) == ["hash"]


@pytest.mark.parametrize(
    ("employer", "url"),
    [
        ({"url": "https://board.example/crumb"}, "https://board.example/crumb"),
        ({"url": "https://board.example/crumb"}, "https://board.example/crumb/"),
        ({"url": "http://board.example/crumb/"}, "https://Board.example/crumb"),
        ({"sameAs": "https://board.example/crumb"}, "https://board.example/crumb"),
        ({"sameAs": ["https://a.example/c", "https://b.example/c"]}, "https://b.example/c"),
    ],
)  # fmt: skip
def test_the_employers_own_address_is_no_key(
    employer: dict[str, Any], url: str
) -> None:
    organization = {"name": "Crumb", **employer}
    assert list(keys(hiringOrganization=organization, url=url)) == ["hash"]
    assert "id" not in keys(hiringOrganization=organization, **{"@id": url})
    assert "page" not in keys(hiringOrganization=organization, page=url)


def test_a_page_below_the_employers_address_is_a_key() -> None:
    organization = {"name": "Crumb", "url": "https://crumb.example/jobs"}
    found = keys(hiringOrganization=organization, url="https://crumb.example/jobs/7")
    assert found["url"] == "//crumb.example/jobs/7"


def test_http_and_https_are_one_address_and_the_hosts_case_does_not_count() -> None:
    found = {
        keys(url=url)["url"]
        for url in (
            "http://jobs.example/7",
            "https://jobs.example/7",
            "HTTPS://JOBS.example/7",
        )
    }
    assert found == {"//jobs.example/7"}


def test_path_and_query_are_kept_as_they_are() -> None:
    one = keys(url="https://jobs.example/Detail?clid=4711&jobid=A")["url"]
    other = keys(url="https://jobs.example/Detail?clid=4711&jobid=B")["url"]
    assert one == "//jobs.example/Detail?clid=4711&jobid=A"
    assert other != one
    assert keys(url="https://jobs.example/detail?clid=4711&jobid=A")["url"] != one


def test_an_empty_fragment_is_none_and_any_other_may_be_the_job() -> None:
    assert keys(url="https://jobs.example/7#")["url"] == "//jobs.example/7"
    one = keys(url="https://jobs.example/list#job-1")["url"]
    assert one != keys(url="https://jobs.example/list#job-2")["url"]


def test_a_relative_url_starts_from_the_page_it_stood_on() -> None:
    found = keys(url="/jobs/7", address="https://jobs.example/search?q=baker")
    assert found["url"] == "//jobs.example/jobs/7"


def test_a_relative_url_of_a_document_without_an_address_is_no_key() -> None:
    assert list(keys(url="/jobs/7")) == ["hash"]


def test_the_page_stands_in_for_a_url_that_is_no_address() -> None:
    found = keys(url="javascript:void(0)", page="https://jobs.example/7")
    assert found["url"] == found["page"] == "//jobs.example/7"


# --- @id ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "node_id",
    [
        "_:b0",
        "#",
        "#jobposting",
        "jobposting",
        "/jobs/7",
        "",
        "https://jobs.example/",
        "https://jobs.example/#jobposting",
        "javascript:void(0)",
        "http://[",
    ],
)
def test_an_id_that_is_no_absolute_iri_of_its_own_is_no_key(node_id: str) -> None:
    assert list(keys(**{"@id": node_id})) == ["hash"]


@pytest.mark.parametrize("node_id", [None, 7, True, [], ["https://jobs.example/7"], {}])
def test_an_id_that_is_no_text_is_no_key(node_id: Any) -> None:
    assert list(keys(**{"@id": node_id})) == ["hash"]


def test_an_absolute_id_is_a_key() -> None:
    assert keys(**{"@id": "https://jobs.example/7#it"})["id"] == "//jobs.example/7#it"
    assert keys(**{"@id": "urn:uuid:5"})["id"] == "urn:uuid:5"


# --- The hash -----------------------------------------------------------------------

PLAIN: dict[str, Any] = {
    "title": "Baker",
    "hiringOrganization": "Crumb & Co",
    "datePosted": "2026-11-20",
    "jobLocation": {
        "address": {"addressLocality": "Ulm", "addressCountry": "DE"},
    },
}


def test_a_posting_without_any_name_of_its_own_is_known_by_its_hash() -> None:
    assert list(keys(**PLAIN)) == ["hash"]


@pytest.mark.parametrize(
    "change",
    [
        {"datePosted": "2026-11-20T09:30:00+01:00"},
        {"datePosted": "2026-11-20T23:59:59+01:00"},
        {"title": "BAKER"},
        {"hiringOrganization": {"name": "CRUMB & CO.", "url": "https://crumb.example"}},
        {"description": "Now with more bread"},
        {"validThrough": "2027-01-31"},
        {"baseSalary": 40_000},
    ],
)
def test_what_does_not_change_which_job_it_is(change: dict[str, Any]) -> None:
    assert keys(**PLAIN | change)["hash"] == keys(**PLAIN)["hash"]


@pytest.mark.parametrize(
    "change",
    [
        {"datePosted": "2026-11-21"},
        {"datePosted": None},
        {"title": "Head baker"},
        {"hiringOrganization": "Loaf"},
        {"jobLocation": None},
        {"jobLocation": {"address": {"addressLocality": "Bonn", "addressCountry": "DE"}}},
    ],
)  # fmt: skip
def test_what_makes_it_another_job(change: dict[str, Any]) -> None:
    assert keys(**PLAIN | change)["hash"] != keys(**PLAIN)["hash"]


def test_the_order_of_places_does_not_count() -> None:
    ulm = PLAIN["jobLocation"]
    bonn = {"address": {"addressLocality": "Bonn", "addressCountry": "DE"}}
    one = keys(**PLAIN | {"jobLocation": [ulm, bonn]})["hash"]
    assert keys(**PLAIN | {"jobLocation": [bonn, ulm]})["hash"] == one


def test_two_records_alike_in_every_key_are_one_job() -> None:
    found = second_of_a_run(PLAIN, PLAIN | {"description": "Again"})
    assert found.earlier is not None


def test_keys_come_in_the_order_they_are_looked_up_by() -> None:
    found = merge.keys(
        *record(
            "https://jobs.example/page/7",
            identifier="R-7",
            url="https://jobs.example/7",
            **{"@id": "urn:uuid:7"},
        )
    )
    assert [key.kind for key in found] == list(KeyKind)
