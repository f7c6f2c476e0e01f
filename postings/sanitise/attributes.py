"""Which attributes of a tag are kept, and which addresses may be linked."""

import re
from typing import Final
from urllib.parse import urlsplit

from postings.sanitise.policy import (
    ALLOWED_ATTRIBUTES,
    ALLOWED_PROTOCOLS,
    ATTRIBUTE_VALUES,
    RemovalCode,
    Removals,
)
from postings.sanitise.tokens import unescape, visible

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_IGNORED_IN_URL: Final = re.compile(
    "[\x00-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+"
)
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:.]+")
_ATTRIBUTE: Final = re.compile(
    r"([^\s\"'<>/=]+)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?"
)


_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


def resolved(attribute: str) -> str:
    """An attribute's text, an address above all, with its references undone once.

    Only those with a semicolon are: "?id=1&region=us" names no registered trade mark.
    """
    if "&" not in attribute:
        return attribute
    return _REFERENCE.sub(lambda found: unescape(found[0]), attribute)


def attributes(raw: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case; of equal names the first wins."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw):
        found.setdefault(name.lower(), resolved(double or single or bare))
    return found


def safe_href(raw: str, removed: Removals) -> str | None:
    """The address of a link, or None (and a removal) where it leads nowhere safe.

    Absolute http, https, mailto and tel addresses only: a stranger's text has no base
    that a relative one could be resolved against.
    """
    href = _IGNORED_IN_URL.sub("", raw.strip())
    if not href:
        return None
    found = _SCHEME.match(href)
    scheme = found[1].lower() if found else ""
    if scheme in ALLOWED_PROTOCOLS:
        try:
            parts = urlsplit(href)
            host = _HOST.fullmatch(parts.hostname or "") and parts.port != 0
        except ValueError:
            host = False
        if host if scheme.startswith("http") else len(href) > len(scheme) + 1:
            return visible(href).replace("`", "%60").replace(" ", "%20")
    removed.add(RemovalCode.LINK, scheme[:20] or "relative")
    return None


def kept_attributes(tag: str, raw: str) -> str:
    """Those the policy knows, with values it knows, as they stand in a tag."""
    given = attributes(raw)
    return "".join(
        f' {name}="{given[name]}"'
        for name in ALLOWED_ATTRIBUTES.get(tag, ())
        if name in given and ATTRIBUTE_VALUES[name].fullmatch(given[name])
    )
