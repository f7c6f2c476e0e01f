"""Whatever a stranger writes, what comes out is allowed, well-formed and final."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import nh3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postings import sanitise as policy
from postings.sanitise import Cleaned, RemovalCode, clean, plain_text, sanitise
from postings.sanitise.tokens import KNOWN_TAGS
from tests.test_sanitise_words import DROPPED, long_texts

Step = Callable[[str], Cleaned]


def judged(text: str) -> str:
    """What another engine leaves of it under the same allow-list.

    nh3 writes a no-break space as a reference, which is the same text.
    """
    attributes = {tag: set(names) for tag, names in policy.ALLOWED_ATTRIBUTES.items()}
    attributes["a"] |= {"rel"}
    return nh3.clean(
        text,
        tags=set(policy.ALLOWED_TAGS),
        attributes=attributes,
        url_schemes=set(policy.ALLOWED_PROTOCOLS),
        link_rel=None,
    ).replace("&nbsp;", "\xa0")


ATTACKS = [
    "<script>alert(1)</script>",
    "<script>alert(1)",
    "<ScRiPt src=//evil.example/x>",
    "<style>@import 'x'</style>",
    "<style>unclosed",
    "<!-- unclosed <img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=`javascript:alert(1)`>",
    "<p onclick=alert(1)>a",
    "<p/onclick=alert(1)>a",
    "<a href=javascript:alert(1)>a</a>",
    '<a href="java&#10;script:alert(1)">a</a>',
    '<a href="java\tscript:alert(1)">a</a>',
    '<a href=" &#14; javascript:alert(1)">a</a>',
    '<a href="\u200bjavascript:alert(1)">a</a>',
    '<a href="javascript&colon;alert(1)">a</a>',
    '<a href="JaVaScRiPt:alert(1)">a</a>',
    '<a href="vbscript:x">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<a href="//evil.example">a</a>',
    '<a href="/apply">a</a>',
    '<a href="https://[">a</a>',
    '<a href="https://a.example" onmouseover="alert(1)" style="x" target=_top>a</a>',
    "<a href='https://a.example/\"onclick=\"alert(1)'>a</a>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><p><style><a title='</style><img src=x onerror=alert(1)>'>",
    "<svg/onload=alert(1)>",
    (
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;"
        "&lt;img src=1 onerror=alert(1)&gt;'>"
    ),
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=x>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x><embed src=x></object>",
    "<template><script>alert(1)</script></template>",
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xss onclick=alert(1)>a</xss>",
    "<<script>alert(1)//<</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "[a](javascript:alert(1)) **b**",
    '[a](https://a.example/"onclick=x) **b**',
    'https://a.example/"onclick=alert(1)',
    '<p lang="de onclick=x">a',
    "<a href=https://a.example><a href=javascript:alert(1)>a</a></a>",
    "<p title='<img src=x onerror=alert(1)>",
]
TAG = re.compile(r"<(/?)([^\s/>]+)([^>]*)>")


def assert_harmless(out: str) -> None:
    assert judged(out) == out
    for _, name, attributes in TAG.findall(out):
        assert name in policy.ALLOWED_TAGS
        for attribute, value in re.findall(r'([^\s=]+)="([^"]*)"', attributes):
            assert attribute in {*policy.ALLOWED_ATTRIBUTES.get(name, ()), "rel"}
            if attribute == "href":
                assert re.match(r"(?:https?|mailto|tel):", value)
    opened: list[str] = []
    for closing, name, _ in TAG.findall(out):
        if name in {"br", "hr"}:
            continue
        if closing:
            assert opened.pop() == name
        else:
            opened.append(name)
    assert not opened


@pytest.mark.parametrize("step", [clean, sanitise])
@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_leave_nothing_behind(attack: str, step: Step) -> None:
    out = step(attack).html
    assert_harmless(out)
    assert step(out).html == out
    around = step(f"<p>before</p>{attack}").html
    assert "before" in around
    assert_harmless(around)


def test_what_was_dropped_is_listed_in_a_fixed_order() -> None:
    text = (
        "<p onclick=x onclick=y>a<script>b</script><style>c</style>"
        '<img src=x><a href="javascript:d">e</a><a href="/f">g</a></p>'
    )
    found = [(each.code, each.detail, each.count) for each in clean(text).removed]
    assert found == [
        (RemovalCode.ATTRIBUTE, "onclick", 2),
        (RemovalCode.ELEMENT, "script", 1),
        (RemovalCode.ELEMENT, "style", 1),
        (RemovalCode.LINK, "javascript", 1),
        (RemovalCode.LINK, "relative", 1),
        (RemovalCode.TAG, "img", 1),
    ]
    assert clean(text).html == "<p>aeg</p>"


def test_a_form_keeps_its_text_and_loses_its_controls() -> None:
    out = clean(
        "<form>Ask us<input value=x><select><option>One</select>"
        "<textarea>two</textarea><button>Send</button></form>"
    )
    assert out.html == "<p>Ask us</p>\n<p>One</p>\n<p>two</p>\n<p>Send</p>"
    assert {each.detail for each in out.removed} == {
        "button",
        "form",
        "input",
        "select",
        "textarea",
    }


@pytest.mark.parametrize("step", [clean, sanitise])
@pytest.mark.parametrize("name", DROPPED)
def test_these_elements_go_with_all_they_hold_and_are_reported(
    name: str, step: Step
) -> None:
    out = step(f"<p>before<{name.upper()} a=b>gone <b>too</b></{name} >after</p>")
    assert out.html == "<p>beforeafter</p>"
    found = [(each.code, each.detail, each.count) for each in out.removed]
    assert found == [(RemovalCode.ELEMENT, name, 1)]


@pytest.mark.parametrize(
    "name", sorted(KNOWN_TAGS - {*DROPPED, *["br", "hr", "img", "plaintext"]})
)
def test_of_every_other_element_the_words_stay(name: str) -> None:
    assert plain_text(clean(f"<{name}>word</{name}>").html) == "word"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("We </3 bugs. x > y", "We &lt;/3 bugs. x &gt; y"),
        ("a <! b> c <? d>", "a &lt;! b&gt; c &lt;? d&gt;"),
        ("<!DOCTYPE html><?xml version='1.0'?>a</>", "a"),
        ("Map<String, List<x>>", "Map&lt;String, List&lt;x&gt;&gt;"),
        ("a &#00000000065; &#0; &#x41; &#" + "1" * 5000 + ";", "a A \ufffd A \ufffd"),
        ("a&#" + "0" * 5000 + "65;", "aA"),
    ],
)
def test_what_is_no_tag_is_text(received: str, expected: str) -> None:
    assert clean(received).html == f"<p>{expected}</p>"


def test_threads_clean_side_by_side() -> None:
    expected = clean("<p>a<b>b</b></p>").html
    seen: list[str] = []

    def work() -> None:
        seen.extend(clean("<p>a<b>b</b></p>").html for _ in range(100))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [expected] * 400


PIECES = [
    *[
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<ul>",
        "</ul>",
        "<li>",
        "</li>",
        "<ol>",
        "<div>",
        "</div>",
        "<h1>",
        "</h1>",
        "<h3>",
        "</h3>",
        "<table>",
        "</table>",
        "<tr>",
        "<td>",
        "<th>",
        "<caption>",
        "<dl>",
        "<dt>",
        "<dd>",
        "<pre>",
        "</pre>",
        "<code>",
        "</code>",
        "</a>",
        "<script>",
        "</script>",
        "<svg>",
        "</svg>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<hr>",
        "<blockquote>",
        "</blockquote>",
        "<i>",
        "</i>",
        "<select>",
        "<button>",
        "<String>",
        "<x-y>",
    ],
    *["\n", "\n\n", " ", "- ", "• ", "* ", "1. ", "2. ", "# ", "**", "<", ">", "&"],
    *['"', "'", "word", "Foo", "bar.", "é", "日本", "\u200b", "\u200c", "\xa0", ":"],
    *["http://x.yz/a", "a@b.com", '<a href="http://a.bc/d">', "&amp;", "&lt;p&gt;"],
    *["&amp;lt;", "&nbsp;", "[t](http://q.rs)", "---", "<p lang=de>", "&lt;br&gt;"],
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(
    max_size=60
)
quick = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


@quick
@given(texts)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    once = clean(text).html
    assert clean(once).html == once
    assert sanitise(once).html == once
    typed = sanitise(text).html
    assert sanitise(typed).html == typed


@quick
@given(texts)
def test_only_what_is_allowed_comes_out(text: str) -> None:
    assert_harmless(clean(text).html)
    assert_harmless(sanitise(text).html)


def test_the_corpus_is_clean_once_and_for_all(corpus_dir: Path) -> None:
    for text in long_texts(corpus_dir):
        once = clean(text).html
        assert clean(once).html == once
        assert sanitise(once).html == once
        assert judged(once) == once
        typed = sanitise(text).html
        assert sanitise(typed).html == typed
        assert judged(typed) == typed
