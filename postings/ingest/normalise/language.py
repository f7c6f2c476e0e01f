"""The language a posting is written in: stated, its page's, or told from its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.core import get_global

from postings.schemaorg import Language, LanguageSource

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_UNKNOWN = Language()

#: The longest tag there is, as RFC 5646 bounds it.
_MAX_TAG = 35

#: The longest subtag that can name a country; an unknown one is no reason for doubt.
_MAX_REGION = 3

#: The longest wording that is looked up as a tag or as the name of a language.
_MAX_WORDS = 64

#: How many values of a list are looked at, and how many lists deep.
_MAX_VALUES = 20
_MAX_DEPTH = 3

#: What a text is judged by: its middle, since adverts begin with what a job board
#: writes in its own language above every one of them.
_MIDDLE = 500

#: Letters are counted in bytes of UTF-8, since an ideograph says more than a letter.
_MIN_LETTERS = 40
_LONG = 200

#: How probable a language has to be to be believed, and to be believed against the
#: page; decision 9 has the figures.
_CERTAIN = 0.75
_CERTAIN_AGAINST_PAGE = 0.95

#: What a text is held to be one of, and two classes that nobody advertises jobs in:
#: Latin (`la`, which is filler text) and no language at all (`zxx`).
_TOLD_APART = frozenset(
    [
        "af",
        "ar",
        "az",
        "be",
        "bg",
        "bn",
        "ca",
        "cs",
        "cy",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "eu",
        "fa",
        "fi",
        "fr",
        "fy",
        "ga",
        "gl",
        "he",
        "hi",
        "hr",
        "hu",
        "hy",
        "id",
        "is",
        "it",
        "ja",
        "ka",
        "kk",
        "ko",
        "la",
        "lb",
        "lt",
        "lv",
        "mk",
        "ms",
        "mt",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "se",
        "sk",
        "sl",
        "sq",
        "sr",
        "sv",
        "sw",
        "ta",
        "th",
        "tl",
        "tr",
        "uk",
        "ur",
        "vi",
        "zh",
        "zxx",
    ]
)
_NO_ADVERTS = frozenset({"la", "zxx"})

#: Languages so close that a detected one says nothing against the page's.
_ALIKE = {
    "nb": "no", "nn": "no",
    "bs": "hr", "sr": "hr", "sh": "hr", "cnr": "hr",
    "ms": "id",
    "yue": "zh", "wuu": "zh",
    "fil": "tl",
}  # fmt: skip

_CONTRADICTABLE = frozenset(_ALIKE.get(code, code) for code in _TOLD_APART)


def language(data: Mapping[str, Any], *, document: str, sample: str) -> Language:
    """What the node states, else its page's language, else what `sample` is told to be.

    The page's language is often that of its template. It gives way to a detected one
    where the sample has 200 letters, the detector is sure, and the two languages are
    ones it does not mix up. Some 500 characters from the middle of the sample are judged,
    the same way in every process and thread. Cost where nothing is stated: about 0.2 ms,
    unless the sample is short; the first time half a second and 100 MB for the model.
    """
    found = stated(data)
    if found.code:
        return found
    page = language_tag(document)
    told, certainty = "", 0.0
    middle = _middle(sample)
    if _letters(middle) >= (_LONG if page else _MIN_LETTERS):
        told, certainty = _told(middle)
    if page:
        if certainty >= _CERTAIN_AGAINST_PAGE and _contradicts(told, page):
            return Language(code=told, source=LanguageSource.DETECTED)
        return Language(code=page, source=LanguageSource.DOCUMENT)
    if certainty >= _CERTAIN:
        return Language(code=told, source=LanguageSource.DETECTED)
    return _UNKNOWN


def stated(data: Mapping[str, Any]) -> Language:
    """`inLanguage`, else the `@language` that description or title is tagged with.

    Of several languages the first that is understood.
    """
    value = data.get("inLanguage")
    if value is not None:
        if isinstance(value, str):
            code = language_tag(value)
        else:
            code = next(filter(None, map(_one_stated, _values(value))), "")
        if code:
            return _stated(code)
    for key in ("description", "title"):
        value = data.get(key)
        if isinstance(value, dict | list):
            for code in map(_tagged_with, _values(value)):
                if code:
                    return _stated(code)
    return _UNKNOWN


def language_tag(words: Any) -> str:
    """A BCP 47 tag for a tag, a locale or the name of a language, or "".

    `en_US`, `sv_SE.UTF-8`, `ger`, `German` and `Deutsch` are understood; names in
    English and in the language itself. `und`, `mul`, `x-default` and what CLDR has no
    such language for are unknown; an unknown region is left out, an extension too.
    """
    if not isinstance(words, str) or len(words) > _MAX_WORDS or not words.strip():
        return ""
    return _tag(words)


@lru_cache(1024)
def _tag(words: str) -> str:
    words = words.strip()
    locale = re.sub(r"[.@].*", "", words, flags=re.DOTALL).replace("_", "-")
    if _TAG.fullmatch(locale):
        first, *rest = locale.split("-")
        if code := _codes().get(first.lower()):
            return _with_subtags(code, rest)
        if rest:
            return ""
    name = re.sub(r"\s*\(.*", "", words, flags=re.DOTALL).casefold()
    return _names_in_english().get(name) or _own_names().get(name, "")


_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*+")


def _with_subtags(code: str, subtags: list[str]) -> str:
    """The tag in its usual case, or "" where a subtag is a word that is none."""
    tag = code
    for subtag in subtags:
        if len(subtag) == 1:  # an extension or private use, which is no language
            break
        if subtag.title() in _scripts():
            tag += f"-{subtag.title()}"
        elif region := _regions().get(subtag.upper()):
            tag += f"-{region}"
        elif subtag.upper() in _variants():
            tag += f"-{subtag.lower()}"
        elif len(subtag) > _MAX_REGION:
            return ""
    return tag if len(tag) <= _MAX_TAG else code


@cache
def _english() -> Mapping[str, str]:
    """Codes of languages, and of languages of a region, to their English names."""
    return {
        str(code).replace("_", "-"): str(name)
        for code, name in Locale.parse("en").languages.items()
        if code not in {"und", "mul", "zxx"}
    }


@cache
def _codes() -> Mapping[str, str]:
    """What may stand first in a tag, and the code to write for it."""
    usual = {code: code for code in _english() if code.isalpha()}
    aliases: Mapping[str, str] = get_global("language_aliases")
    return {old: new for old, new in aliases.items() if new in usual} | usual


@cache
def _regions() -> Mapping[str, str]:
    known = {str(code) for code in Locale.parse("en").territories} - {"ZZ"}
    return {code: code for code in known} | {"UK": "GB"}


@cache
def _scripts() -> frozenset[str]:
    return frozenset(map(str, Locale.parse("en").scripts))


@cache
def _variants() -> frozenset[str]:
    return frozenset(map(str, Locale.parse("en").variants))


@cache
def _names_in_english() -> Mapping[str, str]:
    return {name.casefold(): code for code, name in _english().items()}


@cache
def _own_names() -> Mapping[str, str]:
    """What languages call themselves. Cost: a quarter of a second, once."""
    return {
        str(name).casefold(): code
        for code in sorted(_TOLD_APART - _NO_ADVERTS | {"nb"})
        if (name := Locale.parse(code).languages.get(code))
    }


def _values(value: Any, depth: int = _MAX_DEPTH) -> Iterator[Any]:
    """One property's values; texts that say their language keep it."""
    if isinstance(value, list):
        if depth:
            for item in islice(value, _MAX_VALUES):
                yield from _values(item, depth - 1)
    elif isinstance(value, Mapping) and ("@list" in value or "@set" in value):
        if depth:
            yield from _values(value.get("@list") or value.get("@set"), depth - 1)
    else:
        yield value


def _one_stated(value: Any) -> str:
    """The tag a text or a Language node gives; a code in it goes before its name."""
    if not isinstance(value, Mapping):
        return language_tag(value)
    for key in ("@value", "alternateName", "identifier", "name"):
        for item in _values(value.get(key)):
            inner = item
            if isinstance(item, Mapping) and key != "@value":
                inner = item.get("@value") or item.get("value")
            if code := language_tag(inner):
                return code
    return ""


def _tagged_with(value: Any) -> str:
    if isinstance(value, Mapping) and value.get("@value"):
        return language_tag(value.get("@language"))
    return ""


@cache
def _stated(code: str) -> Language:
    return Language(code=code, source=LanguageSource.STATED)


def _middle(text: str) -> str:
    start = max(0, len(text) - _MIDDLE) // 2
    return text[start : start + _MIDDLE]


def _letters(text: str) -> int:
    """How many letters a text has, in bytes."""
    return len("".join(filter(str.isalpha, text)).encode("utf-8", "ignore"))


def _told(text: str) -> tuple[str, float]:
    """The likeliest language of a text and how likely it is, from 0 to 1."""
    code, certainty = _detector().classify(text)
    return ("", 0.0) if code in _NO_ADVERTS else (code, certainty)


def _contradicts(told: str, page: str) -> bool:
    """Whether the two are languages of which the detector takes none for the other."""
    code = page.split("-", 1)[0]
    code = _ALIKE.get(code, code)
    return code in _CONTRADICTABLE and code != _ALIKE.get(told, told)


@cache
def _detector() -> LanguageIdentifier:
    from py3langid.langid import (  # noqa: PLC0415 - numpy and a model, for imports only
        MODEL_FILE,
        LanguageIdentifier,
    )

    detector = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detector.set_languages(_TOLD_APART)
    return detector
