/* The conflict dialog: it opens itself where the answer put it; 1 and 2 choose for the row in focus. */
(function () {
  "use strict";

  function choose(button) {
    var dialog = button.closest("dialog");
    var name = button.dataset.field;
    dialog.querySelectorAll('[data-field="' + CSS.escape(name) + '"]').forEach(function (one) {
      var on = one === button;
      one.classList.toggle("on", on);
      one.setAttribute("aria-pressed", on ? "true" : "false");
    });
    dialog.querySelectorAll('[data-picked="' + CSS.escape(name) + '"]').forEach(function (hidden) {
      hidden.value = button.dataset.pick;
    });
  }

  function open() {
    document.querySelectorAll("dialog[data-conflict]:not([open])").forEach(function (dialog) {
      if (dialog.dataset.shown) return;
      dialog.dataset.shown = "1";
      dialog.showModal();
      var first = dialog.querySelector("[data-pick=theirs]");
      if (first) first.focus();
    });
  }

  document.addEventListener("htmx:afterSettle", open);
  /* What others saved meanwhile is shown at once, but never over what someone types here. Such a field
     keeps the page at its old version, so that saving it shows the three sides. */
  var typed = false;
  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    var target = event.detail.target;
    if (!target || !target.id) return;
    if (target.id.indexOf("w-f-") === 0) {
      var control = target.querySelector("input, textarea, select");
      var here = target.contains(document.activeElement);
      if (control && here && control.value !== (control.dataset.saved || control.defaultValue)) {
        typed = true;
        event.detail.shouldSwap = false;
      }
    }
    if (target.id === "listing-version") {
      if (typed) event.detail.shouldSwap = false;
      typed = false;
    }
  });
  /* A save whose answer is not swapped in, because someone types there again, made a version too. */
  document.addEventListener("listingSaved", function (event) {
    var version = document.getElementById("listing-version");
    if (version && event.detail && event.detail.version) version.value = event.detail.version;
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("dialog[data-conflict] [data-pick]");
    if (button) choose(button);
  });
  document.addEventListener("keydown", function (event) {
    var dialog = document.querySelector("dialog[data-conflict][open]");
    if (!dialog || (event.key !== "1" && event.key !== "2")) return;
    var focused = document.activeElement && document.activeElement.closest("[data-pick]");
    var name = focused ? focused.dataset.field : (dialog.querySelector("[data-pick]") || { dataset: {} }).dataset.field;
    var side = event.key === "1" ? "theirs" : "yours";
    var button = Array.from(dialog.querySelectorAll('[data-pick="' + side + '"]')).filter(function (one) {
      return one.dataset.field === name;
    })[0];
    if (!button) return;
    event.preventDefault();
    choose(button);
    button.focus();
  });
})();
