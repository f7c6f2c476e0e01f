"""Which names are one employer, and whose word on it counts."""

from __future__ import annotations

from typing import Any

import pytest

from postings.ingest import merge
from postings.models import JobPosting, Organization, OrganizationKey
from postings.schemaorg import Organization as Named
from postings.schemaorg import Posting
from tests.ingest.support import node, run_import


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("https://www.linkedin.com/company/crumb/", "linkedin.com/company/crumb"),
        ("http://linkedin.com/Company/Crumb", "linkedin.com/company/crumb"),
        ("https://crumb.example", "crumb.example/"),
        ("https://www.crumb.example/de/", "crumb.example/de"),
        ("https://www.linkedin.com/", None),
        ("https://facebook.com", None),
        ("https://uk.indeed.com/", None),
        ("https://boards.greenhouse.io", None),
        ("https://crumb.example/jobs", None),
        ("https://crumb.example/careers/baker-7", None),
        ("https://crumb.example/karriere", None),
        ("https://crumb.example/?company=7", None),
        ("https://jobs.example/7", None),  # the posting's own
        ("ftp://crumb.example/x", None),
        ("mailto:jobs@crumb.example", None),
        ("https://[broken", None),
        ("", None),
    ],
)
def test_an_address_that_is_an_employers_own(address: str, own: str | None) -> None:
    posting = Posting(title="Baker", url="https://jobs.example/7")
    found = merge.employer_addresses(Named(name="Crumb", url=address), posting)
    assert found == ((own,) if own else ())


@pytest.mark.parametrize(
    ("name", "other", "address", "one"),
    [
        ("crumb", "the bakery", "linkedin.com/company/crumb", True),
        ("crumb", "crumb deutschland", "crumb.example/", True),
        ("crumb deutschland", "crumb", "crumb.example/", True),
        ("crumb retail", "crumb logistics", "crumb.example/", False),
        ("crumbs", "crumb", "crumb.example/", False),
        ("crumb retail", "crumb logistics", "crumb.example/uk", True),
    ],
)
def test_names_with_one_address(
    name: str, other: str, address: str, *, one: bool
) -> None:
    assert merge.may_be_one(name, other, address) is one


def job(identifier: str, employer: Any) -> dict[str, Any]:
    return node(identifier=identifier, title=identifier, hiringOrganization=employer)


PROFILE = "https://www.linkedin.com/company/crumb"


@pytest.mark.django_db
def test_two_names_with_one_profile_are_one_employer_and_stay_so() -> None:
    run_import(
        job("1", {"name": "Crumb", "sameAs": PROFILE}),
        job("2", {"name": "Bakeries of Ulm", "sameAs": [PROFILE]}),
    )
    assert [row.name for row in Organization.objects.all()] == ["Crumb"]
    run_import(job("3", "Bakeries of Ulm GmbH"), source="other")
    employers = {row.hiring_organization for row in JobPosting.objects.all()}
    assert employers == {Organization.objects.get()}


@pytest.mark.django_db
def test_what_all_employers_of_a_board_have_in_common_joins_none() -> None:
    board = "https://www.linkedin.com/"
    run_import(
        job("1", {"name": "Crumb", "sameAs": board}),
        job("2", {"name": "Loaf", "sameAs": board}),
    )
    assert Organization.objects.count() == 2


@pytest.mark.django_db
def test_employers_that_are_there_already_stay_apart() -> None:
    run_import(job("1", "Crumb"), job("2", "Loaf"))
    run_import(
        job("1", {"name": "Crumb", "sameAs": PROFILE}),
        job("2", {"name": "Loaf", "sameAs": PROFILE}),
    )
    assert Organization.objects.count() == 2
    [key] = OrganizationKey.objects.filter(kind="address")
    assert key.organization.name == "Crumb"


@pytest.mark.django_db
def test_a_value_is_taken_where_there_is_none_or_from_where_it_came() -> None:
    def url() -> str:
        return Organization.objects.get().url

    run_import(job("1", "Crumb"))
    run_import(job("a", {"name": "Crumb", "url": "https://a.example/"}), source="a")
    assert url() == "https://a.example/"
    run_import(job("b", {"name": "Crumb", "url": "https://b.example/"}), source="b")
    assert url() == "https://a.example/"
    run_import(job("b", {"name": "Crumb", "url": "https://c.example/"}), source="b")
    assert url() == "https://a.example/"
    run_import(job("a", {"name": "Crumb", "url": "https://d.example/"}), source="a")
    assert url() == "https://d.example/"
