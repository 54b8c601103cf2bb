/* The marketplace's consent in a window of its own; where none opens, the page itself goes there. */
(function () {
  "use strict";
  var told = "BroadcastChannel" in window ? new BroadcastChannel("rt-sign-in") : null;
  var waits = false;

  // The last page of that window: it tells who waits, and goes.
  if (document.querySelector("[data-signed-in]")) {
    if (told) told.postMessage("done");
    window.close();
    return;
  }
  if (!told) return;
  told.onmessage = function () {
    // The message of how it went is in the session: the next page shows it.
    if (waits) window.location.reload();
  };
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-popup]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var opened = window.open(link.href + "?popup=1", "rt-sign-in", "popup,width=640,height=780");
    if (!opened) return;
    event.preventDefault();
    waits = true;
    opened.focus();
  });
})();
