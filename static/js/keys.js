/* The key map: [data-key="p"] is pressed by P, [data-key="ctrl+enter"] by Ctrl Enter; G then a letter
   follows [data-go]. Single letters are off inside inputs, and by body[data-keys=off]. */
(function () {
  "use strict";
  var rt = window.rt;
  var after = null; // G was pressed; until when the next letter counts

  function name(event) {
    var key = event.key.toLowerCase();
    var parts = [];
    if (event.ctrlKey || event.metaKey) parts.push("ctrl");
    if (event.altKey) parts.push("alt");
    if (event.shiftKey && key.length > 1) parts.push("shift");
    parts.push(key === " " ? "space" : key);
    return parts.join("+");
  }
  function typing(target) {
    var field = target.closest && target.closest("input, textarea, select, [contenteditable=true]");
    return !!field && !/^(checkbox|radio|button|submit)$/.test(field.type || "");
  }
  function scope() {
    return document.querySelector("dialog[open]") || document.querySelector("#drawer [data-drawer]");
  }
  function visible(element) {
    return element.offsetParent !== null || getComputedStyle(element).position === "fixed";
  }
  function find(key) {
    var root = scope();
    var found = rt.all("[data-key]", root || document).filter(function (one) { return one.dataset.key === key; });
    if (root && key === "z") found = rt.all('#toasts [data-key="z"]');
    found = found.filter(function (one) { return !one.disabled && one.getAttribute("aria-disabled") !== "true" && visible(one); });
    return found[found.length - 1];
  }
  function press(element) {
    if (element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) { element.focus(); if (element.select) element.select(); }
    else element.click();
  }

  document.addEventListener("keydown", function (event) {
    if (event.defaultPrevented || event.isComposing || event.repeat && !/^[jk]$/i.test(event.key)) return;
    var key = name(event);
    var modified = event.ctrlKey || event.metaKey || event.altKey;
    var inField = typing(event.target);
    if (inField && !modified) return;
    if (!modified && event.key.length === 1 && document.body.dataset.keys === "off") return;
    if (after && Date.now() < after && !modified) {
      after = null;
      var link = rt.all("[data-go]").filter(function (one) { return one.dataset.go === key; })[0];
      if (link) { event.preventDefault(); link.click(); return; }
    }
    after = null;
    var bound = find(key);
    if (bound) { event.preventDefault(); press(bound); return; }
    if (modified) return;
    if (scope()) return; // the page below rests
    if (key === "g" && document.querySelector("[data-go]")) { after = Date.now() + 1500; return; }
    if (key === "?") { event.preventDefault(); help(); return; }
    if (key === "/") {
      var search = rt.all("[data-search]").filter(visible)[0];
      event.preventDefault();
      if (search) { search.focus(); search.select(); }
      else if (rt.jumpOpen) rt.jumpOpen();
      return;
    }
    if (rt.rowKey && rt.rowKey(event)) event.preventDefault();
  });

  var WORDS = { ctrl: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", escape: "Esc", space: "Space", arrowleft: "Left", arrowright: "Right", arrowup: "Up", arrowdown: "Down" };
  function line(keys, text) {
    var out = rt.el("span");
    keys.forEach(function (one, index) {
      if (index) out.append(" ");
      out.append(rt.el("kbd", {}, [WORDS[one] || (one.length === 1 ? one.toUpperCase() : one)]));
    });
    out.append(" " + text);
    return out;
  }
  function label(element) {
    var said = element.getAttribute("aria-label");
    if (said) return said;
    var copy = element.cloneNode(true);
    rt.all("kbd", copy).forEach(function (one) { one.remove(); });
    return copy.textContent.replace(/\s+/g, " ").trim();
  }
  function help() {
    var list = document.querySelector("[data-key-list]");
    if (!list) return;
    var lines = [];
    if (document.querySelector("[data-rows] [data-row]")) {
      lines.push(line(["j", "k"], "move"));
      if (document.querySelector("[data-rows] input[name=ids]")) lines.push(line(["x"], "select"));
      if (document.querySelector("[data-rows] [data-quick]")) lines.push(line(["space"], "quick view"));
      lines.push(line(["enter"], "open"));
    }
    var seen = {};
    rt.all("[data-key]").filter(visible).forEach(function (one) {
      if (seen[one.dataset.key] || one.closest("dialog")) return;
      seen[one.dataset.key] = true;
      lines.push(line(one.dataset.key.split("+"), label(one)));
    });
    rt.all(".side [data-go]").forEach(function (one) {
      lines.push(line(["g", one.dataset.go], "go to " + one.title));
    });
    lines.push(line(["/"], "search or jump"), line(["escape"], "close"));
    list.replaceChildren.apply(list, lines);
    rt.dialogOpen("key-help");
  }
})();
