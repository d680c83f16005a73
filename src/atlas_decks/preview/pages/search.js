"use strict";
// ATLAS.diagrams: [id, title, tier, category, company, day]; ATLAS.cards: [diagram, kind, anchor, prompt, answer, name of the card]
const form = document.getElementById("filters");
const list = document.getElementById("found");
const more = document.getElementById("more");
const LANGUAGE = document.documentElement.lang;
const said = name => document.getElementById("count").dataset[name];
const STEP = 60;
const text = ATLAS.cards.map(c => `${c[3]} ${c[4]} ${ATLAS.diagrams[c[0]][1]} ${ATLAS.diagrams[c[0]][0]}`.toLowerCase());
let hits = [];

function search() {
  const want = Object.fromEntries(new FormData(form));
  const words = want.q.toLowerCase().split(/\s+/).filter(Boolean);
  hits = [];
  ATLAS.cards.forEach((card, i) => {
    const [, , tier, category, company, day] = ATLAS.diagrams[card[0]];
    if ((want.tier && want.tier !== tier) || (want.category && want.category !== category)
      || (want.company && want.company !== company) || (want.day && want.day !== day) || (want.kind && want.kind !== card[1])) return;
    if (words.every(word => text[i].includes(word))) hits.push(i);
  });
  document.getElementById("count").textContent = said("found").replace("{n}", hits.length.toLocaleString(LANGUAGE)).replace("{total}", ATLAS.cards.length.toLocaleString(LANGUAGE));
  list.replaceChildren();
  show();
  const query = new URLSearchParams(Object.entries(want).filter(([, value]) => value)).toString();
  try { history.replaceState(null, "", query ? `?${query}` : location.pathname.split("/").pop()); } catch { /* from a disk */ }
}
function show() {
  const from = list.childElementCount;
  for (const i of hits.slice(from, from + STEP)) {
    const [diagram, kind, anchor, prompt, , name] = ATLAS.cards[i];
    const [id, title] = ATLAS.diagrams[diagram];
    const item = document.createElement("li");
    const chip = document.createElement("span");
    chip.className = `kind kind-${kind}`;
    chip.textContent = name;
    const link = document.createElement("a");
    link.href = `diagram-${id}.html#${anchor}`;
    link.textContent = kind === "redraw" ? `${said("redraw")}: ${prompt}` : prompt;
    const about = document.createElement("span");
    about.className = "about";
    about.textContent = title;
    item.append(chip, link, about);
    list.append(item);
  }
  more.hidden = list.childElementCount >= hits.length;
}
for (const [name, value] of new URLSearchParams(location.search)) {
  const field = form.elements.namedItem(name);
  if (field) field.value = value;
}
form.addEventListener("input", search);
more.addEventListener("click", show);
search();
