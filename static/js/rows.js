/* Lists by hand: cursor J K, select X, Shift extends, quick view Space, open Enter, edit E;
   and the selection bar, which keeps its choice over pages. */
(function () {
  "use strict";
  var rt = window.rt;

  function rows() { return rt.all("[data-rows] [data-row]").filter(function (row) { return row.offsetParent !== null; }); }
  function current() { return document.querySelector("[data-row].cur"); }

  function go(row, focus) {
    if (!row) return;
    rt.all("[data-row].cur").forEach(function (one) { one.classList.remove("cur"); });
    row.classList.add("cur");
    row.scrollIntoView({ block: "nearest" });
    if (focus) {
      var link = row.querySelector("a.ti, a, button");
      if (link) link.focus({ preventScroll: true });
    }
  }

  rt.rowKey = function (event) {
    var list = rows();
    if (!list.length) return false;
    var at = list.indexOf(current());
    var name = event.key.toLowerCase();
    if (name === "j" || name === "k") {
      var to = name === "j" ? Math.min(list.length - 1, at + 1) : Math.max(0, at < 0 ? 0 : at - 1);
      if (event.shiftKey && at >= 0) { pick(list[at], true); pick(list[to], true); }
      go(list[to], true);
      return true;
    }
    var row = list[at];
    if (!row) return false;
    var onControl = event.target.closest("button, a, [role=button], summary, dialog");
    if (name === "x") { pick(row, !chosen(row), event.shiftKey); return true; }
    if (name === " " && (!onControl || row.contains(onControl))) {
      var view = row.querySelector("[data-quick]");
      if (!view) return false;
      view.click();
      return true;
    }
    if (name === "enter" && !onControl) { open(row); return true; }
    if (name === "e") {
      var edit = row.querySelector("[data-edit]");
      if (edit) { edit.click(); return true; }
    }
    return false;
  };

  function open(row) {
    if (row.dataset.href) window.location.assign(row.dataset.href);
    else { var link = row.querySelector("a.ti, a"); if (link) link.click(); }
  }

  document.addEventListener("focusin", function (event) {
    var row = event.target.closest && event.target.closest("[data-rows] [data-row]");
    if (row && !row.classList.contains("cur")) go(row, false);
  });

  /* Selection ---------------------------------------------------------------------------------- */
  var KEY = "rt-chosen:" + window.location.pathname;
  var ids = new Set();
  var everything = false;
  var last = null;

  function bar() { return document.querySelector("[data-bulk]"); }
  function box(row) { return row.querySelector("input[type=checkbox][name=ids]"); }
  function chosen(row) { var one = box(row); return !!one && one.checked; }

  function pick(row, on, extend) {
    var list = rows();
    // Without a selection bar the page's own ticks are the selection, those that the server set too.
    if (!bar()) list.map(box).filter(Boolean).forEach(function (check) {
      if (check.checked) ids.add(check.value); else ids.delete(check.value);
    });
    var from = extend && last ? list.indexOf(last) : -1;
    var to = list.indexOf(row);
    var range = from >= 0 && to >= 0 ? list.slice(Math.min(from, to), Math.max(from, to) + 1) : [row];
    range.forEach(function (one) {
      var check = box(one);
      if (!check) return;
      check.checked = on;
      if (on) ids.add(check.value); else ids.delete(check.value);
    });
    everything = false;
    last = row;
    show();
  }

  function show() {
    try { sessionStorage.setItem(KEY, JSON.stringify(Array.from(ids))); } catch (e) { /* kept for this page */ }
    var here = 0;
    // A list may stand twice in the page, as a table and as cards: one of them is seen.
    var copies = rt.all("[data-rows] input[type=checkbox][name=ids]");
    var boxes = copies.filter(function (check) { return check.offsetParent !== null; });
    copies.forEach(function (check) {
      check.checked = everything || ids.has(check.value);
      if (check.checked && boxes.indexOf(check) >= 0) here += 1;
      var row = check.closest("[data-row]");
      // A card is no row of a table: its checkbox says it, the class shows it.
      if (row && row.tagName === "TR") row.setAttribute("aria-selected", check.checked ? "true" : "false");
      else if (row) row.classList.toggle("chosen", check.checked);
    });
    rt.all("[data-select-page]").forEach(function (all) {
      all.checked = boxes.length > 0 && here === boxes.length;
      all.indeterminate = here > 0 && here < boxes.length;
    });
    var panel = bar();
    if (!panel) return;
    var found = document.querySelector("[data-list-total]"); // the list's own number, after filters
    var listed = Number((found || { dataset: {} }).dataset.listTotal || panel.dataset.total) || 0;
    var total = everything ? listed : ids.size;
    panel.hidden = total === 0;
    var away = everything ? total - here : ids.size - here;
    var out = panel.querySelector("[data-bulk-count]");
    var words = total.toLocaleString("en-US") + " selected";
    if (out && out.textContent !== words) { out.textContent = words; rt.say(words); }
    var hint = panel.querySelector("[data-bulk-away]");
    if (hint) hint.textContent = away > 0 ? away.toLocaleString("en-US") + " out of view" : "";
    var every = panel.querySelector("[data-bulk-all]");
    if (every) {
      every.hidden = everything || listed <= boxes.length;
      every.textContent = "Select all " + listed.toLocaleString("en-US");
    }
    var fields = panel.querySelector("[data-bulk-fields]");
    if (fields) fields.replaceChildren.apply(fields, inputs());
    rt.all("[data-bulk-word]", panel).forEach(function (word) { word.textContent = total.toLocaleString("en-US"); });
    rt.all("[data-bulk-exactly]", panel).forEach(function (button) {
      button.hidden = total !== Number(button.dataset.bulkExactly);
    });
    rt.all("[data-confirm-many]", panel).forEach(function (button) {
      button.dataset.confirm = button.dataset.confirmMany.replace("{n}", total.toLocaleString("en-US"));
    });
  }

  function inputs() {
    if (everything) {
      // The query, not the ids: rows that come meanwhile and match are meant too.
      return [
        rt.el("input", { type: "hidden", name: "all", value: "1" }),
        rt.el("input", { type: "hidden", name: "query", value: window.location.search.slice(1) }),
      ];
    }
    return Array.from(ids).map(function (id) { return rt.el("input", { type: "hidden", name: "ids", value: id }); });
  }

  function clear() { ids.clear(); everything = false; last = null; show(); }

  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : null;
    if (!target) return;
    var check = target.closest("[data-rows] input[type=checkbox][name=ids]");
    if (check) pick(check.closest("[data-row]") || check, check.checked, event.shiftKey);
    if (target.closest("[data-select-page]")) {
      var on = target.closest("[data-select-page]").checked;
      rows().forEach(function (row) { pick(row, on); });
    }
    if (target.closest("[data-bulk-clear]")) clear();
    if (target.closest("[data-bulk-all]")) { event.preventDefault(); everything = true; show(); }
  });
  document.addEventListener("selectionClear", clear); // HX-Trigger after a bulk act

  /* On phones a table becomes rows, each value with its header before it. */
  function label(root) {
    rt.all("table[data-rows]", root.parentElement || root).forEach(function (table) {
      var heads = rt.all("thead th", table).map(function (head) {
        return head.querySelector(".vh, input") ? "" : head.textContent.trim();
      });
      rt.all("tbody tr", table).forEach(function (row) {
        Array.prototype.forEach.call(row.cells, function (cell, index) {
          if (cell.colSpan > 1 || cell.dataset.label !== undefined || cell.querySelector(".ti")) return;
          if (heads[index] && cell.textContent.trim()) cell.dataset.label = heads[index];
        });
      });
    });
  }
  label(document.body);
  document.addEventListener("htmx:load", function (event) { label(event.detail.elt); });

  function load() {
    if (!bar()) return;
    try { JSON.parse(sessionStorage.getItem(KEY) || "[]").forEach(function (id) { ids.add(id); }); } catch (e) { /* none */ }
    show();
  }
  load();
  document.addEventListener("htmx:afterSettle", function () { if (bar()) show(); });
})();
