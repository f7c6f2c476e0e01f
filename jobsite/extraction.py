"""What Babel lacks to find messages in Django's templates; see babel.cfg."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


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
