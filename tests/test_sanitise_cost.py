"""Depth and length are bounded, and no shape of text is dear."""

import gc
import time
from collections.abc import Callable

import pytest

from postings.sanitise import MAX_LENGTH, Cleaned, RemovalCode, clean, sanitise

Step = Callable[[str], Cleaned]


def test_nesting_past_32_is_flattened_and_keeps_its_text() -> None:
    out = clean("<ul><li>x" * 40)
    assert out.html.count("x") == 40
    assert out.html.count("<ul>") == 16
    assert [each.code for each in out.removed if each.detail == "ul"] == ["nesting"]


@pytest.mark.parametrize("step", [clean, sanitise])
def test_a_text_past_the_limit_is_cut_at_a_word_and_reported(step: Step) -> None:
    out = step("<p>" + "word " * 80_000 + "</p>")
    assert len(out.html) <= MAX_LENGTH
    assert out.html.rstrip().endswith(("word</p>", "word </p>"))
    assert [each.code for each in out.removed] == [RemovalCode.LENGTH]
    assert step(out.html).html == out.html


def filled(piece: str) -> str:
    return (piece * (MAX_LENGTH // len(piece) + 1))[:MAX_LENGTH]


SHAPES = {
    "nested lists": filled("<ul><li>x"),
    "nested tables": filled("<table><tr><td>x"),
    "cells": "<table>" + filled("<td>x")[:-7],
    "formatting": filled("<b><i><code><sub>x"),
    "formatting over breaks": "<b><i><sub>" + filled("x<br>")[:-11],
    "formatting in paragraphs": filled("<p><b><i>x"),
    "paragraphs": filled("<p>x"),
    "items": filled("<li>x"),
    "quotes": filled("<blockquote>"),
    "<": "<" * MAX_LENGTH,
    "&": "&" * MAX_LENGTH,
    "[": "[" * MAX_LENGTH,
    "*": "*" * MAX_LENGTH,
    "spaces": " " * MAX_LENGTH,
    "escaped": filled("&lt;p&gt;x"),
    "Markdown links": filled("[a](http://x"),
    "Markdown fences": filled("```\n"),
    "Markdown tables": "| a |\n|---|\n" + filled("| b |\n"),
    "Markdown rules": filled("|---|\n"),
    "wrapped lines": filled("a" * 70 + "\n"),
    "www": filled("www."),
    "Markdown bold": filled("**a"),
    "Markdown bold over lines": filled("**a\n"),
    "escaped styles": "<p>" + filled("&lt;span style=")[:-3],
    "escaped spaces": filled("&amp;amp;amp;nbsp;"),
    "unclosed quotes": filled('<a b="'),
    "unclosed comments": filled("<!--"),
    "declarations": filled("<!"),
    "svg": filled("<svg><svg></svg>"),
    "addresses": filled(",http://a.bc/"),
    "address and dots": "http://a.bc" + "." * 200_000,
    "mail": filled("a@b.cc "),
    "half mail": filled("a@b."),
    "bullets": filled("- x\n"),
    "attributes": "<a " + filled("a   =")[:-4] + ">",
    "tags without end": filled("<p a"),
    "unknown tags without end": filled("<q1 a")[:-1] + ">",
    "names without end": filled("<q")[:-1] + ">",
    "script tags without end": "<script>" + filled("<script ")[:-8],
    "glyphs": filled("•"),
    "glyphs in tags": filled("<b>• </b>"),
    "bold items": filled("- <b>x</b>\n"),
    "items in items": filled("<ul><li>x<ul><li>y</ul></ul>"),
    "lists alone": filled("<ul><ul><li>x</ul><li><ol><li>y</ul>"),
    "zero-width spaces": filled("\u200bA\u200ba"),
    "glyphs in a line": "x: " + filled("• a ")[:-3],
    "glyphs in a line in tags": "x: " + filled("<b>• <i>a </i></b>")[:-3],
    "glyphs in lines": "<p>" + filled("\n• x")[:-3],
    "glyphs and blank lines": "<p>" + filled("\n•\n\n")[:-3],
    "bold words": filled("<b>x</b>,"),
    ">": ">" * MAX_LENGTH,
    "breaks in items": "a<" + filled("<br><li>")[:-2],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_text_costs_more_than_its_length(shape: str) -> None:
    def spent(text: str) -> float:
        gc.disable()  # what a whole suite has left to collect is not the text's
        try:
            began = time.process_time()
            assert len(clean(text).html) <= MAX_LENGTH
            return time.process_time() - began
        finally:
            gc.enable()

    # Four times the length is four times the work, sixteen where it is quadratic; what
    # else the machine does can double a measurement, but not each of five. The seconds
    # of the full length are for make bench.
    bound = 10 * max(spent(SHAPES[shape][: MAX_LENGTH // 16]), 0.02)
    longer = SHAPES[shape][: MAX_LENGTH // 4]
    assert any(spent(longer) < bound for _ in range(5))


@pytest.mark.parametrize(
    "shape", ["nested lists", "bullets", "&", "mail", "cells", "formatting"]
)
def test_a_text_that_was_cut_stays_as_it_is(shape: str) -> None:
    text = SHAPES[shape][: MAX_LENGTH // 8]
    once = clean(text).html
    assert clean(once).html == once
