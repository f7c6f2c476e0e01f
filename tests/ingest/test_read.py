"""Bytes to nodes: every envelope, and everything that is wrong with one."""

import json
from typing import Any

import pytest

from postings.ingest.read import Document, Node, Unread, nodes
from tests.ingest.support import node, read_text

PAGE = """<!doctype html>
<html lang="sv"><head>
<link rel="canonical" href="https://jobs.example/7">
<script type="application/ld+json">{block}</script>
</head><body><script>var x = 1;</script></body></html>"""


def titles(found: list[Any]) -> list[str]:
    return [entry.data["title"] for entry in found if isinstance(entry, Node)]


def faults(found: list[Any]) -> list[str]:
    return [str(e.problem.code) for e in found if isinstance(e, Unread)]


@pytest.mark.parametrize(
    "envelope",
    [
        node(),
        [node()],
        {"@graph": [{"@type": "WebSite"}, node()]},
        {"@type": "WebPage", "mainEntity": node()},
        {"itemListElement": [{"@type": "ListItem", "item": node()}]},
        node(**{"@type": ["JobPosting", "Thing"]}),
        node(**{"@type": "http://schema.org/JobPosting"}),
        node(**{"@type": "schema:JobPosting"}),
    ],
)
def test_a_posting_is_found_in_every_envelope(envelope: Any) -> None:
    assert titles(read_text(json.dumps(envelope))) == ["Baker"]


def test_json_lines_are_read_line_by_line_and_a_bad_line_costs_itself() -> None:
    text = "\n".join(
        [json.dumps(node(title="A")), "{broken", "", "[]", json.dumps(node(title="B"))]
    )
    found = read_text(text, "feed.ndjson")
    assert titles(found) == ["A", "B"]
    assert faults(found) == ["bad-json", "no-posting"]
    assert [entry.locator for entry in found if isinstance(entry, Node)] == [
        "feed.ndjson:1",
        "feed.ndjson:5",
    ]
    assert found[1].problem.locator == "feed.ndjson:2"
    assert found[1].raw == "{broken"


def test_json_lines_are_known_by_their_lines_even_when_the_first_is_broken() -> None:
    found = read_text("{broken\n" + json.dumps(node()) + "\n" + json.dumps(node()))
    assert titles(found) == ["Baker", "Baker"]
    assert faults(found) == ["bad-json"]


def test_a_bad_entry_of_an_array_costs_itself() -> None:
    found = read_text(json.dumps([node(title="A"), "text", 7, node(title="B")]))
    assert titles(found) == ["A", "B"]
    assert faults(found) == ["not-an-object", "not-an-object"]
    assert found[1].problem.locator == "t.json#/1"


def test_a_page_gives_its_language_and_canonical_address() -> None:
    found = read_text(PAGE.format(block=json.dumps(node())))
    assert [(e.language, e.page, e.locator) for e in found] == [
        ("sv", "https://jobs.example/7", "t.json block 1")
    ]


def test_a_page_of_two_postings_is_the_address_of_neither() -> None:
    found = read_text(PAGE.format(block=json.dumps([node(), node()])))
    assert [entry.page for entry in found] == ["", ""]


def test_entities_in_a_script_block_are_characters_of_the_json() -> None:
    block = json.dumps(node(title="R&amp;D &lt;b&gt;"))
    assert titles(read_text(PAGE.format(block=block))) == ["R&amp;D &lt;b&gt;"]


def test_a_broken_block_costs_itself() -> None:
    page = PAGE.format(
        block="{oops}</script><script type='application/ld+json; charset=utf-8'>"
        + json.dumps(node())
    )
    found = read_text(page)
    assert titles(found) == ["Baker"]
    assert faults(found) == ["bad-json"]


def test_references_are_resolved_across_the_blocks_of_a_page() -> None:
    page = PAGE.format(
        block=json.dumps(node(hiringOrganization={"@id": "#org"}))
        + '</script><script type="application/ld+json">'
        + json.dumps({"@id": "#org", "@type": "Organization", "name": "Crumb"})
    )
    (found,) = read_text(page)
    assert found.data["hiringOrganization"]["name"] == "Crumb"


def test_a_reference_that_leads_nowhere_is_reported_and_kept() -> None:
    (found,) = read_text(json.dumps(node(hiringOrganization={"@id": "#gone"})))
    assert found.data["hiringOrganization"] == {"@id": "#gone"}
    (problem,) = found.problems
    assert (str(problem.code), problem.locator) == (
        "missing-reference",
        "t.json#/hiringOrganization",
    )


def test_references_that_turn_in_a_circle_end() -> None:
    graph = {
        "@graph": [
            node(hiringOrganization={"@id": "a"}),
            {"@id": "a", "name": "A", "parentOrganization": {"@id": "b"}},
            {"@id": "b", "name": "B", "subOrganization": {"@id": "a"}},
        ]
    }
    (found,) = read_text(json.dumps(graph))
    organization = found.data["hiringOrganization"]
    assert organization["parentOrganization"]["subOrganization"] == {"@id": "a"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad-json"),
        (b"   \n ", "bad-json"),
        (b"not json", "bad-json"),
        (b'"a string"', "not-an-object"),
        (b"17", "not-an-object"),
        (b"{}", "no-posting"),
        (b"[]", "no-posting"),
        (b"<html></html>", "no-posting"),
        (b"<", "no-posting"),
        (b"<!-- ", "unreadable"),
        (b"[" * 10_000, "too-deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too-deep"),
        (b'{"@type": "JobPosting", "title": NaN}', "bad-json"),
        (b'{"@type": "JobPosting", "title": ' + b"9" * 5000 + b"}", "bad-json"),
        (b'{"@type": "JobPosting", "title": "x', "bad-json"),
        (b"\x00\x01\x02", "bad-json"),
    ],
)
def test_a_document_with_nothing_to_read_is_one_clear_rejection(
    content: bytes, code: str
) -> None:
    assert faults(read_text(content)) == [code]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_text_is_read_in_the_encoding_it_came_in(encoding: str) -> None:
    text = json.dumps(node(title="Bäcker"), ensure_ascii=False)
    assert titles(read_text(text.encode(encoding))) == ["Bäcker"]


def test_a_page_that_names_its_encoding_is_read_in_it() -> None:
    page = '<meta charset="iso-8859-2">' + PAGE.format(
        block=json.dumps(node(title="Pekař"), ensure_ascii=False)
    )
    (found,) = read_text(page.encode("iso-8859-2"))
    assert found.data["title"] == "Pekař"
    assert [str(problem.code) for problem in found.problems] == ["bad-encoding"]


def test_raw_newlines_inside_strings_are_accepted_and_reported() -> None:
    text = json.dumps(node(description="one\ntwo")).replace("\\n", "\n")
    (found,) = read_text(text)
    assert found.data["description"] == "one\ntwo"
    assert [str(problem.code) for problem in found.problems] == ["control-characters"]


def test_nul_and_lone_surrogates_are_replaced_and_reported() -> None:
    text = json.dumps(node()).replace("Baker", "Ba\\u0000k\\ud800er")
    (found,) = read_text(text)
    assert found.data["title"] == "Ba\ufffdk\ufffder"
    assert [str(problem.code) for problem in found.problems] == ["control-characters"]


def test_the_digest_is_one_for_every_order_of_keys_and_differs_by_page() -> None:
    one = Node(data={"a": 1, "b": [1.5, "é"]}, locator="x")
    assert one.digest == Node(data={"b": [1.5, "é"], "a": 1}, locator="y").digest
    assert one.digest != Node(data=one.data, locator="x", page="https://p/1").digest
    assert one.data_digest == Node(data=one.data, locator="", page="p").data_digest


def test_ten_thousand_brackets_inside_a_string_are_text() -> None:
    text = json.dumps(node(title="[" * 10_000))
    assert titles(list(nodes(Document(name="t", content=text.encode()))))
