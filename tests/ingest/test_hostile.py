"""Documents made to hurt: a clear rejection, and nothing to the neighbours."""

import gc
import inspect
import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postings.ingest import normalise, unpack
from postings.ingest.read import MAX_BYTES, Document, Node, TooLarge, Unread, nodes
from postings.ingest.read.page import MAX_PAGE
from tests.ingest.support import node, read_text

GOOD = json.dumps(node(title="Good"))

DEEP = '{"@type": "JobPosting", "title": "x", "a": ' + "[" * 10_000 + "]" * 10_000 + "}"
DEEP_OBJECTS = '{"a":' * 10_000 + "1" + "}" * 10_000
NOT_SO_DEEP = json.dumps(node(skills=json.loads("[" * 200 + "]" * 200)))
HUGE_NUMBER = '{"@type": "JobPosting", "title": "x", "n": ' + "9" * 100_000 + "}"
HUGE_EXPONENT = '{"@type": "JobPosting", "title": "x", "n": 1e400000}'

RECORDS = {
    "ten thousand arrays deep": (DEEP, "too-deep"),
    "ten thousand objects deep": (DEEP_OBJECTS, "too-deep"),
    "two hundred deep": (NOT_SO_DEEP, "too-deep"),
    "deep and never closed": ('{"a":' * 10_000, None),
    "a hundred thousand digits": (HUGE_NUMBER, "bad-json"),
    "an endless exponent": (HUGE_EXPONENT, "bad-json"),
    "not a number": ('{"@type": "JobPosting", "title": NaN}', "bad-json"),
    "an open string": ('{"@type": "JobPosting", "title": "' + "x" * 10**6, None),
    "a scalar": ('"text"', "not-an-object"),
    "nothing of ours": ('{"@type": "Recipe"}', "no-posting"),
}


def outcome(found: list[Node | Unread]) -> tuple[list[Any], list[str]]:
    return (
        [entry.data["title"] for entry in found if isinstance(entry, Node)],
        [str(entry.problem.code) for entry in found if isinstance(entry, Unread)],
    )


@pytest.mark.parametrize(("record", "code"), RECORDS.values(), ids=RECORDS)
def test_a_hostile_line_is_rejected_and_its_neighbours_are_read(
    record: str, code: str | None
) -> None:
    titles, faults = outcome(read_text(f"{GOOD}\n{record}\n{GOOD}\n"))
    assert titles == ["Good", "Good"]
    assert len(faults) == 1
    assert code is None or faults == [code]


@pytest.mark.parametrize(("record", "code"), RECORDS.values(), ids=RECORDS)
def test_a_hostile_entry_of_an_array_is_rejected_and_its_neighbours_are_read(
    record: str, code: str | None
) -> None:
    titles, _faults = outcome(read_text(f"[{GOOD},\n{record},\n{GOOD}]"))
    # An open string takes what follows it along; nothing goes before it.
    assert titles[:1] == ["Good"]
    if code is not None:
        assert titles == ["Good", "Good"]


@pytest.mark.parametrize(("record", "code"), RECORDS.values(), ids=RECORDS)
def test_a_hostile_block_is_rejected_and_the_others_are_read(
    record: str, code: str | None
) -> None:
    script = '<script type="application/ld+json">{}</script>'
    page = "<html>" + "".join(map(script.format, (GOOD, record, GOOD)))
    titles, faults = outcome(read_text(page))
    assert titles == ["Good", "Good"]
    assert faults == ([code] if code not in (None, "no-posting") else faults)


def test_nul_and_lone_surrogates_never_reach_a_node() -> None:
    text = GOOD.replace("Good", "Go\\u0000o\\ud800d").replace("}", ', "k\\u0000": 1}')
    (found,) = read_text(text)
    assert found.data["title"] == "Go\ufffdo\ufffdd"
    assert "k\ufffd" in found.data
    assert [str(problem.code) for problem in found.problems] == ["control-characters"]


def test_nul_in_json5_never_reaches_a_node() -> None:
    (found,) = read_text("{'@type': 'JobPosting', title: 'a\\x00b', '@context': ''}")
    assert found.data["title"] == "a\ufffdb"


class Endless(io.RawIOBase):
    """So many bytes of a pattern, made as they are read."""

    def __init__(self, pattern: bytes, size: int, end: bytes = b"") -> None:
        self._pattern, self._left, self._end = pattern * 4096, size, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            chunk, self._end = self._end[: len(buffer)], self._end[len(buffer) :]
        else:
            chunk = self._pattern[: min(len(buffer), self._left)]
            self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def streamed(stream: Any) -> list[Node | Unread]:
    return list(nodes(Document(name="s", stream=stream)))


@pytest.mark.parametrize(
    "pattern", [b"x", b"[", b'{"a":', b'"', b"<a>", b" ", b"\n", b"\r\n", b"\x00", b"[],"]
)  # fmt: skip
def test_a_hundred_megabytes_of_nonsense_are_one_rejection(pattern: bytes) -> None:
    titles, faults = outcome(streamed(Endless(pattern, 100 * 2**20)))
    assert (titles, faults) == ([], ["too-large"])


def test_a_hundred_megabytes_on_one_line_cost_that_line() -> None:
    long = Endless(b"x", 100 * 2**20, f"\n{GOOD}\n{GOOD}\n".encode())
    titles, faults = outcome(streamed(long))
    assert (titles, faults) == (["Good", "Good"], ["too-large"])
    after = io.BytesIO(
        f"{GOOD}\n".encode() + b"x" * (MAX_BYTES + 5) + f"\n{GOOD}".encode()
    )
    found = streamed(after)
    assert outcome(found) == (["Good", "Good"], ["too-large"])
    assert [entry.locator for entry in found if isinstance(entry, Node)] == [
        "s:1",
        "s:3",
    ]


SMALL = {
    "objects": b"[" + b"{}," * 11_000_000 + b"{}]",
    "arrays": b"[" + b"[]," * 11_000_000 + b"[]]",
    "numbers": b"[" + b"1," * 16_000_000 + b"1]",
    "objects without commas": b"{}" * 16_000_000,
    "a list broken at its end": b"[" + b"{}," * 11_000_000 + b"{]",
}


@pytest.mark.parametrize("content", SMALL.values(), ids=SMALL)
def test_millions_of_small_values_are_one_rejection_and_are_not_held(
    content: bytes,
) -> None:
    assert outcome(read_text(content)) == ([], ["too-large"])


def test_a_line_of_millions_of_small_values_costs_itself() -> None:
    line = b"[" + b"{}," * 11_000_000 + b"{}]"
    found = read_text(b"\n".join([GOOD.encode(), line, GOOD.encode()]))
    assert outcome(found) == (["Good", "Good"], ["too-large"])


def test_a_record_with_ten_thousands_of_problems_lists_some_of_them() -> None:
    keys = ",".join(f'"k{n}": 1, "k{n}": 2' for n in range(20_000))
    references = json.dumps(
        node(skills=[{"@id": f"#{n}"} for n in range(20_000)], **{"@id": "#job"})
    )
    for text in ("{" + keys + "," + GOOD[1:], references):
        (found,) = read_text(text)
        assert isinstance(found, Node)
        assert 0 < len(normalise.posting(found).problems) < 1100


DEEP_PAGE = "<html><body>" + "<div>" * 10_000
SCRIPT = '<script type="application/ld+json">{}</script>'


def test_json_ld_below_ten_thousand_elements_is_read_and_the_rest_is_said() -> None:
    comment = "<!-- " + SCRIPT.format(GOOD) + " -->"
    page = DEEP_PAGE + comment + SCRIPT.format(GOOD) + "<p>end"
    found = outcome(read_text(page))
    assert found == (["Good"], ["too-deep"])
    assert outcome(read_text(DEEP_PAGE + "<p>x")) == ([], ["too-deep"])


@pytest.mark.parametrize(
    "item",
    [
        '<div itemscope itemtype="https://schema.org/JobPosting"><b itemprop="title">Good</b>'
        + '<div itemprop="x" itemscope>' * 10_000,
        '<div vocab="https://schema.org/" typeof="JobPosting"><b property="title">Good</b>'
        + '<div property="x" typeof="Thing">' * 10_000,
    ],
    ids=["microdata", "rdfa"],
)
def test_markup_ten_thousand_deep_is_said_inside_an_archive_too(item: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, text in (
            ("a.json", GOOD), ("deep.html", f"<html>{item}"), ("deep.json", DEEP),
            ("div.html", DEEP_PAGE + SCRIPT.format(GOOD)), ("z.json", GOOD),
        ):  # fmt: skip
            packed.writestr(name, text)
    found: list[Node | Unread] = []
    given = Document(name="x.zip", content=archive.getvalue())
    for document in unpack.documents(given):
        found += [document] if isinstance(document, Unread) else nodes(document)
    faults = {
        entry.problem.locator.split("!/")[1]
        for entry in found
        if isinstance(entry, Unread)
    }
    assert faults == {"deep.html", "deep.json:1", "div.html"}
    good = [e.locator.split("!/")[1] for e in found if isinstance(e, Node)]
    assert {"a.json", "div.html block 1", "z.json"} <= set(good)


# Values that once took a time growing with the square of their length.
LONG_VALUES: dict[str, Any] = {
    "open tags": lambda n: "<b " * n,
    "open attributes": lambda n: '<a href="' * n,
    "escaped tags": lambda n: "&lt;b " * n,
    "commas": lambda n: "a, " * n,
    "slashes": lambda n: "Full-time/part " * n,
    "brackets": lambda n: "(" * n,
    "numbers": lambda n: "1,000 " * n,
    "towns": lambda n: "Praha, Brno; " * n,
    "texts": lambda n: [f"w{i}" for i in range(n)],
    "things": lambda n: [{"name": f"w{i}"} for i in range(n)],
    "things without a name": lambda n: [{"x": i} for i in range(n)],
}
LONG_NAMES = (
    "title", "description", "benefits", "skills", "jobLocation", "employmentType",
    "baseSalary", "identifier", "datePosted", "hiringOrganization", "sameAs",
    "applicantLocationRequirements", "educationRequirements", "experienceRequirements",
    "occupationalCategory", "jobLocationType", "salaryCurrency",
)  # fmt: skip


@pytest.mark.parametrize("kind", LONG_VALUES)
def test_reading_a_value_grows_with_its_length_and_no_faster(kind: str) -> None:
    def seconds(name: str, size: int) -> float:
        value = LONG_VALUES[kind](size)
        beside = {"jobBenefits": value} if name == "benefits" else {}
        entry = Node(data=node(**{name: value}, **beside), locator="t")
        gc.disable()  # to look through all a suite holds takes longer than reading
        try:
            start = time.process_time()
            normalise.posting(entry)
            return time.process_time() - start
        finally:
            gc.enable()

    for name in LONG_NAMES:
        seconds(name, 10)
        small = seconds(name, 2_000)
        large = seconds(name, 8_000)
        # Linear is 4 times; quadratic would be 16.
        assert large < max(small, 0.03) * 10, (name, small, large)


PROGRAM = """
import resource, io
from typing import Any
from postings.ingest.read import Document, nodes

{endless}

def read(pattern, size):
    return sum(1 for _ in nodes(Document(name="s", stream=Endless(pattern, size))))

resource.setrlimit(resource.RLIMIT_AS, (1500 * 2**20,) * 2)
for pattern in (b"[],", b'{{"a":1}},', b'"', b"<b>", b'{{"@type":"JobPosting"}}'):
    read(pattern, 200 * 2**20)
print(read(b'{{"@type":"JobPosting","title":"x"}}\\n', 10 * 2**20))
"""


def test_reading_takes_no_more_memory_than_a_document_may() -> None:
    """In a process of its own, which may not have more than a gigabyte and a half."""
    program = PROGRAM.format(endless=inspect.getsource(Endless))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 250_000


@pytest.mark.parametrize(
    "error", [TooLarge("It is too large."), OSError(5, "I/O error")]
)
def test_a_stream_that_fails_keeps_what_came_before(error: OSError) -> None:
    class Failing(Endless):
        def readinto(self, buffer: Any) -> int:
            return super().readinto(buffer) or self.fail()

        def fail(self) -> int:
            raise error

    # Lines come through a buffer: a fault behind the first bytes is met later.
    lines = f"{GOOD}\n".encode() * 10_000
    titles, faults = outcome(streamed(Failing(b"", 0, lines)))
    assert len(titles) > 5_000
    assert faults == ["too-large" if isinstance(error, TooLarge) else "unreadable"]


def _seconds(text: str) -> float:
    """Of a processor, the least of three: what else there is to collect or to do on the
    machine is not the text's."""
    content = text.encode()
    least = float("inf")
    gc.disable()
    try:
        for _ in range(3):
            start = time.process_time()
            list(nodes(Document(name="d", content=content)))
            least = min(least, time.process_time() - start)
    finally:
        gc.enable()
    return least


NESTED_AFTER_A_FAULT = "[x" + ',{"a":[0' * 50
GROWING = {
    "records sought after a fault": lambda n: NESTED_AFTER_A_FAULT + ",0" * n,
    "objects after a fault": lambda n: "[x" + ',{"a":1}' * n,
    "broken objects in an array": lambda n: "[" + '{"a":x},' * n + "]",
    "values in a row": lambda n: "{}" * n,
    "open HTML comments": lambda n: "{" + "<!--" * n,
    "open CDATA sections": lambda n: "<![CDATA[" * n,
    "open comments": lambda n: "{" + "/*" * n,
    "quotation marks": lambda n: '{"a' + '"' * n,
    "backslashes": lambda n: '{"a": "' + "\\" * n,
    "a graph that does not begin": lambda n: '{"x":' + '{"a":1},' * n + '"@graph":',
    "references to each other": lambda n: json.dumps(
        {
            "@graph": [
                {**node(title=f"J{k}"), "@id": f"#{k}",
                 "x": [{"@id": f"#{k + 1}"}, {"@id": f"#o{k % 7}"}]}
                for k in range(n // 50)
            ]
            + [{"@id": f"#o{k}", "y": [{"@id": f"#o{(k + 1) % 7}"}] * 9} for k in range(7)]
        }
    ),
    "one id over and over": lambda n: json.dumps(
        [{**node(), "@id": "#a", f"k{k}": k} for k in range(n // 100)]
    ),
    "repeated keys": lambda n: "{" + '"a":1,' * n + '"a":2}',
    "prefixed keys": lambda n: "{" + ",".join(f'"x:{k}":1' for k in range(n // 50)) + "}",
    "nested prefixed keys": lambda n: json.dumps(
        {"@context": "https://schema.org", "@graph": [{"a:b": {"c:d": [1] * 20}}] * (n // 500)}
    ),
    "tags": lambda n: "<html>" + "<b>" * (n // 10),
    "scripts": lambda n: '<script type="application/ld+json">{}</script>' * (n // 50),
    "links": lambda n: '<html><link rel="canonical" href="//[">' * (n // 20),
}  # fmt: skip


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_cost_grows_with_length_and_no_faster(text: Any) -> None:
    size = 8_000
    list(nodes(Document(name="warm", content=text(100).encode())))
    while (small := _seconds(text(size))) < 0.02 and size < 500_000:
        size *= 2
    large = _seconds(text(size * 4))
    # Linear is 4 times; quadratic would be 16.
    assert large < max(small, 0.02) * 10, (size, small, large)


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=10),
        st.sampled_from(["JobPosting", "https://schema.org", "#a", "_:b", "2026-01-01"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from(
                    ["@type", "@id", "@context", "@graph", "@reverse", "@value", "@list",
                     "@set", "@language", "@base", "@vocab", "title", "schema:title",
                     "type", "id", "jobLocation", "hiringOrganization", "Title"]
                ),
                st.text(max_size=5),
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JUNK)
def test_no_value_of_json_raises(value: Any) -> None:
    for entry in nodes(Document(name="t", content=json.dumps(value).encode())):
        if isinstance(entry, Node):
            normalise.posting(entry)
            assert len(entry.digest) == 64


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_no_bytes_raise(content: bytes) -> None:
    assert list(nodes(Document(name="t", content=content)))


@pytest.mark.parametrize("character", ["<", "[", "{", '"', "&quot;", "\x00", "\ufeff"])
def test_a_single_character_is_a_rejection(character: str) -> None:
    titles, faults = outcome(read_text(character))
    assert (titles, len(faults)) == ([], 1)


def test_a_page_too_large_is_one_rejection() -> None:
    page = "<html>" + GOOD + "x" * MAX_PAGE
    assert outcome(read_text(page)) == ([], ["too-large"])


def _lines(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield json.dumps(node(title=f"Job {number}")).encode() + b"\n"


def test_ten_thousand_lines_come_one_by_one() -> None:
    """The first record is there before the last byte was read."""
    taken = 0

    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            self._lines = _lines(10_000)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            nonlocal taken
            line = next(self._lines, b"")
            taken += bool(line)
            buffer[: len(line)] = line
            return len(line)

    found = nodes(Document(name="s", stream=cast("BinaryIO", Slow())))
    first = next(found)
    assert isinstance(first, Node)
    assert first.data["title"] == "Job 0"
    assert taken < 5_000
    assert sum(1 for _ in found) == 9_999
