/* Tear-down: the filter hides lines, the button counts ticks, another kind of car loads its lines. */
(function () {
  "use strict";
  var rt = window.rt;
  var form = document.querySelector("[data-teardown]");
  if (!form) return;
  var lines = rt.all("[data-line]", form);
  var more = form.querySelector("textarea[name=more]");

  function boxes(shown) {
    return lines
      .filter(function (line) { return !shown || !line.hidden; })
      .map(function (line) { return line.querySelector("input[type=checkbox]"); })
      .filter(function (box) { return !box.disabled; });
  }
  function count() {
    var typed = more.value.split("\n").filter(function (line) { return line.trim(); }).length;
    var ticked = boxes(false).filter(function (box) { return box.checked; }).length;
    form.querySelector("[data-teardown-count]").textContent = String(ticked + typed);
  }
  function tick(yes) {
    boxes(true).forEach(function (box) { box.checked = yes; });
    count();
  }
  form.addEventListener("change", count);
  form.addEventListener("input", function (event) {
    if (event.target.matches("[data-teardown-filter]")) {
      var words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
      lines.forEach(function (line) {
        line.hidden = !words.every(function (word) { return line.dataset.words.indexOf(word) >= 0; });
      });
      return;
    }
    // Who types a price or a bin wants the part.
    var line = event.target.closest("[data-line]");
    if (line && event.target.value && !event.target.matches("[type=checkbox]")) line.querySelector("input[type=checkbox]").checked = true;
    count();
  });
  form.addEventListener("keydown", function (event) {
    // Enter in a field of a line goes on, it does not send 200 parts by mistake.
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("input")) event.preventDefault();
  });
  form.querySelector("[data-teardown-all]").addEventListener("click", function () { tick(true); });
  form.querySelector("[data-teardown-none]").addEventListener("click", function () { tick(false); });
  var kind = document.querySelector("[data-teardown-template]");
  kind.addEventListener("change", function () { kind.submit(); });
  count();
})();
