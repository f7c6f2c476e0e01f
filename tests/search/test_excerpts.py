"""Which words of a title and a text are marked, and how an excerpt reads."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postings.sanitise import sanitise
from postings.search.criteria import Criteria
from postings.search.excerpts import LENGTH, Part, highlighted
from postings.search.matching import Asked
from postings.search.query import search
from postings.search.words import parsed
from tests import factories as make
from tests.factories import NOW


def shown(parts: tuple[Part, ...]) -> str:
    return "".join(f"[{part.text}]" if part.marked else part.text for part in parts)


def marked(
    words: str,
    text: str,
    language: str = "en",
    *,
    title: str = "",
    typing: bool = False,
) -> str:
    asked = Asked(parsed(words), ("en", "de"), typing=typing)
    _title, excerpt = highlighted(
        asked, title=title, description=text, language=language
    )
    return shown(excerpt)


@pytest.mark.parametrize(
    ("words", "text", "excerpt"),
    [
        ("cook", "You cook. He cooks.", "You [cook]. He [cooks]."),
        ("nurses", "A nurse cares.", "A [nurse] cares."),
        ("nurse", "Many nurses.", "Many [nurses]."),
        ("management", "You manage.", "You [manage]."),
        ("engineer", "Engine engineers.", "Engine [engineers]."),
        ("engineers", "Engines of an engineer.", "Engines of an [engineer]."),
        ("engineer", "The engine.", "The [engine]."),
        ('"engine"', "An engine, engines.", "An [engine], engines."),
        ("cafe", "Ein Café, ein cafe.", "Ein [Café], ein [cafe]."),
        ("café", "Our cafe\u0301.", "Our [cafe\u0301]."),
        (
            '"night shift"',
            "The shift: night shift at night.",
            "The shift: [night shift] at night.",
        ),
        ("C++", "C++, C and C#.", "[C++], C and C#."),
        ("c#", "C++, C and C#.", "C++, C and [C#]."),
        ("c", "C++, C and C#.", "C++, [C] and C#."),
        (".NET", "The .NET net and dotnet.", "The [.NET] net and [dotnet]."),
        ("node.js", "Node.js on a node.", "[Node.js] on a node."),
        ("R&D", "Our R&amp;D.", "Our [R&D]."),
        ("full-stack", "Full stack or fullstack.", "[Full stack] or [fullstack]."),
        ("機械", "機械学習の仕事", "[機械]学習の仕事"),
        ("-cook waiter", "A cook, a waiter.", "A cook, a [waiter]."),
        ("cook in Ulm", "Cook soup in Ulm.", "[Cook] soup in [Ulm]."),
        ("amp", "Fish &amp; amp.", "Fish & [amp]."),
        ("b", "&lt;b&gt; &amp;lt;b", "<[b]> &lt;[b]"),
        ("cook", "Nothing.", ""),
        ("cook", "Overcook, cooker+, a cook.", "Overcook, cooker+, a [cook]."),
        ("c", "Abc, c_d, \u00e9c, e\u0301c, c.", "Abc, [c]_d, \u00e9c, e\u0301c, [c]."),
    ],
)
def test_words_are_marked(words: str, text: str, excerpt: str) -> None:
    assert marked(words, f"<p>{text}</p>") == excerpt


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "title", "text"),
    [
        ("fullstack", "[Full Stack] cook", "A stack, full: [full-stack], [fullstack]."),
        ("full stack", "[Full] [Stack] cook", "A [stack], [full]: [fullstack]."),
        ("full-stack", "[Full Stack] cook", "A stack, full: [full-stack]."),
        ("full stack", "Cook", "Only [fullstack]."),
        ('"fullstack"', "Full Stack cook", "A full-stack, [fullstack] cook."),
        ("js", "[JavaScript] cook", "A [JS] one, a script."),
        ("qa", "Cook", "A quality; [quality assurance], [QA]."),
        ("quality assurance", "[QA] cook", "Of [quality] [assurance]."),
    ],
)
def test_every_spelling_of_a_word_is_marked(words: str, title: str, text: str) -> None:
    plain = re.sub(r"[\[\]]", "", text)
    shown_title = re.sub(r"[\[\]]", "", title)
    make.make_posting(title="Fullstack", description="<p>A full stack.</p>")
    make.make_posting(title=shown_title, description=f"<p>{plain}</p>")
    found = search(Criteria(words=words), at=NOW)
    both = highlighted(
        found.asked, title=shown_title, description=f"<p>{plain}</p>", language="en"
    )
    assert [shown(each) for each in both] == [title, text]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "title", "text"),
    [
        ("part-time", "Tester in three parts", ""),
        ("part-time", "Tester", "It takes a [part time] job and parts."),
        ("IT-Support", "Clerk", "Improve it · Support others. [IT support]."),
        ("Java-Entwickler", "[Java] Backend [Entwickler]", ""),
        ("Java-Entwickler", "Entwickler, Java", ""),
    ],
)
def test_words_with_a_hyphen_are_marked_side_by_side_and_in_one_line(
    words: str, title: str, text: str
) -> None:
    for description in ("<p>Part-time</p>", "<p>IT-Support</p>", "<p>Java-Entwickler"):
        make.make_posting(description=description)
    found = search(Criteria(words=words), at=NOW)
    plain = re.sub(r"[\[\]]", "", text)
    both = highlighted(
        found.asked,
        title=re.sub(r"[\[\]]", "", title),
        description=f"<p>{plain.replace(' · ', '</p><p>')}</p>",
        language="de",
    )
    assert [shown(each) for each in both] == [title, text]


def test_a_word_is_marked_by_its_stem_in_the_language_of_the_text() -> None:
    assert marked("Gärtner", "<p>Zwei Gärtnern</p>", "de") == "Zwei [Gärtnern]"
    assert marked("gartner", "<p>Ein Gärtner</p>", "de") == "Ein [Gärtner]"
    assert marked("nurses", "<p>A nurse, nurses</p>", "ja") == "A nurse, [nurses]"


def test_a_word_being_typed_marks_what_it_may_become() -> None:
    text = "<p>You garden with gardeners.</p>"
    assert marked("gardene", text, typing=True) == "You [garden] with [gardeners]."


def test_what_is_remembered_of_one_text_marks_the_next_the_same() -> None:
    texts = ("A cook (cooks), net.", "Cooks on the .NET; net-cook.", "A cook, a (net).")
    first = [marked("cook net", f"<p>{text}</p>") for text in texts]
    again = [marked("cook net", f"<p>{text}</p>") for text in reversed(texts)]
    assert first == [
        "A [cook] ([cooks]), [net].",
        "[Cooks] on the .NET; [net-cook].",
        "A [cook], a ([net]).",
    ]
    assert again == first[::-1]


def test_what_only_shares_a_stem_is_not_marked_beside_the_word_in_the_title() -> None:
    assert marked("engineer", "<p>The engine.</p>", title="Engineer") == ""


@pytest.mark.parametrize(
    ("html_text", "excerpt"),
    [
        ("<h2>The work</h2><p>You cook.</p>", "The work · You [cook]."),
        ("<p>You cook.</p><p>More.</p>", "You [cook]. More."),
        ("<ul><li>cook</li><li>wash</li></ul>", "[cook] · wash"),
        ("We need:<br>a cook", "We need: a [cook]"),
    ],
)
def test_blocks_are_told_apart(html_text: str, excerpt: str) -> None:
    assert marked("cook", html_text) == excerpt


def test_an_excerpt_begins_before_the_first_match_and_ends_with_a_word() -> None:
    text = f"<p>{'lorem ipsum ' * 50}You cook. {'dolor sit amet ' * 50}</p>"
    found = marked("cook", text)
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert "[cook]" in found
    assert len(found) <= LENGTH + 10
    assert found.removesuffix(" …").split()[-1] in {"dolor", "sit", "amet"}


def test_an_excerpt_is_of_where_most_words_are() -> None:
    text = f"<p>A cook. {'lorem ipsum ' * 60}A night cook in Ulm.</p>"
    assert "[night] [cook] in [Ulm]" in marked("night cook Ulm", text)


@given(
    text=st.text(st.sampled_from("ab <>&;\"'/!-=\n") | st.characters(), max_size=400),
    cut=st.integers(39_950, 40_050),
)
def test_no_markup_and_no_piece_of_a_reference_is_shown(text: str, cut: int) -> None:
    clean = sanitise(f"<p>cook {html.escape(text)}</p><p><b>x</b></p>" + text).html
    asked = Asked(parsed("cook"), ("en",))
    filler = "<p>&amp;&amp;&amp;&amp;</p>" * 2_000
    for description in (clean, (filler + clean)[: cut + len(clean)]):
        _title, parts = highlighted(
            asked, title="", description=description, language="en"
        )
        plain = "".join(part.text for part in parts)
        assert all(part.text for part in parts)
        if not set("<>&") & set(text):
            assert not set("<>") & set(plain)


def test_a_long_text_is_cut_between_words() -> None:
    for extra in range(12):
        text = f"<p>{'x' * extra}{'<b>&amp;</b> ' * 5_000}</p>"
        found = marked("amp", text)
        assert found == ""
        assert "<" not in marked("x", f"<p>x {'<b>y</b>' * 9_000}</p>")


FILLER = "Salt and bread. " * 190  # more than is looked at first


@pytest.mark.parametrize(
    ("words", "text", "excerpt"),
    [
        ("engineer", f"The engine. {FILLER} Two engineers.", "[engineers]"),
        ("cook", f"{FILLER} A cook.", "A [cook]."),
        ("cook waiter", f"A cook. {FILLER} Cook or waiter.", "[Cook] or [waiter]."),
        (
            "cook",
            f"{FILLER[:1984]}cook soups. {FILLER}",
            "[cook] soups. Salt and bread. ",
        ),
        ("cook", f"Now cook. {FILLER} Cook.", "Now [cook]. Salt and bread. "),
    ],
)
def test_a_long_text_is_looked_at_as_far_as_its_words_are(
    words: str, text: str, excerpt: str
) -> None:
    assert excerpt in marked(words, f"<p>{text}</p>")


def test_an_excerpt_goes_on_after_what_was_looked_at_first() -> None:
    for start in range(1_700, 2_100, 7):
        text = f"<p>{FILLER[:start]} cooks. {FILLER}</p>"
        shown_text = marked("cook", text)
        assert "[cooks]." in shown_text
        assert len(shown_text) > LENGTH - 20


def test_words_to_be_left_out_alone_mark_nothing() -> None:
    assert marked("-cook", "<p>A waiter.</p>") == ""
