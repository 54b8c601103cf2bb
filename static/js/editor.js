/* The description as text with a few buttons, over the field that is saved. What this editor cannot
   hold (tables, designs, styles) is edited as HTML. Without scripts the field is there alone. */
(function () {
  "use strict";
  var rt = window.rt;
  var KEPT = { P: 1, BR: 1, B: 1, STRONG: 1, I: 1, EM: 1, U: 1, UL: 1, OL: 1, LI: 1, H2: 1, H3: 1, A: 1 };
  var BLOCKS = { DIV: "P", H1: "H2", H4: "H3" };

  /* Nodes are built anew from what is known: no attribute but a link's address comes along. */
  function copy(from, to) {
    from.childNodes.forEach(function (node) {
      if (node.nodeType === 3) { to.append(node.nodeValue); return; }
      if (node.nodeType !== 1 || /^(SCRIPT|STYLE|TEMPLATE)$/.test(node.tagName)) return;
      var name = BLOCKS[node.tagName] || node.tagName;
      var made = KEPT[name] ? document.createElement(name) : to;
      if (name === "A" && /^(https?:|mailto:)/i.test(node.getAttribute("href") || "")) {
        made.setAttribute("href", node.getAttribute("href"));
      }
      copy(node, made);
      if (made !== to) to.append(made);
    });
  }
  function fill(page, text) {
    page.replaceChildren();
    if (text.indexOf("<") >= 0) {
      copy(new DOMParser().parseFromString(text, "text/html").body, page);
      return;
    }
    text.split(/\n{2,}/).forEach(function (piece) {
      if (!piece.trim()) return;
      var p = rt.el("p");
      piece.split("\n").forEach(function (line, index) { if (index) p.append(rt.el("br")); p.append(line); });
      page.append(p);
    });
  }
  function html(page) {
    var out = document.createElement("div");
    copy(page, out);
    return out.textContent.trim() ? out.innerHTML : "";
  }

  function arm(host) {
    if (host.dataset.editorOn) return;
    var field = host.querySelector("textarea");
    var tools = host.querySelector("[data-editor-tools]");
    if (!field || !tools || field.readOnly) return;
    host.dataset.editorOn = "1";
    tools.hidden = false;
    var page = rt.el("div", {
      class: "form-control ed-page", contenteditable: "true", role: "textbox", "aria-multiline": "true",
      "aria-label": host.dataset.label, "data-editor-page": true, tabindex: "0",
    });
    field.after(page);
    var typed = false;
    function show(rich) {
      page.hidden = !rich;
      field.hidden = rich;
      rt.all("[data-editor-do]", tools).forEach(function (one) { one.disabled = !rich; });
      rt.all("[data-editor-mode]", tools).forEach(function (one) {
        one.setAttribute("aria-pressed", String((one.dataset.editorMode === "text") === rich));
      });
      if (rich) fill(page, field.value);
    }
    show(host.dataset.simple === "true");
    page.addEventListener("input", function () {
      typed = true;
      field.value = html(page);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    page.addEventListener("paste", function (event) {
      event.preventDefault();
      document.execCommand("insertText", false, (event.clipboardData || window.clipboardData).getData("text/plain"));
    });
    page.addEventListener("focus", function () { document.execCommand("defaultParagraphSeparator", false, "p"); });
    host.addEventListener("focusout", function (event) {
      if (!typed || host.contains(event.relatedTarget) || event.target === field) return;
      typed = false;
      field.dispatchEvent(new Event("focusout", { bubbles: true })); // saves as any field on leaving
    });
    tools.addEventListener("click", function (event) {
      var act = event.target.closest("[data-editor-do]");
      var mode = event.target.closest("[data-editor-mode]");
      if (act) {
        page.focus();
        document.execCommand("styleWithCSS", false, false);
        document.execCommand(act.dataset.editorDo, false, act.dataset.editorValue || null);
        page.dispatchEvent(new Event("input"));
      }
      if (mode) {
        if (mode.dataset.editorMode === "text" && host.dataset.simple !== "true" && field.value.trim()) {
          rt.ask("Edit as text", "Its design (tables, colours, pictures) goes when you type here. The version before stays in the history.").then(function (yes) {
            if (yes) { host.dataset.simple = "true"; show(true); page.focus(); }
          });
          return;
        }
        show(mode.dataset.editorMode === "text");
      }
    });
  }
  function ready(root) {
    if (root.matches && root.matches("[data-editor]")) arm(root);
    rt.all("[data-editor]", root).forEach(arm);
  }
  ready(document);
  document.addEventListener("htmx:load", function (event) { ready(event.detail.elt); });
  /* The answer of a save does not touch the text in which someone types again. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target;
    var active = document.activeElement;
    if (target && active && active.matches("[data-editor-page]") && target.contains(active) && event.detail.xhr.status < 400) {
      event.detail.shouldSwap = false;
    }
  });
})();
