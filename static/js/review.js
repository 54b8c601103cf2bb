/* Review: a focused field lights its box and shows its photo, a clicked box focuses its field;
   1 to 9 choose an alternative; , and . step through the photos; the title follows the fields. */
(function () {
  "use strict";
  var rt = window.rt;

  function Review(form) {
    this.form = form;
    this.typedTitle = form.hasAttribute("data-title-typed");
    this.owesTitle = false;
    this.bind();
    this.focus();
  }
  Review.prototype.input = function (field) {
    return this.form.querySelector('[data-field="' + CSS.escape(field) + '"] input, [data-field="' + CSS.escape(field) + '"] select');
  };
  Review.prototype.focus = function () {
    var first = this.form.dataset.focus && this.input(this.form.dataset.focus);
    // Keys of one letter work until someone types: the doubtful field is lit, not entered.
    if (first) this.light(this.form.dataset.focus, false);
  };
  Review.prototype.light = function (field, scroll) {
    rt.all("[data-box]", this.form).forEach(function (box) { box.classList.toggle("on", box.dataset.box === field); });
    var box = this.form.querySelector('[data-box="' + CSS.escape(field) + '"]');
    var photo = box && box.closest("[data-photo]");
    if (photo && photo.hidden) this.show(photo.dataset.photo);
    this.current = field;
    if (scroll) {
      var row = this.form.querySelector('[data-field="' + CSS.escape(field) + '"]');
      if (row) row.scrollIntoView({ block: "nearest" });
    }
  };
  Review.prototype.show = function (id) {
    var number = 0;
    rt.all("[data-photo]", this.form).forEach(function (one, index) {
      one.hidden = one.dataset.photo !== id;
      if (!one.hidden) number = index + 1;
    });
    rt.all("[data-photo-show]", this.form).forEach(function (one) { one.classList.toggle("on", one.dataset.photoShow === id); });
    var out = this.form.querySelector("[data-photo-number]");
    if (out) out.textContent = String(number);
  };
  Review.prototype.step = function (by) {
    var photos = rt.all("[data-photo]", this.form);
    var at = photos.findIndex(function (one) { return !one.hidden; });
    if (photos.length > 1) this.show(photos[(at + by + photos.length) % photos.length].dataset.photo);
  };
  Review.prototype.choose = function (button) {
    var field = button.closest("[data-field]").dataset.field;
    var input = this.input(field);
    var before = input.value;
    input.value = button.dataset.alternative;
    // What stood there stays one press away.
    button.dataset.alternative = before;
    button.querySelector(".b").textContent = before || "nothing";
    rt.say(input.value + " chosen");
    input.dispatchEvent(new Event("change", { bubbles: true }));
    this.light(field, false);
  };
  Review.prototype.bind = function () {
    var self = this, form = this.form;
    form.addEventListener("focusin", function (event) {
      var row = event.target.closest("[data-field]");
      if (row) self.light(row.dataset.field, true);
    });
    form.addEventListener("click", function (event) {
      var box = event.target.closest("[data-box]");
      if (box && self.input(box.dataset.box)) self.input(box.dataset.box).focus();
      var alternative = event.target.closest("[data-alternative]");
      if (alternative) self.choose(alternative);
      var shown = event.target.closest("[data-photo-show]");
      if (shown) self.show(shown.dataset.photoShow);
      var step = event.target.closest("[data-photo-step]");
      if (step) self.step(Number(step.dataset.photoStep));
      if (event.target.closest("[data-boxes-toggle]")) {
        rt.all("[data-boxes]", form).forEach(function (group) {
          if (group.hasAttribute("display")) group.removeAttribute("display");
          else group.setAttribute("display", "none");
        });
      }
      if (event.target.closest("[data-focus-doubt]")) {
        var doubt = form.querySelector(".fld.on [name]") || form.querySelector(".fld [name]");
        if (doubt) { doubt.focus(); if (doubt.select) doubt.select(); }
      }
    });
    form.addEventListener("input", function (event) {
      if (event.target.name === "title") self.typedTitle = true;
    });
    // A title composed meanwhile never takes the place of one that a person types, nor moves under
    // the caret of one who is about to: it is asked for again when the field is left untouched.
    form.addEventListener("htmx:beforeSwap", function (event) {
      if (event.target.id !== "review-title-slot") return;
      if (!self.typedTitle && !event.target.contains(document.activeElement)) return;
      event.detail.shouldSwap = false;
      self.owesTitle = !self.typedTitle;
    });
    form.addEventListener("focusout", function (event) {
      var slot = event.target.name === "title" && document.getElementById("review-title-slot");
      if (slot && self.owesTitle && !self.typedTitle) slot.dispatchEvent(new CustomEvent("rt:fields"));
      if (slot) self.owesTitle = false;
    });
    form.addEventListener("change", function (event) {
      if (event.target.name === "title") { self.typedTitle = true; return; }
      var slot = document.getElementById("review-title-slot");
      if (slot && !self.typedTitle) slot.dispatchEvent(new CustomEvent("rt:fields"));
    });
    document.addEventListener("keydown", function (event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!/^[1-9]$/.test(event.key) || !form.isConnected) return;
      if (event.target.closest && event.target.closest("input, textarea, select")) return;
      var row = self.current && form.querySelector('[data-field="' + CSS.escape(self.current) + '"]');
      var button = row && rt.all("[data-alternative]", row)[Number(event.key) - 1];
      if (button) { event.preventDefault(); self.choose(button); }
    });
  };

  function all(root) {
    rt.all("[data-review]", root).forEach(function (form) {
      if (!form.review) form.review = new Review(form);
    });
  }
  all(document);
  document.addEventListener("htmx:load", function (event) { all(event.detail.elt); });
})();
