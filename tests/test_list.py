"""The list's form, its filters and its weight."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from django.test import Client, override_settings
from django.utils import timezone

from postings.schemaorg import CredentialCategory, EmploymentType, Place
from postings.search import index
from tests import factories as make

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.django_db


def parsed(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200
    return lxml.html.fromstring(response.content)


def sent(page: Any) -> list[tuple[str, str]]:
    """What a browser sends of the form as the page has it, in its order."""
    fields = page.xpath("//form[@id='search']//*[@name] | //*[@form='search'][@name]")
    pairs = []
    for field in fields:
        if field.get("type") in {"checkbox", "radio"} and "checked" not in field.attrib:
            continue
        value = field.value if field.tag == "select" else field.get("value")
        pairs.append((field.get("name"), value or ""))
    return [pair for pair in pairs if pair[1]]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/?q=cook",
        "/?q=cook&where=Berlin&within=50",
        "/?type=FULL_TIME&type=INTERN&workplace=on_site",
        "/?place=DE//Berlin&place=FR",
        "/?industry=none&education=none&experience=none&language=en",
        "/?pay=EUR50000&paid=1&posted=30&closed=1",
        "/?pay=USD",
        "/?type=FULL_TIME&sort=closing",
        "/?organization=none&posted=1",
    ],
)
def test_sent_again_unchanged_the_form_asks_for_the_same(
    client: Client, address: str
) -> None:
    make.make_posting(
        title="Cook",
        base_salary_currency="EUR",
        base_salary_min_value=60000,
        base_salary_unit_text="YEAR",
    )
    page = parsed(client, address)
    asked = sorted("=".join(pair) for pair in sent(page))
    assert asked == sorted(filter(None, address[2:].split("&")))


def test_a_chosen_age_is_counted_and_has_a_chip(client: Client) -> None:
    now = timezone.now()
    make.make_posting(title="Old", posted_at=now - timedelta(days=20))
    make.make_posting(title="New", posted_at=now - timedelta(hours=2))
    page = parsed(client, "/?posted=7")
    assert page.xpath("string(//h1)").split() == ["1", "open", "job"]
    summary = page.xpath("//*[@id='facet-posted']/summary//small/text()")
    assert summary == ["1 chosen"]
    assert page.xpath("//*[@class='chip']//bdi/text()") == ["Last 7 days"]


def test_any_of_the_words_is_said_only_where_something_is_shown(client: Client) -> None:
    make.make_posting(title="Cook")
    said = "No job has all of these words."
    found = parsed(client, "/?q=cook+astronaut")
    assert said in found.text_content()
    nothing = parsed(client, "/?q=cook+astronaut&type=INTERN")
    assert said not in nothing.text_content()


def test_nothing_among_closed_jobs_either_is_said_in_words(client: Client) -> None:
    make.make_posting()
    page = parsed(client, "/?type=INTERN&closed=1")
    assert page.xpath("normalize-space(//h1)") == "No jobs, open or closed"


def test_the_fields_of_the_search_are_whole_on_pages_without_results(
    client: Client,
) -> None:
    response = client.get("/nothing/")
    page: Any = lxml.html.fromstring(response.content)
    options = page.xpath("//select[@name='within']/option")
    assert [each.text for each in options if "selected" in each.attrib] == ["25 km"]
    assert len(options) == 5


def test_the_list_tells_search_engines_what_it_holds(client: Client) -> None:
    make.make_posting(title="Cook")
    make.make_posting(title="Waiter")
    (description,) = parsed(client, "/").xpath("//meta[@name='description']/@content")
    assert description == "2 open jobs: Waiter · Cook"


def test_a_full_list_weighs_little(client: Client) -> None:
    for number in range(60):
        make.make_posting(
            title=f"Cook {number} of the lanterns, with {40 - number % 40} stations",
            organization=f"Inn of the {number} lanterns",
            description=f"<p>{'Soups and roasts for ' * 20} {number} guests.</p>",
            industry=[f"Hospitality of kind {number}"],
            places=[Place(address_locality=f"Town {number}", address_country="DE")],
            employment_type=[list(EmploymentType)[number % len(EmploymentType)]],
            credential_category=[
                list(CredentialCategory)[number % len(CredentialCategory)]
            ],
            months_of_experience=number,
            in_language=("en", "de", "fr")[number % 3],
            base_salary_currency=("EUR", "USD")[number % 2],
            base_salary_min_value=30000 + 1000 * number,
            base_salary_unit_text="YEAR",
        )
    content = client.get("/?place=DE").content
    page: Any = lxml.html.fromstring(content)
    assert len(page.xpath("//ol[@class='cards']/li")) == 20
    assert len(page.xpath("//*[@class='facet']")) >= 10
    assert len(gzip.compress(content)) <= 15 * 1024


@pytest.mark.parametrize(("name", "most"), [("css/site.css", 12), ("js/site.js", 5)])
def test_what_pages_load_weighs_little(name: str, most: int) -> None:
    content = (ROOT / "static" / name).read_bytes()
    assert len(gzip.compress(content)) <= most * 1024


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/", "1 open job"),
        ("/?q=Cook", "1 open job for Cook"),
        ("/?q=Cook&where=Berlin", "1 open job for Cook within 25 km of Berlin"),
        ("/?q=Cook&where=Germany", "1 open job for Cook in Germany"),
        ("/?where=Berlin&within=50", "1 open job within 50 km of Berlin"),
        ("/?where=Germany", "1 open job in Germany"),
        ("/?q=%3Cb%3E%26amp%3B", "No open jobs for <b>&amp;"),
    ],
)
def test_a_list_is_titled_as_it_is_headed(
    client: Client, address: str, sentence: str
) -> None:
    berlin = Place(
        address_locality="Berlin", address_country="DE", latitude=52.52, longitude=13.4
    )
    make.make_posting(title="Cook", places=(berlin,))
    page = parsed(client, address)
    heading = " ".join(page.xpath("string(//h1)").split())
    title = " ".join(page.xpath("string(//title)").split())
    assert (heading, title) == (sentence, f"{sentence} · Open Postings")


@pytest.fixture
def _hotels(db: None) -> None:
    berlin = Place(
        address_locality="Berlin", address_country="DE", latitude=52.52, longitude=13.4
    )
    leeds = Place(postal_code="LS1 4AP", address_country="GB")
    for place in (berlin, leeds):
        make.make_posting(title="Cook", places=(place,))


@pytest.mark.usefixtures("_hotels")
@pytest.mark.parametrize(
    ("query", "said", "radius"),
    [
        (
            "where=Germany&within=50",
            ["not from Germany; “50 km” was ignored."],
            "Only there",
        ),
        (
            "where=Bavaria&within=25",
            ["not from Bavaria, Germany; “25 km” was ignored."],
            "Only there",
        ),
        (
            "where=Germany&within=50&sort=nearest",
            ["“50 km” was ignored.", "“Nearest” was ignored."],
            "Only there",
        ),
        (
            "where=LS1+4AP&within=10",
            ["where exactly LS14AP, United Kingdom is; “10 km” was ignored."],
            "Only there",
        ),
        ("where=Nowhere+at+all&within=10", ["“10 km” was ignored."], "Only there"),
        ("sort=nearest", ["“Nearest” was ignored."], "25 km"),
        ("within=10", ["“10 km” was ignored."], "25 km"),
        ("where=Germany", [], "Only there"),
        ("where=LS1+4AP", [], "Only there"),
        ("where=Germany&sort=newest", [], "Only there"),
        ("where=Berlin&within=10&sort=nearest", [], "10 km"),
        ("where=Berlin", [], "25 km"),
    ],
)
def test_a_distance_that_cannot_be_measured_is_said_and_left_out(
    client: Client, query: str, said: list[str], radius: str
) -> None:
    response = client.get(f"/?{query}")
    page: Any = lxml.html.fromstring(response.content)
    ignored = response.context["ignored"]
    assert len(ignored) == len(said)
    assert all(each.endswith(end) for each, end in zip(ignored, said, strict=True))
    chosen = page.xpath("//select[@name='within']/option[@selected]")
    assert [each.text for each in chosen] == [radius]
    # What was left out is in no address the page leads to.
    kept = [name for name, _value in sent(page) if name in {"within", "sort"}]
    asked = [name for name in ("within", "sort") if name in query]
    assert kept == ([] if said else asked)
    assert said == [] or "nearest" not in page.xpath("string(//link/@href)")


def test_while_there_is_no_index_nothing_is_said_of_distances(
    client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with override_settings(SEARCH_DIR=path):
        page = client.get("/?where=Germany&within=50")
        index.forget()
    assert page.context["waiting"] is True
    assert page.context["ignored"] == []
