"use strict";
// The index, BOOK in book-index.js, comes with the first question: [id, title, where, shows, [[anchor, text], ..]] a diagram.
(() => {
  const form = document.getElementById("ask"), field = form.elements.namedItem("q");
  const list = document.getElementById("found"), more = document.getElementById("more"), count = document.getElementById("count");
  const STEP = 30, AROUND = 90;  // hits shown at once; characters shown on each side of a word
  let loading, low, hits = [], words = [];

  const load = () => loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = "book-index.js";
    script.onload = () => {
      low = BOOK.map(([id, title, where, shows, texts]) => [`${title} ${id}`, where, shows, ...texts.map(t => t[1])].map(t => t.toLowerCase()));
      done();
    };
    script.onerror = failed;
    document.head.append(script);
  });
  const has = (text, word) => text.includes(word);

  async function search() {
    words = [...new Set(field.value.toLowerCase().split(/\s+/).filter(Boolean))];
    try { history.replaceState(null, "", words.length ? `?q=${encodeURIComponent(field.value)}` : location.pathname.split("/").pop()); } catch { /* from a disk */ }
    if (words.length) await load();
    hits = [];
    if (words.length) low.forEach((texts, i) => {
      if (!words.every(word => texts.some(text => has(text, word)))) return;
      const weight = part => words.filter(word => has(texts[part], word)).length;
      hits.push([weight(0) * 4 + weight(1) * 2 + weight(2), i]);
    });
    hits.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    count.textContent = words.length ? count.dataset.found.replace("{n}", hits.length.toLocaleString(document.documentElement.lang)).replace("{total}", BOOK.length.toLocaleString(document.documentElement.lang)) : "";
    list.replaceChildren();
    show();
  }
  function marked(element, text) {  // the words of the question stand in <mark>
    const lower = text.toLowerCase(), found = [];
    if (lower.length === text.length) for (const word of words) for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) found.push([at, at + word.length]);
    found.sort((a, b) => a[0] - b[0]);
    let done = 0;
    for (const [from, to] of found) {
      if (from < done) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to);
      element.append(text.slice(done, from), mark);
      done = to;
    }
    element.append(text.slice(done));
    return element;
  }
  function part(text) {  // what stands around the first word that is found
    const first = Math.min(...words.map(word => text.toLowerCase().indexOf(word)).filter(at => at >= 0));
    if (!Number.isFinite(first)) return text.slice(0, 2 * AROUND);
    const from = first > AROUND ? text.lastIndexOf(" ", first - AROUND) + 1 || first - AROUND : 0, to = first + 1.5 * AROUND;
    const end = to < text.length ? text.indexOf(" ", to) : -1;
    return (from ? "… " : "") + (end < 0 ? text.slice(from) : `${text.slice(from, end)} …`);
  }
  const make = (tag, look, text) => { const e = document.createElement(tag); e.className = look; return marked(e, text); };
  function show() {
    const from = list.childElementCount;
    for (const [, i] of hits.slice(from, from + STEP)) {
      const [id, title, where, shows, texts] = BOOK[i];
      const best = texts.map((t, at) => [words.filter(word => has(low[i][at + 3], word)).length, at]).sort((a, b) => b[0] - a[0] || a[1] - b[1])[0];
      const inShows = words.filter(word => has(low[i][2], word)).length;
      const item = document.createElement("li"), link = make("a", "name", title);
      link.href = `read-${id}.html`;
      item.append(link, make("span", "about", where));
      if (best && best[0] > inShows) {
        const place = make("a", "place", part(texts[best[1]][1]));
        place.href = `read-${id}.html#${texts[best[1]][0]}`;
        item.append(place);
      } else item.append(make("p", "place", shows));
      list.append(item);
    }
    more.hidden = list.childElementCount >= hits.length;
  }
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  form.addEventListener("submit", event => { event.preventDefault(); search(); });
  field.addEventListener("focus", load, {once: true});
  field.addEventListener("input", search);
  more.addEventListener("click", show);
  if (field.value) search(); else field.focus();
})();
