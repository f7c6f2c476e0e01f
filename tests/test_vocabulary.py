"""What goes out is schema.org's vocabulary, by its own files, with Google's values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from postings.ingest import normalise, read, sources
from postings.schemaorg import CredentialCategory, EmploymentType, UnitText, to_jsonld
from tests.test_schemaorg import FULL


@dataclass(frozen=True)
class Vocabulary:
    """Classes with those they belong to; properties with the types at both ends."""

    classes: dict[str, set[str]]
    properties: dict[str, tuple[set[str], set[str]]]
    superseded: set[str]

    def all_of(self, name: str) -> set[str]:
        return {name}.union(*(self.all_of(each) for each in self.classes[name]))


def names(value: Any) -> set[str]:
    entries = value if isinstance(value, list) else [value] if value else []
    return {entry["@id"].partition(":")[2] for entry in entries}


@pytest.fixture(scope="module")
def vocabulary(corpus_dir: Path) -> Vocabulary:
    path = corpus_dir.parent / "schemaorg" / "schemaorg-all-https.jsonld"
    if not path.is_file():
        pytest.skip(f"no vocabulary at {path}")
    found = Vocabulary({}, {}, set())
    for term in json.loads(path.read_text())["@graph"]:
        prefix, _, name = term["@id"].partition(":")
        if prefix != "schema":
            continue
        if "rdfs:Class" in term["@type"]:
            found.classes[name] = names(term.get("rdfs:subClassOf")) - {"Class"}
        if term["@type"] == "rdf:Property":
            ends = ("schema:domainIncludes", "schema:rangeIncludes")
            of, to = (names(term.get(end)) for end in ends)
            found.properties[name] = of, to
        if "schema:supersededBy" in term:
            found.superseded.add(name)
    for name, parents in found.classes.items():
        found.classes[name] = parents & found.classes.keys()
    return found


def mistakes(node: dict[str, Any], vocabulary: Vocabulary) -> Iterator[str]:
    kind = node["@type"]
    if kind not in vocabulary.classes:
        yield f"{kind} is no class"
        return
    for name, value in node.items():
        if name.startswith("@"):
            continue
        of, to = vocabulary.properties.get(name, (set(), set()))
        if name in vocabulary.superseded or not of & vocabulary.all_of(kind):
            yield f"{kind} has no {name}"
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                if not to & vocabulary.all_of(each["@type"]):
                    yield f"{kind}.{name} is no {each['@type']}"
                yield from mistakes(each, vocabulary)
            elif not to & set(literals(each)):
                yield f"{kind}.{name} cannot be {each!r}"


def literals(value: Any) -> Iterator[str]:
    """The data types of schema.org a literal may have."""
    if isinstance(value, bool):
        yield "Boolean"
        return
    if isinstance(value, int | float):
        yield "Number"
        if isinstance(value, int):
            yield "Integer"
        return
    yield "Text"
    if value.startswith(("https://", "http://")):
        yield "URL"
    if value.startswith("P"):
        yield "Duration"
    for kind, parse in (("Date", date), ("DateTime", datetime)):
        try:
            parse.fromisoformat(value)
        except ValueError:
            continue
        yield kind


def refused(node: dict[str, Any]) -> Iterator[str]:
    """Values that are none of Google's where only those count."""

    def listed(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value] if value else []

    kinds = set(EmploymentType)
    yield from (
        each for each in listed(node.get("employmentType")) if each not in kinds
    )
    if node.get("jobLocationType", "TELECOMMUTE") != "TELECOMMUTE":
        yield node["jobLocationType"]
    pay = node.get("baseSalary", {}).get("value", {}).get("unitText", "YEAR")
    if pay not in set(UnitText):
        yield pay
    for credential in listed(node.get("educationRequirements")):
        if isinstance(credential, dict):
            category = credential["credentialCategory"]
            if category not in set(CredentialCategory):
                yield category


def test_the_judge_sees_mistakes(vocabulary: Vocabulary) -> None:
    node = to_jsonld(FULL) | {
        "inLanguage": "de",
        "benefits": "x",
        "jobLocation": "Berlin",
        "directApply": "yes",
        "datePosted": "2026-11-02",
    }
    assert set(mistakes(node, vocabulary)) == {
        "JobPosting has no inLanguage",
        "JobPosting has no benefits",
        "JobPosting.jobLocation cannot be 'Berlin'",
        "JobPosting.directApply cannot be 'yes'",
    }
    assert list(refused({"employmentType": ["FULL_TIME", "Vollzeit"]})) == ["Vollzeit"]


def test_a_full_posting_is_written_in_schema_orgs_words(vocabulary: Vocabulary) -> None:
    assert list(mistakes(to_jsonld(FULL), vocabulary)) == []
    assert list(refused(to_jsonld(FULL))) == []


def test_the_corpus_is_written_in_schema_orgs_words(
    corpus_dir: Path, vocabulary: Vocabulary
) -> None:
    wrong: list[tuple[str, str]] = []
    count = 0
    for document in sources.documents([str(corpus_dir)]):
        assert isinstance(document, read.Document)
        for entry in read.nodes(document):
            if not isinstance(entry, read.Node):
                continue
            posting = normalise.posting(entry, long_texts=False).posting
            if posting is not None:
                count += 1
                node = to_jsonld(posting)
                wrong += [(entry.locator, each) for each in mistakes(node, vocabulary)]
                wrong += [(entry.locator, each) for each in refused(node)]
    assert wrong == []
    assert count > 600
