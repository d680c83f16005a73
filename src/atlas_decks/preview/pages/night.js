// Before anything is drawn, so that a dark page does not flash white.
const wanted = (() => { try { return localStorage.getItem("night"); } catch { return null; } })();
document.documentElement.classList.toggle("night", wanted === null ? matchMedia("(prefers-color-scheme: dark)").matches : wanted === "1");
