/* What all pages share: announcements, toasts with Undo, counters, lazy libraries, small buttons. */
(function () {
  "use strict";
  var rt = (window.rt = window.rt || {});
  var UNDO_MS = 20000; // as long as a toast offers Undo
  var MAX_TOASTS = 3;

  rt.all = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };

  rt.csrf = function () {
    var meta = document.querySelector('meta[name="csrf-token"]');
    return meta ? meta.content : "";
  };

  rt.asset = function (name) {
    var meta = document.querySelector('meta[name="rt-asset"][data-name="' + name + '"]');
    return meta ? meta.content : "";
  };

  /* Element builder: text is always text, never HTML. */
  rt.el = function (tag, attributes, children) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      if (attributes[name] === true) node.setAttribute(name, "");
      else if (attributes[name] !== false && attributes[name] != null) node.setAttribute(name, attributes[name]);
    });
    (children || []).forEach(function (child) {
      node.append(child);
    });
    return node;
  };

  rt.icon = function (name, classes) {
    var ns = "http://www.w3.org/2000/svg";
    var svg = document.createElementNS(ns, "svg");
    svg.setAttribute("class", "i " + (classes || ""));
    svg.setAttribute("aria-hidden", "true");
    var use = document.createElementNS(ns, "use");
    use.setAttribute("href", rt.asset("icons") + "#" + name);
    svg.append(use);
    return svg;
  };

  /* Say it to screen readers: politely, or at once for faults. */
  rt.say = function (text, assertive) {
    var area = document.getElementById(assertive ? "live-assertive" : "live-polite");
    if (!area) return;
    area.textContent = "";
    window.setTimeout(function () { area.textContent = text; }, 30);
  };

  rt.clock = function () {
    var now = new Date();
    return String(now.getHours()).padStart(2, "0") + ":" + String(now.getMinutes()).padStart(2, "0");
  };

  var loading = {};
  rt.script = function (name) {
    if (!loading[name]) {
      loading[name] = new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        script.src = rt.asset(name);
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
    }
    return loading[name];
  };

  /* Toasts ------------------------------------------------------------------------------- */
  function dismiss(toast) {
    if (!toast.isConnected) return;
    if (toast.contains(document.activeElement)) {
      var heading = document.getElementById("page-title");
      if (heading) heading.focus({ preventScroll: true });
    }
    toast.remove();
    marks();
  }

  /* Only the newest toast with Undo owns the key Z. */
  function marks() {
    var buttons = rt.all("#toasts [data-undo]");
    buttons.forEach(function (button, index) {
      if (index === buttons.length - 1) button.dataset.key = "z";
      else delete button.dataset.key;
    });
  }

  function undo(toast) {
    var url = toast.dataset.undoUrl;
    dismiss(toast);
    rt.say("Undoing");
    window.htmx.ajax("POST", url, { swap: "none" }).then(function () {
      document.body.dispatchEvent(new CustomEvent("undone", { bubbles: true, detail: { url: url } }));
    });
  }

  function arm(toast) {
    if (toast.dataset.armed) return;
    toast.dataset.armed = "1";
    if (toast.dataset.undoUrl) {
      var button = rt.el("button", { type: "button", "data-undo": true }, ["Undo "]);
      button.append(rt.el("kbd", {}, ["Z"]));
      button.addEventListener("click", function () { undo(toast); });
      toast.append(button);
    } else {
      var close = rt.el("button", { type: "button", class: "toast-close", "aria-label": "Close this message" });
      close.append(rt.icon("x", "i12"));
      close.addEventListener("click", function () { dismiss(toast); });
      toast.append(close);
    }
    var left = UNDO_MS, since = 0, timer = null;
    function run() { since = Date.now(); timer = window.setTimeout(function () { dismiss(toast); }, left); }
    function hold() {
      if (timer === null) return;
      window.clearTimeout(timer);
      timer = null;
      left = Math.max(1000, left - (Date.now() - since));
    }
    function resume() {
      if (timer === null && !toast.matches(":hover") && !toast.contains(document.activeElement)) run();
    }
    toast.addEventListener("mouseenter", hold);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("mouseleave", resume);
    toast.addEventListener("focusout", function () { window.setTimeout(resume, 0); });
    run();
    rt.say(toast.textContent.replace(/Z$/, "").trim());
  }

  function adopt() {
    var area = document.getElementById("toasts");
    if (!area) return;
    rt.all("[data-toast]", area).forEach(arm);
    var shown = rt.all("[data-toast]", area);
    shown.slice(0, Math.max(0, shown.length - MAX_TOASTS)).forEach(dismiss);
    marks();
  }

  rt.toast = function (text, undoUrl) {
    var area = document.getElementById("toasts");
    if (!area) return;
    var toast = rt.el("div", { class: "toast-x", "data-toast": true, "data-undo-url": undoUrl || null }, [
      rt.el("span", {}, [text]),
    ]);
    area.append(toast);
    adopt();
  };

  document.addEventListener("toast", function (event) {
    var detail = event.detail || {};
    if (detail.text) rt.toast(detail.text, detail.undoUrl);
  });

  /* Counters of characters: as eBay counts, never cutting ---------------------------------- */
  function count(input) {
    var out = document.getElementById(input.dataset.count);
    if (!out) return;
    var max = Number(input.dataset.countMax) || 80;
    var length = Array.from(input.value).length;
    out.textContent = length + " / " + max;
    out.className = "num xs " + (length > max ? "t-bad" : length >= max - 2 ? "t-warn" : "mut");
  }
  document.addEventListener("input", function (event) {
    if (event.target.dataset && event.target.dataset.count) count(event.target);
  });

  /* Long choices get a search field -------------------------------------------------------- */
  function choices(root) {
    var found = rt.all("select[data-search-select]:not(.tomselected)", root);
    if (!found.length) return;
    if (!document.querySelector("link[data-tom-select]")) {
      document.head.append(
        rt.el("link", { rel: "stylesheet", href: rt.asset("tom-select-css"), "data-tom-select": true })
      );
    }
    rt.script("tom-select").then(function () {
      found.forEach(function (select) {
        if (select.tomselect || !select.isConnected) return;
        new window.TomSelect(select, { maxOptions: 500, allowEmptyOption: true });
        select.setAttribute("aria-hidden", "true"); // its label now names the field that stands for it
      });
    });
  }

  /* Order by dragging: [data-sortable] posts the new order of data-id to its URL ------------ */
  function sortables(root) {
    var found = rt.all("[data-sortable]:not([data-sortable-on])", root);
    if (!found.length) return;
    rt.script("sortable").then(function () {
      found.forEach(function (list) {
        list.dataset.sortableOn = "1";
        new window.Sortable(list, {
          animation: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
          handle: list.dataset.sortableHandle || undefined,
          draggable: "[data-id]",
          onEnd: function () { ordered(list); },
        });
      });
    });
  }
  function ordered(list) {
    var ids = rt.all("[data-id]", list).map(function (item) { return item.dataset.id; });
    list.dispatchEvent(new CustomEvent("rt:ordered", { bubbles: true, detail: { ids: ids } }));
    if (!list.dataset.sortable) return;
    window.htmx.ajax("POST", list.dataset.sortable, { source: list, values: { ids: ids }, swap: "none" });
  }
  /* Alt and an arrow moves the focused picture, as dragging does. */
  document.addEventListener("keydown", function (event) {
    if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    var item = event.target.closest && event.target.closest("[data-sortable] [data-id]");
    if (!item) return;
    event.preventDefault();
    var other = event.key === "ArrowLeft" ? item.previousElementSibling : item.nextElementSibling;
    if (!other || !other.matches("[data-id]")) return;
    if (event.key === "ArrowLeft") other.before(item);
    else other.after(item);
    var focus = item.matches("[tabindex], a, button") ? item : item.querySelector("[tabindex], a, button");
    if (focus) focus.focus();
    ordered(item.closest("[data-sortable]"));
  });

  /* Small buttons --------------------------------------------------------------------------- */
  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : null;
    if (!target) return;
    if (target.closest("[data-reload]")) window.location.reload();
    if (target.closest("[data-back]")) window.history.back();
    var copy = target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(function () { rt.say("Copied " + copy.dataset.copy); });
    }
  });
  document.addEventListener("change", function (event) {
    var control = event.target;
    if (control.matches && control.matches("[data-submit]") && control.form) control.form.requestSubmit();
  });

  /* Called for the page and for each fragment that htmx brings. */
  rt.ready = function (root) {
    choices(root);
    sortables(root);
    adopt();
    rt.all("[data-count]", root).forEach(count);
  };
  function start() {
    if (window.history.length > 1) {
      rt.all("[data-back]").forEach(function (button) { button.hidden = false; });
    }
    rt.ready(document);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  document.addEventListener("htmx:load", function (event) { rt.ready(event.detail.elt); });
  document.addEventListener("htmx:oobAfterSwap", adopt);
})();
