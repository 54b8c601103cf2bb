/* What is typed and not saved is kept every two seconds, for this person, on the server: a closed tab,
   a dead battery or another machine loses nothing. */
(function () {
  "use strict";
  var rt = window.rt;
  var WAIT = 2000;
  var pending = {};
  var timer = null;

  function host() { return document.querySelector("[data-draft-url]"); }
  function version() { var one = document.getElementById("listing-version"); return one ? one.value : "0"; }

  function body() {
    var data = new FormData();
    data.append("version", version());
    Object.keys(pending).forEach(function (name) { data.append("field:" + name, pending[name]); });
    return data;
  }
  function send() {
    window.clearTimeout(timer);
    timer = null;
    var area = host();
    var sent = pending;
    if (!area || !Object.keys(sent).length) return;
    var data = body();
    pending = {};
    window.fetch(area.dataset.draftUrl, {
      method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": rt.csrf() }, body: data,
    }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      if (area.hasAttribute("data-draft-tell")) {
        rt.all("[data-save-state]").forEach(function (out) { out.textContent = "Draft kept " + rt.clock(); });
      }
    }).catch(function () {
      Object.keys(sent).forEach(function (name) { if (!(name in pending)) pending[name] = sent[name]; });
    });
  }

  document.addEventListener("input", function (event) {
    var control = event.target;
    var area = host();
    if (!area || !control.name || !area.contains(control) || !control.matches("input, textarea, select")) return;
    if (control.type === "hidden" || control.type === "checkbox" || control.type === "file") return;
    pending[control.name] = control.value;
    if (timer === null) timer = window.setTimeout(send, WAIT);
  });
  // A field that saves itself needs no draft any more; the server forgets what it kept of it.
  document.addEventListener("rt:save", function (event) { delete pending[event.target.name]; });
  document.addEventListener("htmx:afterRequest", function (event) {
    var control = rt.source(event);
    if (event.detail.xhr && event.detail.xhr.status === 422 && control.matches && control.matches("[data-save]")) {
      pending[control.name] = control.value; // refused, so it is typed and not saved
      if (timer === null) timer = window.setTimeout(send, WAIT);
    }
  });
  document.addEventListener("submit", function (event) {
    if (event.target === host()) pending = {};
  });
  window.addEventListener("pagehide", function () {
    var area = host();
    if (!area || !Object.keys(pending).length || !navigator.sendBeacon) return;
    var data = body();
    data.append("csrfmiddlewaretoken", rt.csrf());
    navigator.sendBeacon(area.dataset.draftUrl, data);
    pending = {};
  });
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") send(); });
})();
