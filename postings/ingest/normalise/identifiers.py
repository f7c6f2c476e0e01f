"""`identifier`: text, number, URL or PropertyValue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postings.ingest.normalise import text as texts
from postings.ingest.report import Notes
from postings.schemaorg import Identifier


def identifier(value: Any, notes: Notes) -> Identifier:
    """The first identifier that has a value; numbers are texts from here on."""
    for item in texts.values(value):
        if isinstance(item, Mapping):
            code = texts.text(item.get("value"), "identifier/value", notes)
            if code:
                return Identifier(
                    value=code,
                    name=texts.text(item.get("name"), "identifier/name", notes),
                    property_id=texts.text(
                        item.get("propertyID"), "identifier/propertyID", notes
                    ),
                )
        elif code := texts.text(item, "identifier", notes):
            return Identifier(value=code)
    return Identifier()
