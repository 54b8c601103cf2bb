/* A field with data-save saves itself on blur or Enter, never twice for one value. The bar says
   "saving", then "Saved 14:02". Escape puts back what was saved. */
(function () {
  "use strict";
  var rt = window.rt;

  function value(control) { return control.type === "checkbox" ? String(control.checked) : control.value; }
  function saved(control) {
    if (control.dataset.saved === undefined) {
      control.dataset.saved = control.type === "checkbox" ? String(control.defaultChecked)
        : control.tagName === "SELECT" ? (rt.all("option", control).filter(function (o) { return o.defaultSelected; })[0] || control.options[0] || {}).value
        : control.defaultValue;
    }
    return control.dataset.saved;
  }
  function tell(text) { rt.all("[data-save-state]").forEach(function (out) { out.textContent = text; }); }
  function state(control, text) {
    var out = control.closest("[data-field]") && control.closest("[data-field]").querySelector("[data-field-state]");
    if (!out) return;
    out.replaceChildren();
    if (text) out.append(rt.icon("sync"), text);
  }
  function save(control) {
    if (!control.isConnected || value(control) === saved(control)) return;
    control.dataset.saved = value(control);
    control.dispatchEvent(new CustomEvent("rt:save", { bubbles: true }));
  }
  rt.saveNow = function () { rt.all("[data-save]").forEach(save); };

  document.addEventListener("focusin", function (event) {
    if (event.target.matches && event.target.matches("[data-save]")) saved(event.target);
  });
  document.addEventListener("focusout", function (event) {
    if (event.target.matches && event.target.matches("[data-save]")) save(event.target);
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches && event.target.matches("select[data-save], input[type=checkbox][data-save]")) save(event.target);
  });
  document.addEventListener("input", function (event) {
    var control = event.target;
    if (!control.matches || !control.matches("[data-save], .form-control")) return;
    var field = control.closest("[data-field]");
    var fault = field && field.querySelector(".help.bad");
    if (fault) { // it goes while someone types
      fault.remove();
      control.classList.remove("bad");
      control.removeAttribute("aria-invalid");
    }
  });
  document.addEventListener("keydown", function (event) {
    var control = event.target;
    if (!control.matches || !control.matches("[data-save]")) return;
    if (event.key === "Enter" && control.tagName === "INPUT" && control.type !== "checkbox") {
      event.preventDefault();
      save(control);
      next(control);
    }
    if (event.key === "Escape" && value(control) !== saved(control) && control.type !== "checkbox") {
      event.preventDefault();
      control.value = saved(control);
      control.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  /* In a table, Enter saves and goes down. */
  function next(control) {
    var row = control.closest("[data-row]");
    var below = row && row.nextElementSibling;
    var same = below && below.querySelector('[data-save][name="' + CSS.escape(control.name) + '"]');
    if (same) { same.focus(); if (same.select) same.select(); }
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    var control = event.detail.elt;
    if (!control.matches("[data-save]")) return;
    state(control, "saving");
    tell("saving");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var control = rt.source(event);
    if (!control.matches || !control.matches("[data-save]")) return;
    state(control, "");
    // A 422 is swapped in, so htmx calls it successful; here it is not.
    if (event.detail.successful && event.detail.xhr.status < 400) {
      tell("Saved " + rt.clock());
      rt.say("Saved " + rt.clock());
    } else {
      delete control.dataset.saved; // it may be sent again
      tell("Not saved");
      rt.say("Not saved", true);
    }
  });
  /* The answer is this field once more. Is someone in it again already, only its marks change. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var control = rt.source(event);
    if (!control.matches || !control.matches("[data-save]") || !event.detail.shouldSwap) return;
    var refused = event.detail.xhr.status === 422;
    if (event.detail.target && control.isConnected && document.activeElement === control && (!refused || value(control) !== control.dataset.saved)) {
      event.detail.shouldSwap = value(control) === control.dataset.saved && !refused;
    }
    if (refused) window.setTimeout(function () { delete control.dataset.saved; }, 0);
  });
  window.addEventListener("beforeunload", function (event) {
    var open = rt.all("[data-save]").some(function (control) { return value(control) !== saved(control); });
    if (open) event.preventDefault();
  });
})();
