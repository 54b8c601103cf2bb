/* The verification queue: the row under the cursor is the one that Reject means, from the very moment
   that it is reached; what the rail shows of it may still be on its way. After a decision the keys are
   for the next row, not for a field of the same name in which someone typed before. */
(function () {
  "use strict";
  document.addEventListener("focusin", function (event) {
    var row = event.target.closest && event.target.closest("#queue-rows [data-row]");
    var meant = document.getElementById("queue-row");
    var box = row && row.querySelector("input[name=ids]");
    if (meant && box) meant.value = box.value;
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    var config = event.detail.requestConfig;
    if (!config || !config.target || config.target.id !== "queue") return;
    var now = document.getElementById("queue");
    if (now) (now.querySelector("[aria-invalid=true]") || now).focus({ preventScroll: true });
  });
})();
