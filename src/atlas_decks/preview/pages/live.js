"use strict";
// Only in pages that `atlas-decks preview --watch` serves: reload after an edit, or show what is wrong with it.
(() => {
  const turned = () => [...document.querySelectorAll(".flip.turned")].map(flip => flip.id);
  for (const id of JSON.parse(sessionStorage.getItem("turned") ?? "[]")) document.getElementById(id)?.querySelector(".turn").click();
  sessionStorage.removeItem("turned");

  const version = document.currentScript.dataset.version;
  new EventSource("/events").onmessage = ({data}) => {
    const state = JSON.parse(data);
    if (state.version !== version) {
      sessionStorage.setItem("turned", JSON.stringify(turned()));  // the author goes on looking at the same sides
      location.reload();
      return;
    }
    document.querySelector(".problems")?.remove();
    if (!state.problems) return;
    const box = document.createElement("div");
    box.className = "problems";
    box.setAttribute("role", "alert");
    box.tabIndex = 0;  // it may scroll
    box.textContent = state.problems;
    document.body.prepend(box);
  };
})();
