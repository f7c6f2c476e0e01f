"""JSON-LD in all its ways of saying one thing, and when PyLD is asked at all."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pyld import jsonld

from postings.ingest import normalise, sources
from postings.ingest.read import Document, Node, Unread, nodes
from postings.schemaorg import Posting
from tests.bench import generator
from tests.ingest.strategies import PROPERTIES
from tests.ingest.support import node, read_text

POSTING = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Baker",
    "datePosted": "2026-11-02",
    "hiringOrganization": {"@type": "Organization", "name": "Crumb"},
    "baseSalary": {
        "@type": "MonetaryAmount",
        "currency": "EUR",
        "value": {"@type": "QuantitativeValue", "value": 3000, "unitText": "MONTH"},
    },
}
PLAIN = {key: value for key, value in POSTING.items() if key != "@context"}


def prefixed(value: Any, prefix: str) -> Any:
    """The same node with every schema.org name under a prefix."""
    if isinstance(value, dict):
        return {
            key if key[:1] == "@" else prefix + key: (
                prefix + child if key == "@type" else prefixed(child, prefix)
            )
            for key, child in value.items()
        }
    return value


def read(value: Any, address: str = "") -> list[Node | Unread]:
    content = json.dumps(value).encode()
    return list(nodes(Document(name="t.json", content=content, address=address)))


def only(value: Any, address: str = "") -> Node:
    (found,) = read(value, address)
    assert isinstance(found, Node), found
    return found


def posting(found: Node) -> Posting:
    made = normalise.posting(found).posting
    assert made is not None
    return made


def codes(found: Node | Unread) -> list[str]:
    problems = found.problems if isinstance(found, Node) else (found.problem,)
    return [str(problem.code) for problem in problems]


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every record PyLD was asked about."""
    asked: list[Any] = []
    expand = jsonld.expand

    def noted(record: Any, options: Any) -> Any:
        asked.append(record)
        return expand(record, options)

    monkeypatch.setattr(jsonld, "expand", noted)
    return asked


CONTEXTS: dict[str, Any] = {
    "http": "http://schema.org",
    "http slash": "http://schema.org/",
    "https": "https://schema.org",
    "https slash": "https://schema.org/",
    "www": "https://www.schema.org",
    "www slash": "http://www.schema.org/",
    "list": ["https://schema.org"],
}
ODD_CONTEXTS: dict[str, Any] = {
    "bare": "schema.org",
    "bare with www": "www.schema.org/",
    "no scheme": "//schema.org",
    "upper case": "HTTPS://Schema.org/",
    "file": "https://schema.org/docs/jsonldcontext.jsonld",
    "vocab": {"@vocab": "https://schema.org/"},
    "vocab http": {"@vocab": "http://schema.org/"},
    "list with settings": ["https://schema.org", {"@version": 1.1}],
    "base": ["https://schema.org", {"@base": "https://crumb.example/"}],
    "aliases": [
        "https://schema.org",
        {"kind": "@type", "employer": "hiringOrganization"},
    ],
}


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
def test_plain_contexts_are_read_without_pyld_and_without_a_word(
    context: Any, linked: list[Any]
) -> None:
    found = only(POSTING | {"@context": context})
    assert posting(found) == posting(only(POSTING))
    assert (codes(found), linked) == ([], [])


@pytest.mark.parametrize("context", ODD_CONTEXTS.values(), ids=ODD_CONTEXTS)
def test_every_way_to_name_schema_org_means_the_same(context: Any) -> None:
    found = only(POSTING | {"@context": context})
    assert posting(found) == posting(only(POSTING))
    assert codes(found) == []


@pytest.mark.parametrize("context", [None, "", [], "absent"])
def test_a_missing_context_is_schema_org_and_said(context: Any) -> None:
    value = PLAIN if context == "absent" else POSTING | {"@context": context}
    found = only(value)
    assert posting(found) == posting(only(POSTING))
    assert codes(found) == ["missing-context"]


@pytest.mark.parametrize(
    "document",
    [
        {"jobs": [POSTING]},
        [[POSTING]],
        {"@type": ["http://schema.org/JobPosting"],
         "http://schema.org/title": [{"@value": "Baker"}]},
    ],
    ids=["around the posting", "a list of lists", "expanded form"],
)  # fmt: skip
def test_where_no_context_is_missing_none_is_missed(document: Any) -> None:
    assert codes(only(document)) == []


@pytest.mark.parametrize(
    "context",
    [
        "https://example.com/context",
        ["https://schema.org", "https://example.com/context"],
        "https://schema.org.evil.example/",
        "file:///etc/passwd",
        "http://127.0.0.1:9/context.json",
    ],
)
def test_a_foreign_context_is_never_fetched_and_said(context: Any) -> None:
    found = only(POSTING | {"@context": context})
    assert posting(found) == posting(only(POSTING))
    assert codes(found) == ["foreign-context"]


def test_a_context_that_imports_another_is_never_fetched() -> None:
    context = {"@version": 1.1, "@import": "http://127.0.0.1:9/c.json"}
    found = only(POSTING | {"@context": ["https://schema.org", context]})
    assert posting(found) == posting(only(POSTING))
    assert codes(found) == ["bad-linked-data"]


def test_a_context_inside_a_node_counts_for_that_node() -> None:
    employer = {
        "@context": {"label": "https://schema.org/name"},
        "@type": "Organization",
        "label": "Crumb",
    }
    found = only(POSTING | {"hiringOrganization": employer})
    assert posting(found) == posting(only(POSTING))


def test_schema_orgs_context_repeated_inside_is_plain(linked: list[Any]) -> None:
    employer = {**POSTING["hiringOrganization"], "@context": "http://schema.org/"}  # type: ignore[dict-item]
    assert posting(only(POSTING | {"hiringOrganization": employer})) == posting(
        only(POSTING)
    )
    assert linked == []


ENVELOPES: dict[str, Any] = {
    "prefix": {
        "@context": {"schema": "https://schema.org/"},
        **prefixed(PLAIN, "schema:"),
    },
    "another prefix": {
        "@context": {"s": "http://schema.org/"},
        **prefixed(PLAIN, "s:"),
    },
    "full addresses": prefixed(PLAIN, "http://schema.org/"),
    "full https addresses": prefixed(PLAIN, "https://schema.org/"),
    "type and id": {
        "@context": "https://schema.org",
        "type": "JobPosting",
        **{key: value for key, value in PLAIN.items() if key != "@type"},
    },
    "expanded": jsonld.expand(
        {**PLAIN, "@context": {"@vocab": "https://schema.org/"}}, {}
    ),
    "graph": {"@context": "https://schema.org", "@graph": [PLAIN]},
    "graph object": {"@context": "https://schema.org", "@graph": PLAIN},
    "graph under a prefix": {
        "@context": {"s": "https://schema.org/"},
        "@graph": [{"@type": "s:WebSite"}, prefixed(PLAIN, "s:")],
    },
    "array": [POSTING],
    "several types": POSTING | {"@type": ["JobPosting", "Thing"]},
    "full type": POSTING | {"@type": "https://schema.org/JobPosting"},
    "sets": POSTING | {"title": {"@set": ["Baker"]}},
    "lists": POSTING | {"title": {"@list": ["Baker"]}},
    "value objects": POSTING | {"title": {"@value": "Baker"}},
    "main entity": {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "mainEntity": PLAIN,
    },
    "item list": {
        "@context": "https://schema.org",
        "@type": "ItemList",
        "itemListElement": [{"@type": "ListItem", "position": 1, "item": PLAIN}],
    },
    "nested graphs": [[{"@graph": [{"@graph": [POSTING]}]}]],
    "reversed": {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": "Crumb",
        "@reverse": {
            "hiringOrganization": {
                key: value
                for key, value in PLAIN.items()
                if key != "hiringOrganization"
            }
        },
    },
    "a reversed term": {
        "@context": [
            "https://schema.org",
            {"jobs": {"@reverse": "https://schema.org/hiringOrganization"}},
        ],
        "@type": "Organization",
        "name": "Crumb",
        "jobs": [
            {key: value for key, value in PLAIN.items() if key != "hiringOrganization"}
        ],
    },
    "nested properties": {
        "@context": ["https://schema.org", {"@version": 1.1, "about": "@nest"}],
        "@type": "JobPosting",
        "about": {key: value for key, value in PLAIN.items() if key != "@type"},
    },
    "included": {
        "@context": ["https://schema.org", {"@version": 1.1}],
        "@type": "WebPage",
        "@included": [PLAIN],
    },
}


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_every_envelope_holds_the_same_posting(envelope: Any) -> None:
    found = only(envelope)
    assert posting(found) == posting(only(POSTING))


def test_a_language_of_a_text_is_kept_and_known() -> None:
    title = {"@value": "Bagare", "@language": "sv"}
    found = only(POSTING | {"title": title})
    assert found.data["title"] == title
    assert posting(found).title == "Bagare"
    assert posting(found).in_language.code == "sv"


def test_the_language_of_a_context_is_known() -> None:
    context = ["https://schema.org", {"@language": "sv"}]
    found = only(POSTING | {"@context": context, "title": "Bagare"})
    assert posting(found).in_language.code == "sv"


def test_the_texts_of_a_language_map_are_found() -> None:
    context = [
        "https://schema.org",
        {"title": {"@id": "https://schema.org/title", "@container": "@language"}},
    ]
    found = only(POSTING | {"@context": context, "title": {"sv": "Bagare"}})
    assert posting(found).title == "Bagare"


def test_addresses_start_from_the_documents_own() -> None:
    context = [
        "https://schema.org",
        {"url": {"@id": "https://schema.org/url", "@type": "@id"}},
    ]
    found = only(
        POSTING | {"@context": context, "url": "jobs/7"}, "https://crumb.example/x"
    )
    assert posting(found).url == "https://crumb.example/jobs/7"


@pytest.mark.parametrize("reference", ["#org", "jobs/7", "/jobs/7", "?job=7"])
def test_without_an_address_what_is_relative_stays_so(reference: str) -> None:
    value = POSTING | {"@id": reference, "acme:grade": 7, "url": {"@id": reference}}
    found = only(value)
    assert (found.data["@id"], found.data["url"]) == (reference, {"@id": reference})
    assert "example.org" not in json.dumps(found.data)


def test_what_cannot_be_linked_data_is_read_by_its_plain_keys_and_said() -> None:
    found = only(POSTING | {"@context": ["https://schema.org", {"@base": 7}]})
    assert posting(found) == posting(only(POSTING))
    assert codes(found) == ["bad-linked-data"]


def test_a_context_that_makes_nothing_of_the_posting_is_overruled_and_said() -> None:
    found = only(POSTING | {"@context": {"@vocab": "https://example.com/"}})
    assert posting(found) == posting(only(POSTING))
    assert codes(found) == ["bad-linked-data"]


def test_a_record_too_large_for_linked_data_is_read_by_its_plain_keys() -> None:
    value = POSTING | {"acme:grade": "x", "description": "word " * 300_000}
    found = only(value)
    assert posting(found).title == "Baker"
    assert codes(found) == ["bad-linked-data"]


def test_a_bad_entry_of_a_graph_costs_itself() -> None:
    context = {"s": "https://schema.org/"}
    bad = {"@type": "s:JobPosting", "@id": 7}
    graph = {"@context": context, "@graph": [bad, prefixed(PLAIN, "s:"), "text"]}
    found = read(graph)
    titles = [e.data.get("title") for e in found if isinstance(e, Node)]
    assert "Baker" in titles
    assert [codes(e) for e in found if isinstance(e, Unread)] == [["not-an-object"]]


def test_unknown_properties_and_vocabularies_stay_in_the_node() -> None:
    context = ["https://schema.org", {"acme": "https://acme.example/terms#"}]
    found = only(POSTING | {"@context": context, "acme:grade": "G7", "mood": "good"})
    assert found.data["https://acme.example/terms#grade"] == "G7"
    assert found.data["mood"] == "good"


# --- The fast path says what PyLD says


def as_linked_data(found: Node) -> Posting | None:
    """What becomes of the posting of a node where PyLD is made to read it."""
    aliased = [*_listed(found.data.get("@context")), {"_unused": "@type"}]
    value = {**found.data, "@context": aliased}
    (again,) = read(value, found.address)
    assert isinstance(again, Node), again
    told = Node(
        data=again.data,
        locator="t",
        page=found.page,
        language=found.language,
        address=found.address,
    )
    return normalise.posting(told).posting


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def test_pyld_reads_every_plain_document_of_the_corpus_alike(
    corpus_dir: Path, linked: list[Any]
) -> None:
    differing, compared = [], 0
    for document in sources.documents([str(corpus_dir)]):
        assert isinstance(document, Document)
        found = [entry for entry in nodes(document) if isinstance(entry, Node)]
        if linked:
            linked.clear()
            continue
        for entry in found:
            made = normalise.posting(entry).posting
            if made is None:
                continue
            if as_linked_data(entry) != made:
                differing.append(entry.locator)
            compared += 1
        linked.clear()
    assert differing == []
    assert compared > 600


def _is_linked_data(value: Any) -> bool:
    """Whether types are names, as JSON-LD has them; others are plain keys' to read."""
    if isinstance(value, list):
        return all(map(_is_linked_data, value))
    if not isinstance(value, dict):
        return True
    kind = value.get("@type", "Thing")
    return (
        isinstance(kind, str)
        and kind.isalpha()
        and all(map(_is_linked_data, value.values()))
    )


@settings(max_examples=150, deadline=None)
@given(PROPERTIES.filter(_is_linked_data))
def test_pyld_reads_every_plain_node_alike(properties: dict[str, Any]) -> None:
    found = only({**node(), **properties})
    assert as_linked_data(found) == normalise.posting(found).posting


def test_plain_lines_never_enter_pyld(linked: list[Any]) -> None:
    today = date(2026, 11, 23)
    made = [json.dumps(generator.posting(number, today=today)) for number in range(200)]
    content = "\n".join(made).encode()
    found = list(nodes(Document(name="g.ndjson", content=content)))
    assert sum(isinstance(entry, Node) for entry in found) == 200
    assert linked == []
    read_text(json.dumps({"@context": {"@vocab": "https://schema.org/"}, **PLAIN}))
    assert len(linked) == 1


def test_numbers_keep_their_worth_through_linked_data() -> None:
    found = only({"@context": {"s": "https://schema.org/"}, **prefixed(PLAIN, "s:")})
    assert posting(found).base_salary.min_value == Decimal(3000)
