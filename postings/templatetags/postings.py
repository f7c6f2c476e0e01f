"""Tags and filters of the pages."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from postings import links, wording
from postings.models import JobPosting, Organization
from postings.models.columns import posting_of
from postings.schemaorg import to_jsonld
from postings.search.excerpts import Part

register = template.Library()

#: Monogram tiles have one of so many colours.
HUES = 12

#: Django's table for `json_script`, and the two line ends old JavaScript knew.
_ESCAPES = {
    ord("<"): "\\u003C",
    ord(">"): "\\u003E",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


@register.simple_tag
def monogram(named: Organization | str | None, *, lazy: bool = False) -> SafeString:
    """A tile with an organization's stored logo, else with the first letter of its name.

    The letter's colour is one of twelve, by the name. A lazy logo is fetched when it
    nears the window: for tiles that may be below it.
    """
    logo = named.logo_url if isinstance(named, Organization) else ""
    return _tile(
        "" if logo else str(named or "").strip(), logo, lazy=lazy and bool(logo)
    )


@lru_cache(maxsize=2_000)
def _tile(name: str, logo: str, *, lazy: bool) -> SafeString:
    """Kept: a list shows the same few employers again and again."""
    shown: dict[str, object] = {"logo": logo, "lazy": lazy, "letter": "?", "number": ""}
    if name:
        digest = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
        shown |= {"letter": initial(name), "number": int(digest, 16) % HUES}
    return render_to_string("postings/_monogram.html", shown)


@register.simple_tag
def marked(parts: Iterable[Part]) -> SafeString:
    """A text with the words marked that were searched for, all of it escaped."""
    # Called twice a card: format_html_join would take more than three times as long, some
    # 20 microseconds a card more.
    return SafeString(
        "".join(
            f"<mark>{escape(part.text)}</mark>" if part.marked else escape(part.text)
            for part in parts
        )
    )


def initial(name: str) -> str:
    """The first letter or digit with its marks, in upper case where it has one."""
    for position, character in enumerate(name):
        if character.isalnum():
            end = position + 1
            while end < len(name) and unicodedata.combining(name[end]):
                end += 1
            upper = name[position:end].upper()
            return upper if len(upper) == end - position else name[position:end]
    return "?"


@register.simple_tag
def jsonld(posting: JobPosting) -> SafeString:
    """The posting as JSON-LD in a script element; only for one that is open."""
    node = to_jsonld(
        posting_of(posting), url=links.absolute(posting.get_absolute_url())
    )
    text = json.dumps(node, ensure_ascii=False).translate(_ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>', SafeString(text)
    )


@register.filter
def jobs(count: int) -> str:
    """`1,284 jobs`."""
    return wording.jobs(count)


@register.filter
def count(value: int) -> str:
    """A number with its thousands grouped."""
    return wording.number(value)
