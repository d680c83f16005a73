"""Texts arrive as they were written: on the page, and in the real Anki."""

from __future__ import annotations

import html
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from atlas_decks.cards import mathematics
from atlas_decks.cards.markup import attribute, on_page, plain, rich
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
        ("At $5 or $`x_{1} < y`$.", r"At $5 or \(x_&#123;1&#125; &lt; y\)."),
        (r"$`\href{x}{y}`$", r"$<code>\href&#123;x&#125;&#123;y&#125;</code>$"),
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


# one formula a command, with what it needs; MathJax and the pages' MathML must both know each
FORMULAS = [
    *(rf"a \{name} b" for name in sorted(mathematics._COMMANDS - {"frac", "dfrac", "binom", "left", "right"})),
    *(rf"a \{sign} b" for sign in sorted(mathematics._SIGNS - set("{}"))),
    r"\frac{1}{1-\rho}",
    r"\dfrac{1}{2}",
    r"\binom{n}{2}",
    r"\left( \frac{a}{b} \right)",
    r"\{1, 2\} < \text{at most } 5",
]


@pytest.mark.parametrize(
    ("tex", "fault"),
    [
        (r"\href{javascript:x}{y}", "href"),
        (r"\style{color:red}{x}", "style"),
        (r"\def\x{1}", "def"),
        (r"\) <img> \(", r"\)"),
        ("x & y", "bare `&`"),
        ("{" * 9 + "}" * 9, "braces"),
        (r"\frac{1", "braces"),
        ("}{", "braces"),
        (r"\frac", "is no TeX"),
        ("x" * 201, "201 characters"),
        ("x\\", "holds"),
        (r"\text{<script>alert(2)</script>}", "script"),
        (r"\text{<img/src=x/onerror=alert(1)>}", "is no TeX"),
        (r"\text{<mi onclick=x>a</mi>}", "is no TeX"),
        (r"\text{<!-- a -->}", "is no TeX"),
        (r"\text{a <mi>b</mi>}", "text beside elements"),
    ],
)
def test_a_formula_that_is_not_drawn_alike_everywhere_is_refused(tex: str, fault: str) -> None:
    assert fault in str(mathematics.fault(tex))
    assert r"\(" not in rich(f"$`{tex}`$")


@pytest.mark.browser
def test_ankis_mathjax_and_the_pages_draw_every_formula(browser: Any) -> None:
    assert [tex for tex in FORMULAS if mathematics.fault(tex)] == []
    spec = importlib.util.find_spec("_aqt")
    (folder,) = spec.submodule_search_locations if spec and spec.submodule_search_locations else ()
    mathjax = Path(folder) / "data/web/js/vendor/mathjax/tex-chtml-full.js"
    page = browser.new_page()
    wrong = [r"\(\nosuchcommand\)", r"\(\frac\)"]  # what a fault looks like
    page.set_content("".join(f"<p>{text}</p>" for text in [*(rich(f"$`{tex}`$") for tex in FORMULAS), *wrong]))
    page.add_script_tag(path=str(mathjax))
    page.evaluate("() => MathJax.startup.promise")
    assert page.locator("p > mjx-container").count() == len(FORMULAS) + len(wrong)
    faulty = "all => all.map(p => !!p.querySelector('mjx-merror, [style*=red]'))"
    assert page.eval_on_selector_all("p", faulty) == [False] * len(FORMULAS) + [True] * len(wrong)
    page.set_content("".join(f"<p>{on_page(f'$`{tex}`$')}</p>" for tex in FORMULAS))
    assert page.locator("p > math").count() == len(FORMULAS)
    assert "\\" not in page.inner_text("body")
    page.close()


@pytest.mark.browser
def test_what_is_text_in_a_formula_stays_text_for_a_browser(browser: Any) -> None:
    """To an HTML parser CDATA is a comment that ends at the first >, and <mi> within <mtext> an element of HTML."""
    tex = r"\text{<mi><![CDATA[><img/src=x/onerror=alert(1)>]]></mi>}"
    page = browser.new_page()
    page.set_content(f"<p>{on_page(f'$`{tex}`$')}</p>")
    assert page.locator("img").count() == 0
    by_template = r"\(\text{&lt;script&gt;x&lt;/script&gt;}\)"
    assert mathematics.readable(by_template) == by_template
    page.close()
