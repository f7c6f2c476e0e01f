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
        (b'{"@type": "Recipe"}', "no-posting"),
        (b"null", "not-an-object"),
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


ITEM_LIST = {"@context": "https://schema.org", "@type": "ItemList"}


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"@graph": []},
        {"@context": "https://schema.org", "@graph": []},
        {**ITEM_LIST, "numberOfItems": 0},
        {**ITEM_LIST, "numberOfItems": "0", "itemListElement": []},
        {**ITEM_LIST, "itemListElement": [], "name": "Jobs at Acme"},
        {"@type": ["https://schema.org/ItemList"], "itemListElement": []},
        [{**ITEM_LIST, "itemListElement": []}],
        {"@graph": [{"@type": "ItemList", "itemListElement": []}]},
    ],
    ids=json.dumps,
)
def test_a_document_that_says_it_holds_none_is_no_rejection_but_a_note(
    value: Any,
) -> None:
    (note,) = read_text(json.dumps(value, indent=1))
    assert str(note.problem) == (
        "t.json: passed over: empty-list: The document is a list of postings that "
        "holds none."
    )
    assert note.is_note


@pytest.mark.parametrize(
    "text",
    [
        "[],",
        "[];",
        "[/* none today */]",
        "<!-- [] -->",
        "[] []",
        "[]\n[]\n",
        "[][",
        "[[]]",
        "[{}]",
        "[null]",
        '""',
        "{}",
        '{"@graph": {}}',
        '{"@graph": null}',
        '{"@graph": [], "error": "over quota"}',
        '{"@graph": [{"@type": "Organization"}]}',
        '{"@graph": [{"@type": "JobPosting", "title": "x"}], "@graph": []}',
        '{"jobs": []}',
        '{"itemListElement": []}',
        '{"@type": "ItemList"}',
        '{"@type": "ItemList", "itemListElement": null}',
        '{"@type": "ItemList", "itemListElement": {}}',
        '{"@type": "ItemList", "itemListElement": [], "numberOfItems": 3}',
        '{"@type": "ItemList", "itemListElement": [], "numberOfItems": "many"}',
        '{"@type": "ItemList", "itemListElement": ["https://x.example/1"]}',
        '{"@type": "ItemList", "itemListElement": ["x"], "numberOfItems": 0}',
        '{"@type": "ItemList", "itemListElement": [], "error": "timeout"}',
        '{"@type": "BreadcrumbList", "itemListElement": []}',
        '{"@context": "https://x.example/", "@type": "ItemList", "numberOfItems": 0}',
        '<script type="application/ld+json">[]</script>',
    ],
)
def test_what_is_not_certain_to_say_so_is_still_rejected(text: str) -> None:
    found = read_text(text)
    assert found
    assert all(str(entry.problem.severity) == "rejected" for entry in found)


@pytest.mark.parametrize("text", ["", " \n"])
def test_of_an_empty_document_no_column_is_at_fault(text: str) -> None:
    (found,) = read_text(text)
    assert isinstance(found, Unread)
    assert str(found.problem.message) == "There is nothing in it."


def test_an_empty_list_that_holds_a_posting_elsewhere_is_read() -> None:
    (found,) = read_text(json.dumps({**ITEM_LIST, "numberOfItems": 0, "about": node()}))
    assert found.data["title"] == "Baker"


def test_how_an_empty_list_was_decoded_is_said_too() -> None:
    found = read_text("[]".encode("utf-16"))
    assert [str(entry.problem.code) for entry in found] == [
        "bad-encoding",
        "empty-list",
    ]
    assert all(entry.is_note for entry in found)


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


# --- Repairs


def said(found: list[Any]) -> list[list[str]]:
    return [
        [str(problem.code) for problem in entry.problems]
        for entry in found
        if isinstance(entry, Node)
    ]


BAKER = '{"@context": "https://schema.org", "@type": "JobPosting", "title": "Baker"}'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BAKER.replace("}", ",}"), "repaired-json"),
        ("[" + BAKER + ",]", "repaired-json"),
        ("/* jobs */ " + BAKER, "repaired-json"),
        ("<!-- jobs -->" + BAKER, "repaired-json"),
        ("<!-- a job --> <!-- - -->\n" + BAKER, "repaired-json"),
        (BAKER.replace(",", ", // the title\n", 1), "repaired-json"),
        (BAKER.replace('"', "'"), "repaired-json"),
        (BAKER.replace('"title"', "title"), "repaired-json"),
        (BAKER.replace(": \"Baker", ": <!-- one --> \"Baker"), "repaired-json"),
        (BAKER.replace("Baker", r"\Baker").replace("}", ', "x": "1\n2"}'), "repaired-json"),
        ("<![CDATA[" + BAKER + "]]>", "wrapped-json"),
        ("//<![CDATA[\n" + BAKER + "\n//]]>", "wrapped-json"),
        ("/*<![CDATA[*/" + BAKER + "/*]]>*/", "wrapped-json"),
        ("<!--" + BAKER + "-->", "wrapped-json"),
        ("<!--\n" + BAKER + "\n//-->", "wrapped-json"),
        (BAKER + ";", "wrapped-json"),
        (BAKER + ",", "wrapped-json"),
        (BAKER.replace('"', "&quot;"), "wrapped-json"),
        (BAKER.replace("}", ', "x": "a\tb\x01"}'), "control-characters"),
        (BAKER.replace("}", ', "title": "Baker"}'), "duplicate-key"),
        (BAKER.replace('"title"', '"title": "Cook", "title"'), "duplicate-key"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["file", "page"])
def test_what_has_one_meaning_only_is_repaired_and_said(
    text: str, code: str, where: str
) -> None:
    found = read_text(text if where == "file" else PAGE.format(block=text))
    assert titles(found) == ["Baker"]
    assert said(found) == [[code]]


@pytest.mark.parametrize(
    "text",
    [
        BAKER.replace('"Baker"', "Baker"),  # which words would the title be?
        BAKER.replace('"Baker"', '"The "best" baker"'),  # where does it end?
        BAKER[:-1],  # what was cut off?
        BAKER.replace("https", "https").replace(",", "", 1),
        BAKER.replace('"Baker"', "undefined"),
        BAKER.replace("}", ', "n": 1e999}'),
        BAKER.replace("}", ', "n": NaN}'),
    ],
)
def test_what_could_mean_several_things_is_never_guessed(text: str) -> None:
    assert faults(read_text(text)) == ["bad-json"]


@pytest.mark.parametrize(
    "text",
    [
        f"[{BAKER}, {BAKER}",
        f"[{BAKER}, {BAKER}, ",
        f"[{BAKER}, {BAKER}\n",
        f'{{"@graph": [{BAKER}, {BAKER}',
        f'{{"@graph": [{BAKER}, {BAKER}]',
        f'{{"@graph": [{BAKER}, {BAKER}], "x": ',
    ],
)
@pytest.mark.parametrize("where", ["file", "page"])
def test_a_list_that_was_cut_off_keeps_its_records_and_says_so(
    text: str, where: str
) -> None:
    found = read_text(text if where == "file" else PAGE.format(block=text))
    assert titles(found) == ["Baker", "Baker"]
    assert faults(found) == ["bad-json"]


def test_a_fault_names_its_line_in_a_pretty_printed_file() -> None:
    text = json.dumps(node(), indent=1).replace('"Baker"', "Baker")
    (found,) = read_text(text)
    assert found.problem.locator == "t.json:4"
    assert "line 4, column 11" in str(found.problem.message)


def test_a_fault_names_its_line_in_the_page() -> None:
    text = json.dumps(node(), indent=1).replace('"Baker"', "Baker")
    (found,) = read_text(PAGE.format(block=text))
    assert found.problem.locator == "t.json block 1:7"
    assert "line 7" in str(found.problem.message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[{0}, {1}, {2}]", ["A", "C"]),
        ("[\n{0},\n{1},\n{2}\n]", ["A", "C"]),
        ('{{"@graph": [{0}, {1}, {2}]}}', ["A", "C"]),
        ('{{"@context": {{"s": "https://schema.org/"}}, "@graph": [{0}, {1}, {2}]}}',
         ["A", "C"]),
        ("{0}\n{1}\n{2}", ["A", "C"]),
        ("{0}{2}{1}", ["A", "C"]),
        ("\x1e{0}\n\x1e{2}\n\x1e{1}\n", ["A", "C"]),
    ],
)  # fmt: skip
def test_a_broken_record_of_any_list_is_rejected_alone(
    text: str, expected: list[str]
) -> None:
    broken = json.dumps(node(title="B")).replace('"B"', "B")
    records = [json.dumps(node(title="A")), broken, json.dumps(node(title="C"))]
    found = read_text(text.format(*records))
    assert titles(found) == expected
    assert faults(found) == ["bad-json"]
    (fault,) = [entry for entry in found if isinstance(entry, Unread)]
    assert '"title": B' in fault.raw


SCRIPT = '</script><script type="application/ld+json">'


@pytest.mark.parametrize(
    ("block", "expected", "codes"),
    [
        ("{a}{c}", ["A", "C"], []),
        ("{a},\n{c}", ["A", "C"], []),
        ("{a}}}", ["A"], ["bad-json"]),
        ("{a}{b}", ["A"], ["bad-json"]),
        ("[{a},{b},{c}]", ["A", "C"], ["bad-json"]),
        ('{{"@context": "https://schema.org", "@graph": [{a}, {b}, {c}]}}',
         ["A", "C"], ["bad-json"]),
    ],
)  # fmt: skip
def test_a_broken_record_inside_a_block_is_rejected_alone(
    block: str, expected: list[str], codes: list[str]
) -> None:
    a, c = (json.dumps(node(title=title)) for title in "AC")
    text = block.format(a=a, b=a.replace('"A"', "B"), c=c)
    found = read_text(PAGE.format(block=text + SCRIPT + json.dumps(node(title="D"))))
    assert titles(found) == [*expected, "D"]
    assert faults(found) == codes


def test_a_fault_inside_a_block_names_its_line_in_the_page() -> None:
    a = json.dumps(node(title="A"))
    block = f"[\n{a},\n" + a.replace('"A"', "B") + "\n]"
    fault, good = read_text(PAGE.format(block=block))
    assert fault.problem.locator == "t.json block 1:6"
    assert "line 6, " in str(fault.problem.message)
    assert good.locator == "t.json block 1:5"


def test_lines_are_counted_past_65535_too() -> None:
    text = json.dumps(node(), indent=1).replace('"Baker"', "Baker")
    (found,) = read_text("\n" * 70_000 + PAGE.format(block=text))
    assert found.problem.locator == "t.json block 1:70007"


@pytest.mark.parametrize("block", ["", " \n "])
def test_an_empty_block_is_nothing(block: str) -> None:
    found = read_text(PAGE.format(block=block + SCRIPT + json.dumps(node())))
    assert (titles(found), faults(found)) == (["Baker"], [])


def test_a_list_without_brackets_is_read_and_said() -> None:
    found = read_text(f"{BAKER}, {BAKER}")
    assert titles(found) == ["Baker", "Baker"]
    assert said(found) == [[], ["repaired-json"]]


@pytest.mark.parametrize(
    "before",
    ["HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "\ufeff \n", "Hello"],
)
def test_a_page_is_known_by_its_markup_whatever_stands_before_it(before: str) -> None:
    found = read_text(before + PAGE.format(block=BAKER))
    assert titles(found) == ["Baker"]
    assert found[-1].page == "https://jobs.example/7"


def test_a_page_in_xhtml_says_its_language_too() -> None:
    page = PAGE.replace('lang="sv"', 'xml:lang="de"').format(block=BAKER)
    (found,) = read_text(page)
    assert found.language == "de"


@pytest.mark.parametrize("where", ["file", "page"])
def test_some_bytes_that_are_no_utf_8_leave_the_rest_as_it_is(where: str) -> None:
    record = json.dumps(node(title="Bäcker für Brötchen X"), ensure_ascii=False)
    text = record if where == "file" else PAGE.format(block=record)
    (found,) = read_text(text.encode().replace(b"X", b"\xe4"))
    assert found.data["title"] == "Bäcker für Brötchen \ufffd"
    assert [str(problem.code) for problem in found.problems] == ["bad-encoding"]


def test_the_parts_of_a_broken_graph_still_know_each_other() -> None:
    organization = {"@id": "#o", "@type": "Organization", "name": "Crumb"}
    graph = [organization, node(hiringOrganization={"@id": "#o"})]
    text = json.dumps({"@context": "https://schema.org", "@graph": graph})
    found = read_text(text.replace("]}", ', {"oops": }]}'))
    assert titles(found) == ["Baker"]
    (good,) = [entry for entry in found if isinstance(entry, Node)]
    assert good.data["hiringOrganization"]["name"] == "Crumb"


def test_pretty_printed_records_in_a_row_are_parted() -> None:
    text = "\n".join(json.dumps(node(title=t), indent=2) for t in "AB")
    found = read_text(text)
    assert titles(found) == ["A", "B"]
    assert [entry.locator for entry in found] == ["t.json:1", "t.json:8"]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_only_a_newline_ends_a_line(mark: str) -> None:
    records = [json.dumps(node(title=f"A{mark}B"), ensure_ascii=False)] * 2
    found = read_text("\n".join(records))
    assert len(titles(found)) == 2


@pytest.mark.parametrize(
    ("encoding", "codes"),
    [
        ("utf-8", []),
        ("utf-8-sig", ["bad-encoding"]),
        ("utf-16", ["bad-encoding"]),
        ("utf-16-le", ["bad-encoding"]),
        ("utf-16-be", ["bad-encoding"]),
        ("utf-32", ["bad-encoding"]),
        ("windows-1252", ["bad-encoding"]),
    ],
)
@pytest.mark.parametrize("shape", ["one", "lines", "page"])
def test_an_encoding_other_than_utf_8_is_read_and_said_once(
    encoding: str, codes: list[str], shape: str
) -> None:
    one = json.dumps(node(title="Bäcker"), ensure_ascii=False)
    text = {"one": one, "lines": f"{one}\n{one}\n", "page": PAGE.format(block=one)}
    found = read_text(text[shape].encode(encoding))
    assert set(titles(found)) == {"Bäcker"}
    once = [codes] if shape != "lines" else [codes, []]
    if (encoding, shape) == ("windows-1252", "lines"):
        once = [codes, codes]  # lines are read one by one
    assert said(found) == once


def test_a_bad_byte_costs_its_line_only_a_sentence() -> None:
    one = json.dumps(node(title="Bäcker"), ensure_ascii=False)
    found = read_text(one.encode() + b"\n" + one.encode("latin-1") + b"\n")
    assert titles(found) == ["Bäcker", "Bäcker"]
    assert said(found) == [[], ["bad-encoding"]]
    assert found[1].problems[0].locator == "t.json:2"


@pytest.mark.parametrize("charset", ["undefined", "rot13", "utf-7", "nonsense", "hex"])
def test_a_page_may_name_any_encoding_it_likes(charset: str) -> None:
    page = f'<meta charset="{charset}">' + PAGE.format(block=BAKER) + "ü"
    assert titles(read_text(page.encode("latin-1"))) in (["Baker"], [])


# --- Pages


def test_a_reference_is_not_a_second_posting() -> None:
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebPage", "mainEntity": {"@id": "#job", "@type": "JobPosting"}},
            node(**{"@id": "#job"}),
        ],
    }
    assert titles(read_text(json.dumps(graph))) == ["Baker"]


def test_what_two_blocks_say_of_one_id_is_one_posting() -> None:
    one = json.dumps({**node(), "@id": "https://jobs.example/7#job"})
    two = json.dumps({"@context": "https://schema.org", "@type": "JobPosting",
                      "@id": "#job", "datePosted": "2026-11-02"})  # fmt: skip
    found = read_text(PAGE.format(block=one + SPLIT + two))
    assert titles(found) == ["Baker"]
    assert found[0].data["datePosted"] == "2026-11-02"


def test_two_postings_that_share_an_id_by_mistake_stay_two() -> None:
    one, two = (json.dumps({**node(title=t), "@id": "#job"}) for t in "AB")
    assert titles(read_text(PAGE.format(block=one + SPLIT + two))) == ["A", "B"]


def test_a_blank_node_is_known_in_its_own_block_only() -> None:
    one = json.dumps({"@graph": [{"@id": "_:b0", "name": "Wrong"}]})
    two = json.dumps({**node(hiringOrganization={"@id": "_:b0"})})
    (found,) = read_text(PAGE.format(block=one + SPLIT + two))
    assert found.data["hiringOrganization"] == {"@id": "_:b0"}


SPLIT = '</script><script type="application/ld+json">'


@pytest.mark.parametrize(
    ("head", "address", "expected"),
    [
        ("", "", "https://jobs.example/7"),
        ("", "https://other.example/x/y", "https://jobs.example/7"),
        ('<base href="https://base.example/a/">', "", "https://base.example/a/"),
        ('<base href="/b/">', "", "https://jobs.example/b/"),
        ('<base href="javascript:x">', "", "https://jobs.example/7"),
        ('<base href="https://[">', "", "https://jobs.example/7"),
    ],
)
def test_relative_addresses_start_from_the_page_or_its_base(
    head: str, address: str, expected: str
) -> None:
    page = PAGE.format(block=BAKER).replace("<head>", "<head>" + head)
    document = Document(name="p", content=page.encode(), address=address)
    (found,) = nodes(document)
    assert isinstance(found, Node)
    assert found.address == expected


def test_a_block_inside_an_html_comment_is_no_block() -> None:
    page = f'<!doctype html><!-- <script type="application/ld+json">{BAKER}</script> --><p>x'
    assert faults(read_text(page)) == ["no-posting"]


@pytest.mark.parametrize(
    "kind", ["application/ld+json", "APPLICATION/LD+JSON;charset=utf-8", "application/json+ld"]
)  # fmt: skip
def test_a_block_is_known_by_its_type(kind: str) -> None:
    page = f'<!doctype html><script type="{kind}">{BAKER}</script>'
    assert titles(read_text(page)) == ["Baker"]
