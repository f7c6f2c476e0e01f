"""How texts become the words of the index, and a query's words the same.

Accents and case are folded, Han, kana, Hangul and the scripts of South-East Asia, which
part no words, become pairs of characters, and names of techniques that are written
with signs (C++, C#, .NET, node.js) become words of their own. Stemming is Snowball's.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache, lru_cache

import tantivy

#: Analysers by the name fields know them by; a stemmer's is its language's code. What
#: `stems` gives is parted by spaces and goes in as it is.
PLAIN, STEMS = "plain", "stems"

#: Languages with a stemmer, by ISO 639-1 code.
STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_SAME_STEMMER = {"nb": "no", "nn": "no"}

#: Longer words than any language's; a key or an address is no word.
_LONGEST = 60

#: Scripts whose words have no spaces between them, or grow endings as Korean's do.
_UNSPACED = re.compile(
    "["
    "\u3040-\u30ff"  # hiragana, katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u3005\u3007\uac00-\ud7a3"  # repetition marks, Hangul
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "]+"
)
_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<!\w)([a-z])\+\+(?!\w)", re.IGNORECASE), r"\1plusplus"),
    (re.compile(r"(?<!\w)([a-z])#(?!\w)", re.IGNORECASE), r"\1sharp"),
    (re.compile(r"(?<!\w)(asp|vb|ado)\.net\b", re.IGNORECASE), r"\1dotnet dotnet"),
    (re.compile(r"(?<!\w)\.net\b", re.IGNORECASE), "dotnet"),
    (re.compile(r"(?<!\w)([a-z]{2,12})\.js\b", re.IGNORECASE), r"\1js \1"),
)


def stemmer_of(language: str) -> str:
    """The stemmer of a language tag (RFC 5646), "" where there is none."""
    code = language.split("-", maxsplit=1)[0].lower()
    code = _SAME_STEMMER.get(code, code)
    return code if code in STEMMERS else ""


def written(text: str) -> str:
    """The text as it is given to an analyser, of the index and of a query alike.

    Cost: about 10 µs for 4 KB that hold none of what is rewritten.
    """
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    if _is_signed(text):
        for pattern, word in _SIGNS:
            text = pattern.sub(word, text)
    if not text.isascii():
        # Lower-cased, the dotted capital would be an i and a dot of its own.
        text = _UNSPACED.sub(_pairs, text.replace("\u0130", "I"))
    return text


def _is_signed(text: str) -> bool:
    if "+" in text or "#" in text:
        return True
    lower = text.lower()
    return ".js" in lower or ".net" in lower


def is_unspaced(text: str) -> bool:
    """Whether the text holds a script whose words `written` makes pairs of."""
    return not text.isascii() and _UNSPACED.search(text) is not None


def _pairs(run: re.Match[str]) -> str:
    text = run[0]
    if len(text) == 1:
        return f" {text} "
    pairs = (text[start : start + 2] for start in range(len(text) - 1))
    return f" {' '.join(pairs)} "


@cache
def analyser(name: str) -> tantivy.TextAnalyzer:
    """The analyser of an unstemmed field (`PLAIN`), of a stemmer's, or of `STEMS`."""
    if name == STEMS:
        return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST))
        .filter(tantivy.Filter.lowercase())
    )
    if name != PLAIN:
        # Before accents are folded: the stemmers know their languages' letters.
        builder = builder.filter(tantivy.Filter.stemmer(STEMMERS[name]))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


def tokens(text: str, name: str = PLAIN) -> list[str]:
    """The words of a text that `written` has not seen yet."""
    return analyser(name).analyze(written(text))


class _Stems(dict[str, str]):
    """The stems of pieces of text between white space, found once.

    A language's pieces are mostly the same few: a stemmer is ten times as dear.
    """

    def __init__(self, code: str) -> None:
        self._analyser = analyser(code)

    def __missing__(self, piece: str) -> str:
        found = " ".join(self._analyser.analyze(piece))
        if len(piece) <= _LONGEST_KEPT and not piece.isdigit():
            if len(self) >= _KEPT_PIECES:
                self.clear()
            self[piece] = found
        return found


#: Pieces kept a language, some 20 MB of them, and characters of one.
_KEPT_PIECES, _LONGEST_KEPT = 100_000, 30

_stems = cache(_Stems)


def stems(text: str, code: str) -> str:
    """The stems of a text that `written` has seen, parted by spaces.

    Cost: 50 µs for 4 KB whose words were met before.
    """
    pieces = set(text.lower().translate(_PARTING).split())
    return " ".join(map(_stems(code).__getitem__, pieces))


#: What never is part of a word.
_PARTING = str.maketrans(dict.fromkeys(string.punctuation, " "))


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    """The words of a text as one: what is the same but for case, accents and signs."""
    return " ".join(tokens(text))
