"use strict";
const root = document.documentElement;
const flips = [...document.querySelectorAll(".flip")];
const sides = flip => [...flip.querySelector(".face").shadowRoot.querySelectorAll(".card")];

function paint() {  // Anki puts these two classes on the body; in the site each card has its own
  const night = root.classList.contains("night");
  document.getElementById("night").setAttribute("aria-pressed", String(night));
  for (const flip of flips) for (const side of sides(flip)) {
    side.classList.toggle("nightMode", night);
    side.classList.toggle("night_mode", night);
  }
}
function toggleNight() {
  const night = root.classList.toggle("night");
  try { localStorage.setItem("night", night ? "1" : "0"); } catch { /* a page from a disk may not remember */ }
  paint();
}
function turn(flip, to) {
  const [front, back] = sides(flip);
  const show = to === undefined ? back.hidden : to;
  front.hidden = show;
  back.hidden = !show;
  flip.classList.toggle("turned", show);
  flip.querySelector(".turn").textContent = show ? root.dataset.question : root.dataset.answer;
}
function turnAll() {
  const show = flips.some(flip => !flip.classList.contains("turned"));
  flips.forEach(flip => turn(flip, show));
}
function step(by) {
  if (!flips.length) return;
  const here = flips.indexOf(document.activeElement?.closest(".flip"));
  const next = flips[Math.min(flips.length - 1, Math.max(0, here < 0 ? 0 : here + by))];
  next.focus({preventScroll: true});
  next.scrollIntoView({block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"});
}

document.getElementById("night").addEventListener("click", toggleNight);
document.getElementById("all")?.addEventListener("click", turnAll);
document.getElementById("phone")?.addEventListener("click", event => {
  const narrow = document.querySelector(".cards").classList.toggle("narrow");
  event.target.setAttribute("aria-pressed", String(narrow));
});
for (const flip of flips) flip.querySelector(".turn").addEventListener("click", () => turn(flip));
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const flip = event.target.closest(".flip");
  if (event.key === "/") document.querySelector("input[type=search]").focus();
  else if (event.key === "n") toggleNight();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "a") turnAll();
  else if ((event.key === " " || event.key === "Enter") && flip === event.target) turn(flip);
  else return;
  event.preventDefault();
});
paint();
