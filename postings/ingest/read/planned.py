"""What a plan keeps of a record: all the reader said of it, as JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from postings.ingest.read.document import Node, Unread
from postings.ingest.report import Problem

_HINTS = ("locator", "page", "language", "address", "raw", "document")


def of_node(node: Node) -> dict[str, Any]:
    said = {name: getattr(node, name) for name in _HINTS}
    return {
        "data": node.data,
        "problems": [problem.as_json() for problem in node.problems],
        **{name: value for name, value in said.items() if value},
    }


def of_unread(
    problem: Problem, raw: str, document: str, address: str
) -> dict[str, Any]:
    return {
        "problem": problem.as_json(),
        "raw": raw,
        "document": document,
        "address": address,
    }


def entry(kept: Mapping[str, Any]) -> Node | Unread:
    """The record a plan's line is of.

    Raises KeyError, TypeError, ValueError or AttributeError for a line no plan wrote.
    """
    if "problem" in kept:
        return Unread(
            problem=Problem.of_json(kept["problem"]),
            raw=str(kept["raw"]),
            document=str(kept["document"]),
            address=str(kept["address"]),
        )
    if not isinstance(kept["data"], dict):
        raise TypeError(kept["data"])
    return Node(
        data=kept["data"],
        problems=tuple(Problem.of_json(problem) for problem in kept["problems"]),
        **{name: str(kept.get(name, "")) for name in _HINTS},
    )


def entries(content: bytes) -> Iterator[Node | Unread]:
    """The records of whole lines of a plan."""
    for line in content.splitlines():
        yield entry(json.loads(line)["record"])
