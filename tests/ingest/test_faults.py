"""Where a rejected text is at fault: the listing, and what is marked in it."""

import json

import pytest

from postings.ingest.read import faults, json_text
from postings.ingest.read.faults import broken, pointed, set_out


def marked(lines: tuple[faults.Line, ...]) -> list[tuple[int, str]]:
    return [(line.number, line.marked) for line in lines if line.marked]


@pytest.mark.parametrize(
    ("text", "number", "mark"),
    [
        ('{"a": 1\n "b": 2}', 2, '"'),
        ('{"a": 1,\n "b" 2}', 2, "2"),
        ('{"a": "open', 1, '"'),
        ('{"a": 1', 1, "↵"),
        ('{"a": 1,\r\n', 2, "↵"),
        ('{"a": [1, 2}', 1, "}"),
        ("<!--\n{'a': 'b' 'c'}\n-->", 2, "'"),
        ("\ufeff{'a' 1}", 1, "'"),
    ],
)
def test_the_place_where_a_text_stops_being_json_is_marked(
    text: str, number: int, mark: str
) -> None:
    assert marked(broken(text)) == [(number, mark)]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        "{'a': 'JSON5, which is repaired',}",
        "<html><script>{broken</script></html>",
        "[" * 5000 + "]" * 5000,
        '{"a": 1e999}',
        '{"a": NaN}',
    ],
)
def test_where_no_place_can_be_named_nothing_is_listed(text: str) -> None:
    assert broken(text) == ()


def test_a_listing_shows_the_lines_around_and_says_what_it_leaves_out() -> None:
    lines = [f'"k{n}": {n},' for n in range(100)]
    lines[50] = '"k50" 50,'
    listing = broken("{" + "\n".join(lines) + '"z": 0}')
    assert [line.number for line in listing] == list(range(45, 58))
    assert [line.skips for line in listing] == [True, *[False] * 12]
    assert listing[0].before == lines[44]


def test_a_long_line_is_shown_around_its_fault() -> None:
    (line,) = broken('{"a": "' + "x" * 5000 + '" "b": "' + "y" * 5000 + '"}')
    assert line.marked == '"'
    assert line.before.startswith("…x")
    assert line.after.endswith("y…")
    assert len(line.before + line.marked + line.after) < 200


NODE = {
    "@type": "JobPosting",
    "title": " ",
    "jobLocation": [{"address": {"addressCountry": "XX"}}],
    "Skills": ["a", "b"],
    "schema:url": "javascript:1",
}


@pytest.mark.parametrize(
    ("pointer", "mark"),
    [
        ("/title", '"title": " ",'),
        ("/@graph/3/title", '"title": " ",'),
        ("/jobLocation/0/address/addressCountry", '"addressCountry": "XX"'),
        ("/jobLocation/address/addressCountry", '"addressCountry": "XX"'),
        ("/skills/1", '"b"'),
        ("/url", '"schema:url": "javascript:1"'),
        ("/jobLocation", '"jobLocation": ['),
        ("/jobLocation/0/geo", "{"),
        ("/validThrough", "{"),
        ("", "{"),
        ("/", "{"),
        ("/skills/7", '"Skills": ['),
        ("/title/x/y", '"title": " ",'),
    ],
)
def test_a_pointer_marks_its_value_or_what_ought_to_have_it(
    pointer: str, mark: str
) -> None:
    assert [text for _, text in marked(pointed(json.dumps(NODE), [pointer]))] == [mark]


def test_the_listing_is_the_text_as_it_is_set_out() -> None:
    text = set_out(json.dumps({**NODE, "empty": [{}, []], "n": None}))
    listing = pointed(text, [])
    assert [line.before for line in listing] == text.split("\n")
    assert [line.number for line in listing] == list(range(1, len(listing) + 1))


def test_setting_out_changes_nothing_but_white_space() -> None:
    text = json.dumps(NODE)
    assert json.loads(set_out(text)) == NODE
    assert "\n" in set_out(text)
    for kept in ('{"a": 1,}', '{"a": 1, "a": 2}', "<html>", "", "[" * 500 + "]" * 500):
        assert set_out(kept) == kept


@pytest.mark.parametrize(
    "text", ['{"a": "\\ud800\\u0000"}', "[" * 500 + "]" * 500, "\x00", '"text"', "[[]]"]
)
def test_hostile_texts_never_raise(text: str) -> None:
    set_out(text).encode()
    assert isinstance(broken(text), tuple)
    for line in pointed(text, ["/a", "/0/0/0", "//", "/-1", "/²"]):
        (line.before + line.marked + line.after).encode()


def test_a_large_text_is_listed_in_part() -> None:
    text = json.dumps([{"title": str(n)} for n in range(50_000)])
    listing = pointed(text, ["/25000/title", "/40000/title"])
    assert [line.marked for line in listing if line.marked] == [
        '"title": "25000"',
        '"title": "40000"',
    ]
    assert len(listing) < 40
    assert len(pointed(text, ["/99999/x"])) < 40


def test_the_reader_names_the_same_place() -> None:
    fault = json_text.Decoder().parse('{"a": 1\n "b": 2}')
    assert isinstance(fault, json_text.Fault)
    assert (fault.line, fault.column) == (2, 2)
