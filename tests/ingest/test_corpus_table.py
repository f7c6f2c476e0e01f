"""What the documentation says of the corpus is what the reader makes of it."""

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from postings.ingest import normalise, sources
from postings.ingest.read import Unread, nodes
from postings.ingest.report import Problem, Severity

PAGE = Path(__file__).parent.parent.parent / "docs" / "corpus.md"

KINDS = {
    "jsonld": "JSON-LD",
    "html-jsonld": "pages with JSON-LD",
    "microdata": "pages with microdata",
    "rdfa": "pages with RDFa",
    "bulk": "JSON lines",
}
HEADS = ("documents", "with a posting", "postings found", "read", "rejected")


class Counted:
    """Documents, postings and problems, counted over a folder and its manifest."""

    def __init__(self, folder: Path) -> None:
        with (folder / "MANIFEST.tsv").open() as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            self.origin = {
                row["file"]: (row["real_or_synthetic"], KINDS[row["kind"]])
                for row in rows
            }
        self.counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.codes: Counter[tuple[str, str]] = Counter()
        self.rejections: list[Problem] = []
        for document in sources.documents([str(folder)]):
            assert not isinstance(document, Unread), document.problem
            counts = self.counts[self.origin[document.name]]
            counts["documents"] += 1
            found = 0
            for entry in nodes(document):
                problems: tuple[Problem, ...]
                if isinstance(entry, Unread):
                    problems, is_read = (entry.problem,), False
                else:
                    found += 1
                    made = normalise.posting(entry)
                    problems, is_read = made.problems, made.posting is not None
                counts["read" if is_read else "rejected"] += 1
                self.codes.update(
                    (each.code.value, each.severity.value) for each in problems
                )
                if not is_read:
                    self.rejections.append(problems[-1])
            counts["postings found"] += found
            counts["with a posting"] += bool(found)

    def documents(self) -> str:
        rows = [
            (f"{origin}, {kind}", *(counts[head] for head in HEADS))
            for (origin, kind), counts in sorted(self.counts.items())
        ]
        sums = [sum(column) for column in list(zip(*rows, strict=True))[1:]]
        return _table(("", *HEADS), [*rows, ("all", *sums)])

    def problems(self) -> str:
        rows = [
            (f"`{code}`", severity, n) for (code, severity), n in self.codes.items()
        ]
        return _table(("code", "", "times"), sorted(rows))


def _table(heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [
        heads,
        tuple("---" if n == 0 else "---:" for n in range(len(heads))),
        *rows,
    ]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


@pytest.fixture(scope="module")
def counted(corpus_dir: Path) -> Counted:
    return Counted(corpus_dir)


def test_the_tables_of_the_documentation_are_those_of_the_corpus(
    counted: Counted,
) -> None:
    page = PAGE.read_text()
    for table in (counted.documents(), counted.problems()):
        assert table in page, f"docs/corpus.md should have:\n\n{table}"


def test_of_real_postings_with_a_title_at_least_99_of_100_are_read(
    counted: Counted,
) -> None:
    sums: Counter[str] = Counter()
    for (origin, _kind), counts in counted.counts.items():
        if origin == "real":
            sums += counts
    assert sums["documents"] == sums["with a posting"] > 200
    assert sums["read"] >= 0.99 * sums["postings found"] > 500


def test_every_rejection_of_the_corpus_is_defended(
    counted: Counted,
) -> None:
    defended = re.findall(r"^- `([\w.-]+)`", PAGE.read_text(), re.MULTILINE)
    rejected = [re.split(r"[ :#]", each.locator)[0] for each in counted.rejections]
    assert sorted(rejected) == sorted(defended)
    assert all(each.severity is Severity.REJECTED for each in counted.rejections)
