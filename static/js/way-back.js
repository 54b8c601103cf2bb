/* A crumb that leads to the catalog leads to it as it was left: filters, order, page. */
(function () {
  "use strict";
  var kept = "";
  try { kept = sessionStorage.getItem("rt-catalog") || ""; } catch (e) { /* then without filters */ }
  if (!kept) return;
  document.querySelectorAll("header.bar a.crumb, header.bar a.crumb-b").forEach(function (link) {
    if (link.getAttribute("href") === "/listings/") link.setAttribute("href", "/listings/" + kept);
  });
})();
