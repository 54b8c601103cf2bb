/* Runs before the first paint: light or dark by the stored choice, else by the system. */
(function () {
  "use strict";
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  function stored() {
    try { return localStorage.getItem("rt-theme"); } catch (e) { return null; }
  }
  function apply() {
    document.documentElement.dataset.bsTheme = stored() || (system.matches ? "dark" : "light");
    document.dispatchEvent(new CustomEvent("rt:theme"));
  }
  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", function (event) { if (event.key === "rt-theme") apply(); });
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("[data-theme-toggle]")) return;
    var next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      // The system's own choice is followed, so it needs no memory.
      if (next === (system.matches ? "dark" : "light")) localStorage.removeItem("rt-theme");
      else localStorage.setItem("rt-theme", next);
    } catch (e) { /* private mode: this page only */ }
    document.documentElement.dataset.bsTheme = next;
    document.dispatchEvent(new CustomEvent("rt:theme"));
  });
})();
