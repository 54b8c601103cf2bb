// What was typed or scanned goes along with the request; the field is free for the next at once.
"use strict";
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.path.endsWith("/orders/new/lines/")) return;
  const field = document.getElementById("part-q");
  field.value = "";
  field.focus();
});
// Not before: the button that asked stands among what was found, and tells the form to count.
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.detail.pathInfo?.requestPath.endsWith("/orders/new/lines/")) return;
  document.getElementById("new-parts").replaceChildren();
});
