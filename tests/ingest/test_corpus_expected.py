"""Values written down from real documents by hand, and what is read of them."""

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postings.ingest import normalise
from postings.ingest.normalise import Normalised
from postings.ingest.read import Document, Unread, nodes
from postings.ingest.report import Problem, Severity
from postings.schemaorg import JobLocationType, Moment, Place

EXPECTED = Path(__file__).with_name("corpus_expected.toml")
DOCUMENTS: list[dict[str, Any]] = tomllib.loads(EXPECTED.read_text("utf-8"))["document"]

#: Keys that are not a path from the posting to a value.
NAMED = {
    "identifier": "identifier.value",
    "employment_type": "employment_type.types",
    "places": "job_location",
    "areas": "applicant_location_requirements",
    "place_count": "job_location",
    "area_count": "applicant_location_requirements",
    "remote": "job_location_type.type",
    "language": "in_language.code",
}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda entry: entry["file"])
def test_what_is_read_is_what_the_document_says(
    corpus_dir: Path, document: Mapping[str, Any]
) -> None:
    read, rejected = records(corpus_dir / document["file"])
    differences = [
        f"{what}: expected {expected!r}, got {got!r}"
        for what, expected, got in (
            ("records", document["records"], len(read)),
            ("rejected", document.get("rejected", []), rejected),
        )
        if expected != got
    ]
    for number, expected in enumerate(document.get("posting", ())):
        values = dict(expected)
        index = values.pop("index", number)
        if index < len(read):
            differences += [
                f"[{index}] {difference}"
                for difference in differing(values, read[index])
            ]
        else:
            differences.append(f"[{index}] expected {expected['title']!r}, got nothing")
    if differences:
        pytest.fail("\n".join([document["file"], *differences]), pytrace=False)


def test_there_are_documents_enough_with_values_enough() -> None:
    postings = [entry for each in DOCUMENTS for entry in each.get("posting", ())]
    assert len({each["file"] for each in DOCUMENTS}) == len(DOCUMENTS) >= 30
    assert min(map(len, postings)) >= 6
    assert sum(map(len, postings)) >= 300


def records(path: Path) -> tuple[list[Normalised], list[str]]:
    """What was read as postings, and the codes of what was not."""
    read: list[Normalised] = []
    rejected: list[str] = []
    for entry in nodes(Document(name=path.name, content=path.read_bytes(), address="")):
        if isinstance(entry, Unread):
            rejected += codes((entry.problem,))
            continue
        normalised = normalise.posting(entry, site_zone="UTC")
        if normalised.posting is None:
            rejected += codes(normalised.problems)
        else:
            read.append(normalised)
    return read, rejected


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [str(each.code) for each in problems if each.severity is Severity.REJECTED]


def differing(values: Mapping[str, Any], read: Normalised) -> Iterator[str]:
    """One sentence for each value that is not the expected one."""
    for key, expected in values.items():
        if key == "page":
            got: Any = read.node.page
        else:
            path, _, rest = re.sub(r"_(contains|starts)$", "", key).partition(".")
            path = key if key in NAMED else f"{path}.{rest}".rstrip(".")
            got = found(read.posting, NAMED.get(path, path))
        if key.endswith(("_contains", "_starts")):
            got = words(got or "")
            start = key.endswith("_starts")
            if not (got.startswith(expected) if start else expected in got):
                yield f"{key}: expected {expected!r}, got {got[:300]!r}"
            continue
        if key in {"places", "areas"}:
            yield from differing_items(key, expected, got)
            continue
        if key in {"place_count", "area_count"}:
            got = len(got)
        elif key == "remote":
            got = got is JobLocationType.TELECOMMUTE
        elif key == "language":
            got = got.partition("-")[0]
        if plain(got, expected) != expected:
            yield f"{key}: expected {shown(expected)}, got {shown(plain(got, expected))}"


def differing_items(
    key: str, expected: list[dict[str, Any]], got: tuple[Any, ...]
) -> Iterator[str]:
    if len(expected) != len(got):
        yield f"{key}: expected {len(expected)}, got {len(got)}: {got[:10]!r}"
        return
    for number, (values, item) in enumerate(zip(expected, got, strict=True)):
        for name, value in values.items():
            if name == "words":
                if value not in wording(item):
                    yield f"{key}.{number}: expected {value!r} in {item!r}"
            elif plain(getattr(item, name), value) != value:
                yield (
                    f"{key}.{number}.{name}: expected {value!r}, "
                    f"got {getattr(item, name)!r}"
                )


def found(start: Any, path: str) -> Any:
    """The value at the end of a path; None where it leads nowhere."""
    value = start
    for step in path.split("."):
        if value is None:
            return None
        if step.isdigit():
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = getattr(value, step)
    return value


def plain(value: Any, expected: Any) -> Any:
    """A value as TOML would have it; None is "", as it has no null."""
    match value:
        case None:
            return ""
        case Moment() if isinstance(expected, date):
            return value.at if value.has_time else value.local().date()
        case Moment():
            return value.iso()
        case Decimal():
            return int(value) if value == int(value) else float(value)
        case tuple():
            return [str(item) for item in value]
        case _:
            return value


def shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"instant {value.astimezone(UTC).isoformat()}"
    return str(value) if isinstance(value, date) else repr(value)


def words(text: str) -> str:
    """The words of HTML, one blank between them."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def wording(place: Place) -> str:
    texts = (getattr(place, field.name) for field in fields(place))
    return " ".join(text for text in texts if isinstance(text, str))
