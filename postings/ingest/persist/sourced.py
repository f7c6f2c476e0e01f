from __future__ import annotations

from postings.models import Source

_BUILT_IN = {
    Source.EDITOR: "Editors",
    Source.FILES: "Files",
    Source.SAMPLE: "Sample",
}


def source(slug: str) -> Source:
    """The source of this slug, made on first use."""
    found, _made = Source.objects.get_or_create(
        slug=slug, defaults={"name": _BUILT_IN.get(slug, slug)}
    )
    return found
