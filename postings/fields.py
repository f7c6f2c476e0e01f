"""Model fields for what strangers publish: lists of text, sanitised HTML, nodes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler
from django.utils.safestring import SafeString

from postings.packing import packed, unpacked

#: How a request writes the primary key of a row.
KEY = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class LinesField(forms.CharField):
    """A list of texts as a text area, one text a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list) else str(value or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(initial) != self.to_python(data))


class TextListField(models.JSONField):
    """A list of plain texts; `field__has="text"` finds rows whose list holds it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> forms.Field:
        return LinesField(
            label=kwargs.get("label", self.verbose_name),
            help_text=kwargs.get("help_text", self.help_text),
            required=not self.blank,
            widget=kwargs.get("widget", forms.Textarea(attrs={"rows": 3})),
        )


@models.Field.register_lookup
@models.ForeignKey.register_lookup
class Among(models.Lookup[Any]):
    """Whether the value is one of many, which are one parameter: `pk__among=ids`.

    For thousands of whole numbers or texts: of `__in` Django and the driver look at
    each, which takes longer than the database does, and databases take only so many.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        test, given = among(self.rhs, connection)
        return f"{column} {test}", (*parameters, given)


def among(
    values: Iterable[int | str], connection: BaseDatabaseWrapper
) -> tuple[str, str | list[int | str]]:
    """SQL that follows a column and asks for these values, and its one parameter."""
    given = list(values)
    if connection.vendor == "postgresql":
        return "= ANY(%s)", given
    text = json.dumps(given, ensure_ascii=False)
    return "IN (SELECT value FROM json_each(%s))", text


@TextListField.register_lookup
class Has(models.Lookup[Any]):
    """Whether the list holds exactly this text, on SQLite and on PostgreSQL."""

    lookup_name = "has"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        lhs, params = self.process_lhs(compiler, connection)
        # What is put into the text is the column Django compiled; values are parameters.
        return f"EXISTS (SELECT 1 FROM json_each({lhs}) WHERE value = %s)", (  # noqa: S608
            *params,
            str(self.rhs),
        )

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} @> %s::jsonb", (*params, json.dumps([str(self.rhs)]))


def unmarked(text: str) -> str:
    """The same characters without the mark that they are safe in HTML.

    For wherever sanitised HTML is a value and not markup: forms, JSON, comparisons.
    """
    return str.__str__(text)  # str(text) would keep a SafeString


class SanitisedHTMLField(models.TextField[str, str]):
    """HTML that `postings.sanitise` made: the one text that templates do not escape.

    Only `postings.ingest.persist` writes it, and only with what the sanitiser gave.
    """

    def from_db_value(
        self,
        value: str | None,
        expression: Expression,
        connection: BaseDatabaseWrapper,
    ) -> str | None:
        return None if value is None else SafeString(value)


class CompressedJSONField(models.BinaryField[Any, Any]):
    """A JSON value as compressed UTF-8, key order kept."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else packed(value)

    def from_db_value(
        self,
        value: Any,
        expression: Expression,
        connection: BaseDatabaseWrapper,
    ) -> Any:
        return None if value is None else unpacked(value)
