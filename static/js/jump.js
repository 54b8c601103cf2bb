/* Search or jump: pages and acts by name at once; anything else is looked up in the catalog or the orders. */
(function () {
  "use strict";
  var rt = window.rt;
  var dialog = document.getElementById("jump");
  if (!dialog) return;
  var input = dialog.querySelector("input");
  var list = dialog.querySelector("ul");
  var at = 0;

  function targets() {
    var found = rt.all(".side a[href]").filter(function (link) { return link.title; }).map(function (link) {
      return { text: link.title, kind: "page", go: function () { window.location.assign(link.href); } };
    });
    rt.all("main [data-key], .bar [data-key]").forEach(function (one) {
      var copy = one.cloneNode(true);
      rt.all("kbd", copy).forEach(function (key) { key.remove(); });
      var text = (one.getAttribute("aria-label") || copy.textContent).replace(/\s+/g, " ").trim();
      if (text && !one.disabled && one.offsetParent !== null) found.push({ text: text, kind: "action", go: function () { one.click(); } });
    });
    return found;
  }
  function lookups(words) {
    return [["Catalog", "c"], ["Orders", "o"]].map(function (pair) {
      var link = document.querySelector('.side [data-go="' + pair[1] + '"]');
      if (!link) return null;
      return {
        text: "Search “" + words + "” in " + pair[0].toLowerCase(),
        kind: "",
        go: function () {
          var url = new URL(link.href);
          url.searchParams.set("q", words);
          window.location.assign(url.href);
        },
      };
    }).filter(Boolean);
  }
  var shown = [];
  function render() {
    var words = input.value.trim();
    var small = words.toLowerCase();
    shown = targets().filter(function (one) { return !small || one.text.toLowerCase().indexOf(small) >= 0; }).slice(0, 8);
    if (words) {
      // A number or a code is looked up first; a word may be a page.
      var looks = lookups(words);
      shown = /\d/.test(words) ? looks.concat(shown) : shown.concat(looks);
    }
    at = 0;
    list.replaceChildren.apply(list, shown.map(function (one, index) {
      var item = rt.el("li", { role: "option", id: "jump-" + index }, [rt.el("span", {}, [one.text])]);
      if (one.kind) item.append(rt.el("span", { class: "mut sm" }, [one.kind]));
      item.addEventListener("click", function () { dialog.close(); one.go(); });
      return item;
    }));
    mark();
  }
  function mark() {
    rt.all("li", list).forEach(function (item, index) {
      item.classList.toggle("on", index === at);
      item.setAttribute("aria-selected", index === at ? "true" : "false");
    });
    if (shown.length) input.setAttribute("aria-activedescendant", "jump-" + at);
    else input.removeAttribute("aria-activedescendant");
  }
  rt.jumpOpen = function () { input.value = ""; render(); rt.dialogOpen("jump"); input.focus(); };
  input.addEventListener("input", render);
  dialog.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = Math.max(0, Math.min(shown.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)));
      mark();
    }
  });
  dialog.querySelector("form").addEventListener("submit", function (event) {
    event.preventDefault();
    var one = shown[at];
    dialog.close();
    if (one) one.go();
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("[data-jump-open]")) rt.jumpOpen();
  });
})();
