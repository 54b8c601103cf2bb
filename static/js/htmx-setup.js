/* htmx: faults into the nearest [data-error] slot, focus kept, typed text never overwritten, offline
   strip, a thin bar for what takes longer than 300 ms. */
(function () {
  "use strict";
  var rt = window.rt;

  /* Faults --------------------------------------------------------------------------------- */
  function slot(from) {
    for (var node = from; node && node !== document; node = node.parentElement) {
      if (node.matches && node.matches("[data-error]")) return node;
      var inside = node.querySelector && node.querySelector("[data-error]");
      if (inside) return inside;
    }
    return document.getElementById("page-error");
  }
  rt.errorSlot = slot;
  /* The element that asked; `detail.elt` of a swap is the target. */
  rt.source = function (event) {
    var config = event.detail.requestConfig;
    return (config && config.elt) || event.detail.elt;
  };

  function card(title, text, retry) {
    var grow = rt.el("div", { class: "grow" }, [rt.el("b", { class: "b" }, [title]), " " + text]);
    var note = rt.el("div", { class: "note bad" }, [rt.icon("warn"), grow]);
    if (retry) {
      var button = rt.el("button", { class: "btn btn-s", type: "button" }, ["Try again"]);
      button.addEventListener("click", function () { note.remove(); retry(); });
      note.append(button);
    }
    return rt.el("div", { class: "slot-in" }, [note]);
  }
  rt.fault = function (from, title, text, retry) {
    var area = slot(from);
    if (area) area.replaceChildren(card(title, text, retry));
    rt.say(title + " " + text, true);
  };

  var lastFailed = null;
  document.addEventListener("htmx:beforeSwap", function (event) {
    var detail = event.detail;
    var status = detail.xhr.status;
    if (status < 400 || status === 422) return;
    var from = rt.source(event);
    var area = slot(from.isConnected ? from : detail.elt);
    lastFailed = { elt: from, config: detail.requestConfig };
    detail.isError = true;
    if (!area) return;
    var type = detail.xhr.getResponseHeader("Content-Type") || "";
    var whole = /^\s*(<!doctype|<html)/i.test(detail.serverResponse || "");
    if (type.indexOf("text/html") < 0 || whole || !detail.serverResponse) {
      detail.shouldSwap = false;
      rt.fault(from, status >= 500 ? "Something broke on our side." : "This was refused.",
        "Nothing was changed. Status " + status + ".", repeat);
      return;
    }
    detail.shouldSwap = true;
    detail.target = area;
    detail.swapOverride = "innerHTML";
    detail.selectOverride = "unset";
    window.setTimeout(function () { rt.say(area.textContent.replace(/\s+/g, " ").trim(), true); }, 60);
  });
  function repeat() {
    var failed = lastFailed;
    if (!failed || !failed.config) { window.location.reload(); return; }
    var values = {};
    var data = failed.config.formData;
    if (data) data.forEach(function (value, name) {
      values[name] = name in values ? [].concat(values[name], value) : value;
    });
    window.htmx.ajax(failed.config.verb.toUpperCase(), failed.config.path, {
      source: failed.elt.isConnected ? failed.elt : document.body,
      target: failed.config.target && failed.config.target.isConnected ? failed.config.target : undefined,
      values: values,
    });
  }
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-retry]")) repeat();
  });
  document.addEventListener("htmx:sendError", function (event) {
    lastFailed = { elt: rt.source(event), config: event.detail.requestConfig };
    offline(true);
    rt.fault(rt.source(event), "RealTrack did not answer.", "Nothing was changed. What you typed stays here.", repeat);
  });
  document.addEventListener("htmx:timeout", function (event) {
    lastFailed = { elt: rt.source(event), config: event.detail.requestConfig };
    rt.fault(rt.source(event), "RealTrack did not answer for 30 seconds.", "It may still be at work. Look before you send it again.", repeat);
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!event.detail.successful) return;
    offline(false);
    var from = rt.source(event);
    var area = slot(from.isConnected ? from : event.detail.elt);
    if (area && !area.contains(from)) area.replaceChildren();
  });

  /* Offline --------------------------------------------------------------------------------- */
  function offline(yes) {
    var strip = document.getElementById("offline");
    if (strip && strip.hidden === yes) strip.hidden = !yes;
  }
  window.addEventListener("offline", function () { offline(true); });
  window.addEventListener("online", function () {
    offline(false);
    document.body.dispatchEvent(new CustomEvent("rt:online"));
  });
  if (navigator.onLine === false) offline(true);

  /* A swap never touches a field in which someone types ---------------------------------------- */
  function busyField(target) {
    var active = document.activeElement;
    return !!active && target !== active && target.contains(active) && active.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") && rt.dirty(target);
  }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var detail = event.detail;
    var cause = detail.requestConfig && detail.requestConfig.triggeringEvent;
    if (!detail.shouldSwap || !cause || cause.type.indexOf("changed:") !== 0) return;
    if (busyField(detail.target)) {
      // Someone edits here: what others changed is marked, not swapped in.
      detail.shouldSwap = false;
      detail.target.classList.add("stale-x");
      rt.say("This changed meanwhile. What you typed is kept.");
    }
  });

  /* Focus ------------------------------------------------------------------------------------ */
  var kept = null;
  document.addEventListener("htmx:beforeSwap", function (event) {
    var active = document.activeElement;
    kept = null;
    if (!active || active === document.body || !event.detail.target || !event.detail.target.contains(active)) return;
    var row = active.closest("[data-row]");
    kept = { id: active.id, go: active.dataset.key };
    if (row) {
      var cell = active.closest("td");
      kept.row = row.id;
      kept.cell = cell ? cell.cellIndex : -1;
      kept.next = row.nextElementSibling && row.nextElementSibling.id;
      kept.previous = row.previousElementSibling && row.previousElementSibling.id;
    }
  });
  function first(row, cell) {
    if (!row) return null;
    var place = cell >= 0 && row.cells && row.cells[cell];
    return (place && place.querySelector("a, button, input, select")) || row.querySelector("a, button, input");
  }
  document.addEventListener("htmx:afterSettle", function () {
    var memory = kept;
    kept = null;
    if (!memory || (document.activeElement && document.activeElement !== document.body)) return;
    var by = function (id) { return id ? document.getElementById(id) : null; };
    var to = by(memory.id) || first(by(memory.row), memory.cell) || first(by(memory.next), memory.cell) || first(by(memory.previous), memory.cell)
      || (memory.go && document.querySelector('[data-key="' + CSS.escape(memory.go) + '"]')) || document.getElementById("main");
    if (to) to.focus({ preventScroll: true });
  });

  /* Only the pressed button rests while its request runs ---------------------------------------- */
  document.addEventListener("htmx:beforeRequest", function (event) {
    var cause = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    var button = (cause && cause.submitter) || (event.detail.elt.matches("button") ? event.detail.elt : null);
    if (!button || button.disabled) return;
    button.setAttribute("aria-disabled", "true");
    button.classList.add("resting");
    var xhr = event.detail.xhr;
    xhr.addEventListener("loadend", function () { button.removeAttribute("aria-disabled"); button.classList.remove("resting"); });
  });
  document.addEventListener("click", function (event) {
    // A second press while the first is under way does nothing.
    if (event.target.closest && event.target.closest(".resting")) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  /* Progress, after 300 ms ------------------------------------------------------------------------ */
  var running = 0, timer = null;
  function busy(yes) { var bar = document.getElementById("busy"); if (bar) bar.hidden = !yes; document.body.classList.toggle("waiting", yes); }
  document.addEventListener("htmx:beforeSend", function () {
    running += 1;
    if (timer === null) timer = window.setTimeout(function () { busy(true); }, 300);
  });
  document.addEventListener("htmx:beforeOnLoad", ended);
  document.addEventListener("htmx:sendError", ended);
  document.addEventListener("htmx:timeout", ended);
  document.addEventListener("htmx:sendAbort", ended);
  function ended() {
    running = Math.max(0, running - 1);
    if (running) return;
    window.clearTimeout(timer);
    timer = null;
    busy(false);
  }

  /* Plain forms: one press sends once --------------------------------------------------------------- */
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || event.target.method === "get") return;
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    window.setTimeout(function () { delete form.dataset.sent; }, 3000);
  });
  window.addEventListener("pageshow", function () {
    rt.all("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
})();
