"""Postings out again, as the source wrote them and as editors corrected them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from django.conf import settings

from postings import schemaorg
from postings.ingest import merge, normalise
from postings.ingest.read import Node
from postings.ingest.report import Notes
from postings.models import JobPosting, JobPostingQuerySet, columns
from postings.schemaorg import Identifier, Language, LanguageSource, Posting

#: Postings a query brings.
BATCH = 500

#: Properties that hold addresses, which may be relative to the document's own.
_ADDRESSES = ("url", "image", "sameAs", "hiringOrganization", "applicationContact")

#: Properties that are as good as a text as they are as a node.
_EITHER = ("identifier",)

_HTML_PROPERTIES = frozenset(schemaorg.HTML_PROPERTIES)
_HTML = frozenset(map(schemaorg.attribute, _HTML_PROPERTIES))
_ATTRIBUTES = tuple(entry.name for entry in fields(Posting))


def exported(rows: JobPostingQuerySet) -> Iterator[dict[str, Any]]:
    """The JSON-LD node of each posting, by id. Memory: one batch.

    An import of these into a source of the same name finds every posting unchanged,
    one into an empty database makes equal postings.
    """
    columns_ = (
        *("pk", "edited_fields", "in_language", "in_language_source"),
        *(f"node__{name}" for name in _GIVEN),
    )
    rows = rows.order_by("pk")
    after = 0
    while batch := list(rows.filter(pk__gt=after).values_list(*columns_)[:BATCH]):
        after = batch[-1][0]
        whole = _whole([row[0] for row in batch if row[1] or not row[4]])
        for pk, edited, code, source, *given in batch:
            kept = Node(locator="", **dict(zip(_GIVEN, given, strict=True)))
            language = Language(
                code=code, source=LanguageSource(source) if code else None
            )
            yield node(kept, language, current=whole.get(pk), edited=edited)


#: What the reader was given of a posting, as `JobPostingNode` keeps it.
_GIVEN = ("data", "page", "language", "address")


def _whole(pks: Collection[int]) -> dict[int, Posting]:
    """Postings as they are stored, for those a node does not tell all about."""
    if not pks:
        return {}
    rows = JobPosting.objects.select_related("texts", "hiring_organization")
    rows = rows.prefetch_related("job_location", "applicant_location_requirements")
    return {row.pk: columns.posting_of(row) for row in rows.filter(pk__in=pks)}


def node(
    kept: Node,
    language: Language,
    *,
    current: Posting | None = None,
    edited: Collection[str] = (),
) -> dict[str, Any]:
    """The kept node with edits, and with what the reader had to repair written anew.

    `to_jsonld` is laid over the node property by property, so that what it has no word
    for stays: unknown properties, `@id`s, languages. Where a property written anew
    would be read as anything but the posting's value, it stays as the source wrote it.
    """
    read = normalise.posting(kept, site_zone=settings.TIME_ZONE, long_texts=False)
    if read.posting is None:
        return _whole_node(current, language) if current else dict(kept.data)
    wanted = read.posting
    if current is not None and edited:
        attributes = map(schemaorg.attribute, edited)
        wanted = replace(
            wanted, **{name: getattr(current, name) for name in attributes}
        )
    original = dict(normalise.current_names(kept.data, Notes("")))
    fresh = _whole_node(wanted, language)
    stale = {_property(problem.locator) for problem in read.problems}
    stale |= {
        name
        for name in fresh
        if name not in original
        or (_shape(fresh[name]) != _shape(original[name]) and name not in _EITHER)
    }
    if kept.address:
        stale |= original.keys() & set(_ADDRESSES)
    unedited_html = _HTML_PROPERTIES.difference(edited)
    stale = (stale | set(edited)) - unedited_html
    found = {"@context": schemaorg.CONTEXT, **original, "@type": _type(original)}
    if stale:
        found = _laid_over(found, fresh, stale, wanted, edited)
    if edited:
        _state_keys(found, merge.keys(read.posting, kept), wanted)
    return found


def _whole_node(posting: Posting, language: Language) -> dict[str, Any]:
    """The posting as JSON-LD, with the wordings that are none of Google's values."""
    fresh = schemaorg.to_jsonld(posting)
    if text := posting.employment_type.text:
        fresh["employmentType"] = [*map(str, posting.employment_type.types), *text]
    for name, wording in (
        ("jobLocationType", posting.job_location_type.text),
        ("baseSalary", posting.base_salary.text),
        ("estimatedSalary", posting.estimated_salary.text),
    ):
        if wording and name not in fresh:
            fresh[name] = wording
    if language.code and language.source is not LanguageSource.DETECTED:
        fresh["inLanguage"] = language.code  # else it will be detected again
    code = posting.identifier.value
    if code and posting.identifier == Identifier(value=code):
        # Without the employer's name, which would make it another key.
        fresh["identifier"] = {"@type": "PropertyValue", "value": code}
    return fresh


def _state_keys(
    found: dict[str, Any], keys: Collection[merge.Key], wanted: Posting
) -> None:
    """Says by which keys the source knows a posting whose edits make others."""
    now = merge.keys(wanted, Node(data=found, locator=""))
    if lost := set(keys).difference(now):
        found[merge.SOURCE_KEYS] = {key.kind.value: key.value for key in lost}


def _laid_over(
    original: Mapping[str, Any],
    fresh: Mapping[str, Any],
    stale: Collection[str],
    wanted: Posting,
    edited: Collection[str],
) -> dict[str, Any]:
    """The original with its stale properties in the freshest form that reads right.

    Where none does, what an editor wrote stays fresh and the rest as it was.
    """
    forms: dict[str, list[Any]] = {
        name: [
            _over(original.get(name), fresh.get(name)),
            fresh.get(name),
            fresh.get(name) if name in edited else original.get(name),
        ]
        for name in stale
        if name in schemaorg.PROPERTIES
    }
    found = dict(original)
    for name, choices in forms.items():
        _put(found, name, choices[0])
    for attempt in (1, 2):
        wrong = _misread(found, wanted) & forms.keys()
        if not wrong:
            break
        for name in wrong:
            _put(found, name, forms[name][attempt])
    return found


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        found.pop(name, None)
    else:
        found[name] = value


def _misread(data: Mapping[str, Any], wanted: Posting) -> set[str]:
    """The properties a node would be read otherwise in, long texts aside."""
    again = normalise.posting(
        Node(data=data, locator=""), site_zone=settings.TIME_ZONE, long_texts=False
    ).posting
    if again is None:
        return {"title"}
    return {
        schemaorg.property_name(name)
        for name in _ATTRIBUTES
        if name not in _HTML
        and name != "in_language"  # what says it is written as it is
        and not merge.same(getattr(again, name), getattr(wanted, name))
    }


def _over(original: Any, fresh: Any) -> Any:
    """The fresh value, with what only the original says."""
    if isinstance(original, dict) and isinstance(fresh, dict):
        return {
            **original,
            **{key: _over(original.get(key), value) for key, value in fresh.items()},
        }
    if isinstance(original, dict) and "@value" in original and fresh is not None:
        return {**original, "@value": fresh}
    if (
        isinstance(original, list)
        and isinstance(fresh, list)
        and len(original) == len(fresh)
    ):
        return [_over(one, other) for one, other in zip(original, fresh, strict=True)]
    return fresh


def _shape(value: Any) -> str:
    """What kind of value a property has: nodes, or texts and numbers."""
    first = value[0] if isinstance(value, list) and value else value
    return "node" if isinstance(first, dict) and "@value" not in first else "literal"


def _type(data: Mapping[str, Any]) -> Any:
    """`JobPosting` as it is spelt, with whatever other types a node has."""
    kinds = data.get("@type")
    if isinstance(kinds, list) and "JobPosting" in kinds:
        return kinds
    return "JobPosting"


def _property(locator: str) -> str:
    """The property a problem is about: the first part of the pointer inside."""
    return locator.partition("#/")[2].partition("/")[0]
