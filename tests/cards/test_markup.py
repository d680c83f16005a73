"""Texts arrive as they were written: on the page, and in the real Anki."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards.markup import attribute, plain, rich
from atlas_decks.learner import real_anki
from atlas_decks.project import Project
from conftest import NOW
from support.builds import build
from support.cardpages import card_pages


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Call `fsync` before the answer.", "Call <code>fsync</code> before the answer."),
        ("Only *after* the commit.", "Only <em>after</em> the commit."),
        ("(*after*, not *before*.)", "(<em>after</em>, not <em>before</em>.)"),
        ("2*3*4, *.log and a * b, *.tmp,*.bak", "2*3*4, *.log and a * b, *.tmp,*.bak"),
        ("`a *b* c` and `<b>`", "<code>a *b* c</code> and <code>&lt;b&gt;</code>"),
        ("one\ntwo\n  three", "one<br>two<br>&nbsp;&nbsp;three"),
        ("`get key\n    set key 0`", "<code>get key\n    set key 0</code>"),
        ("5 < 6 & \"7\" > '3'", "5 &lt; 6 &amp; &quot;7&quot; &gt; &#x27;3&#x27;"),
        ("[$]x[/$] [latex] [anki:tts] [sound:x.mp3]", "&#91;$]x&#91;/$] &#91;latex] &#91;anki:tts] &#91;sound:x.mp3]"),
        ("{{Front}} {{c1::x}}", "&#123;&#123;Front&#125;&#125; &#123;&#123;c1::x&#125;&#125;"),
        (r"sed 's/\(a\)/b/', \[x\]", r"sed &#x27;s/\<i></i>(a\<i></i>)/b/&#x27;, \<i></i>&#91;x\<i></i>]"),
        ("a ` alone", "a ` alone"),
    ],
)
def test_texts_as_html(text: str, shown: str) -> None:
    assert rich(text) == shown


def test_names_have_no_markup_and_attributes_no_elements() -> None:
    assert plain("*a* `b`") == "*a* `b`"
    assert attribute('say "x" \\(y\\) [z]') == "say &quot;x&quot; &#92;(y&#92;) &#91;z]"


AS_WRITTEN = [
    "The cost is [$]E=mc^2[/$] a call; [$$]y[/$$]; [latex]x[/latex].",
    r"Try sed 's/\(a\)/b/' or grep '\[error\]' or [anki:tts lang=en_US]hello[/anki:tts].",
    "See [sound:x.mp3], [anki:play:q:0], {{c1::this}} and {{ .Name }}, {{Answer}}.",
    "A Map<String, List<String>> holds them, where a<b && c>d; press <ESC>.",
]


@pytest.mark.anki
@pytest.mark.parametrize("text", AS_WRITTEN)
def test_what_anki_would_interpret_arrives_as_written(text: str, starter: Project, tmp_path: Path) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    file = starter.curriculum / "1-basics/examples/caching.yaml"
    old = "Longer keys are hashed by the client, or refused."
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, quoted), "utf-8")
    package = build(starter, NOW).whole
    (back,) = [
        page.html
        for page in card_pages(package, tmp_path)
        if page.key.endswith("/metric/key-length") and page.side == "back"
    ]
    body = re.sub(r"<style>.*?</style>", "", back, flags=re.DOTALL)
    assert text in html.unescape(re.sub(r"<[^>]+>", "", body))
    assert "<img" not in body.partition("<details>")[0]
    assert real_anki.verify([package]).problems == []


TEX = r"sed 's/\(a\)/b/', \[x\], `\(y\)`, \\( \\\)"


@pytest.mark.browser
def test_no_text_of_the_page_holds_what_mathjax_looks_for(browser: Any) -> None:
    """MathJax looks for its delimiters within one text node, entities resolved."""
    page = browser.new_page()
    page.set_content(f"<p>{rich(TEX)}</p>")
    nodes = page.evaluate(
        "() => { const out = [], w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
        " while (w.nextNode()) out.push(w.currentNode.data); return out; }"
    )
    assert [node for node in nodes if re.search(r"\\[()\[\]]", node)] == []
    assert page.inner_text("p") == TEX.replace("`", "")
    page.close()
