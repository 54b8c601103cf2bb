/* Drawer, dialogs and the question before what cannot be undone. Escape closes the topmost. */
(function () {
  "use strict";
  var rt = window.rt;
  var opener = null;

  function host() { return document.getElementById("drawer"); }
  function drawer() { return document.querySelector("#drawer [data-drawer]"); }

  function background(inert) {
    rt.all(".shell, .tabbar, .skip").forEach(function (part) { part.inert = inert; });
    document.documentElement.classList.toggle("drawer-open", inert);
  }

  /* Typed text that nobody saved yet. */
  function dirty(root) {
    return rt.all("input, textarea, select", root).some(function (control) {
      if (control.type === "hidden" || control.disabled || control.matches("[data-save], [type=search]")) return false;
      if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
      if (control.tagName === "SELECT") {
        // A choice that the server did not mark falls on the first one by itself.
        var marked = rt.all("option", control).some(function (option) { return option.defaultSelected; });
        return rt.all("option", control).some(function (option, index) {
          return option.selected !== (marked ? option.defaultSelected : index === 0);
        });
      }
      return control.value !== control.defaultValue;
    });
  }
  rt.dirty = dirty;

  function opened() {
    var panel = drawer();
    if (!panel || panel.dataset.open) return;
    panel.dataset.open = "1";
    background(true);
    var heading = panel.querySelector("h2");
    if (heading) heading.focus({ preventScroll: true });
  }

  function shut() {
    var panel = drawer();
    if (!panel) return;
    var url = panel.dataset.closeUrl;
    host().replaceChildren();
    background(false);
    if (url) window.history.replaceState(window.history.state, "", url);
    var back = opener && opener.isConnected ? opener : opener && opener.id && document.getElementById(opener.id);
    if (back) back.focus();
    opener = null;
  }

  rt.drawerClose = function () {
    var panel = drawer();
    if (!panel) return Promise.resolve(true);
    if (!dirty(panel)) { shut(); return Promise.resolve(true); }
    return rt.ask("Close and lose what you typed", "It was not saved.", true).then(function (yes) {
      if (yes) shut();
      return yes;
    });
  };

  document.addEventListener("htmx:beforeRequest", function (event) {
    var target = event.detail.target;
    if (target && target.id === "drawer" && !drawer()) opener = event.detail.elt;
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target && event.detail.target.id === "drawer") opened();
  });
  document.addEventListener("drawerClose", shut); // HX-Trigger of an answer that is done with it

  /* Dialogs ---------------------------------------------------------------------------------- */
  rt.dialogOpen = function (id) {
    var dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    var heading = dialog.querySelector("h2[tabindex]");
    if (heading) heading.focus();
  };
  document.addEventListener("click", function (event) {
    var from = event.target.closest ? event.target : null;
    if (!from) return;
    var open = from.closest("[data-dialog-open]");
    if (open) rt.dialogOpen(open.dataset.dialogOpen);
    if (from.closest("[data-dialog-close]")) from.closest("dialog").close();
    if (from.matches("dialog[open].modal-x")) { // a click on the ground around it
      var box = from.getBoundingClientRect();
      var inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.clientX + event.clientY > 0) from.close();
    }
    if (from.closest("[data-drawer-close]")) { event.preventDefault(); rt.drawerClose(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return; // it closes itself
    if (drawer()) { event.preventDefault(); rt.drawerClose(); }
  });

  /* Ask: the count stands in the button ------------------------------------------------------ */
  rt.ask = function (button, text, bad) {
    var dialog = document.getElementById("ask");
    if (!dialog) return Promise.resolve(window.confirm(button + "? " + (text || "")));
    var yes = dialog.querySelector("[data-ask-yes]");
    var before = document.activeElement;
    dialog.querySelector("#ask-title").textContent = button + "?";
    dialog.querySelector("#ask-text").textContent = text || "This cannot be undone.";
    yes.textContent = button;
    yes.classList.toggle("btn-danger-x", !!bad);
    return new Promise(function (resolve) {
      var answer = false;
      function done() {
        yes.removeEventListener("click", agree);
        dialog.querySelector("[data-ask-no]").removeEventListener("click", refuse);
        dialog.removeEventListener("close", done);
        if (before && before.isConnected) before.focus();
        resolve(answer);
      }
      function agree() { answer = true; dialog.close(); }
      function refuse() { dialog.close(); }
      yes.addEventListener("click", agree);
      dialog.querySelector("[data-ask-no]").addEventListener("click", refuse);
      dialog.addEventListener("close", done);
      dialog.showModal();
      dialog.querySelector("#ask-title").focus();
    });
  };

  function question(element) {
    return rt.ask(element.dataset.confirm, element.dataset.confirmText, element.hasAttribute("data-confirm-bad"));
  }
  document.addEventListener("htmx:confirm", function (event) {
    var asks = event.detail.elt.closest("[data-confirm]");
    if (!asks) return;
    event.preventDefault();
    question(asks).then(function (yes) { if (yes) event.detail.issueRequest(true); });
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var asks = (event.submitter && event.submitter.closest("[data-confirm]")) || (form.matches("[data-confirm]") ? form : null);
    if (!asks || form.dataset.agreed || form.matches("[hx-post], [hx-delete], [hx-put], [hx-patch]")) return;
    event.preventDefault();
    var submitter = event.submitter;
    question(asks).then(function (yes) {
      if (!yes) return;
      form.dataset.agreed = "1";
      form.requestSubmit(submitter && submitter.type === "submit" ? submitter : undefined);
      delete form.dataset.agreed;
    });
  }, true);

  if (drawer()) opened(); // a link to an open drawer
})();
