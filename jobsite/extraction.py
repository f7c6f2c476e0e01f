"""What Babel lacks to find messages in Django's templates; see babel.cfg."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

from postings.problems import table


def templates(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    **_options: Any,
) -> Iterable[tuple[Any, ...]]:
    """The messages of a template, in Babel's words for an extraction method.

    Django writes a template as calls of gettext amid filling. Babel reads those as
    Python, which minds how lines are indented.
    """
    calls = templatize(file.read().decode())
    lines = "\n".join(line.lstrip() for line in calls.split("\n"))
    return extract_python(
        io.BytesIO(lines.encode()),
        keywords,
        comment_tags,
        {"encoding": "utf-8"},
    )


def explanations(
    file: IO[bytes],
    _keywords: Mapping[str, Any],
    _comment_tags: Collection[str],
    **_options: Any,
) -> Iterable[tuple[Any, ...]]:
    """The cells of docs/problems.md that the admin shows."""
    text = file.read().decode()
    for code, row in table(text).items():
        line = text.count("\n", 0, text.index(f"| `{code}` |")) + 1
        for cell in (row.means, row.remedy):
            yield line, "", cell, [f"Translators: of the problem {code}"]
