"""Which addresses pages link, and the words for them.

Only http, https, mailto and tel are ever linked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from django.conf import settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    text: str
    url: str

    def __str__(self) -> str:
        return self.text


def absolute(path: str) -> str:
    """The whole address of a page of this site."""
    return f"{settings.SITE_URL}{path}"


def web_address(url: str) -> str:
    """The address if a page may link it: http or https with a host; else ""."""
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        return ""
    try:
        parts = urlsplit(url)
        linked = parts.scheme.lower() in ("http", "https") and parts.hostname
    except ValueError:
        return ""
    return url if linked else ""


def host(url: str) -> str:
    """The host an address leads to, without `www.`; "" for what is no web address."""
    if not web_address(url):
        return ""
    return (urlsplit(url).hostname or "").removeprefix("www.")


#: The longest path that is said, in characters.
_LONGEST_PATH = 32


def sites(urls: Iterable[str]) -> dict[str, str]:
    """What web addresses may be called, each once: their hosts.

    Of several at one host all but its root are called by their paths too; of those
    that differ in nothing a reader would tell, the first is left.
    """
    hosts = {url: site for url in urls if (site := host(url))}
    several = Counter(hosts.values())
    called: dict[str, str] = {}
    for url, site in hosts.items():
        called.setdefault(site + _path(url) if several[site] > 1 else site, url)
    return {url: words for words, url in called.items()}


def _path(url: str) -> str:
    path = unquote(urlsplit(url).path).rstrip("/")
    return path if len(path) <= _LONGEST_PATH else f"{path[:_LONGEST_PATH]}…"


def mailto(email: str) -> str:
    """A mailto address for one plain e-mail address, else ""."""
    if not re.fullmatch(r"[^\s@<>\"',;:?&/\\]+@[^\s@<>\"',;:?&/\\]+\.[^\s@.]+", email):
        return ""
    return f"mailto:{quote(email, safe='@+')}"


_TELEPHONE_DIGITS = range(5, 16)  # 15 is the most ITU-T E.164 allows


def telephone(text: str) -> str:
    """A tel address (RFC 3966) for a number as people write it, else ""."""
    plain = re.sub(r"\(0\)", "", text)
    digits = re.sub(r"\D", "", plain)
    if not re.fullmatch(r"[+\d][\d\s()./\u00a0-]*", plain):
        return ""
    if len(digits) not in _TELEPHONE_DIGITS:
        return ""
    return f"tel:{'+' if plain.startswith('+') else ''}{digits}"
