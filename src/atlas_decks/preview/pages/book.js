"use strict";
// Copies a search for Anki. The code is marked as a whole by a click, so that it can be copied without this, too.
for (const button of document.querySelectorAll(".copy")) {
  const code = button.parentElement.querySelector("code"), name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(code);
    try { await navigator.clipboard.writeText(code.textContent); } catch { if (!document.execCommand("copy")) return; }
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = name; }, 1500);
  });
}
