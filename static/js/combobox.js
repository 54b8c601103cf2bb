/* Choices found by typing, after the ARIA combobox pattern. Without this script they are what they are:
   select[data-combobox]          one choice, or with `multiple` several; data-also on an option: other names
   input[data-combobox-years]     years as "2010-12, 2015"; the attribute lists the years to tick
   input[data-combobox-from]      free text with names of a URL; data-combobox-with names a field sent along */
(function () {
  "use strict";
  var rt = window.rt;
  var SHOWN = 200; // more are found by typing on
  var serial = 0;

  function fold(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().trim();
  }
  function bare(text) { return fold(text).replace(/[^a-z0-9]+/g, ""); }

  /* How well an option answers what was typed: the lower the better, null not at all. */
  function rank(option, words, key) {
    if (!words) return 5;
    var text = fold(option.text);
    if (text.indexOf(words) === 0) return 0;
    if (key && bare(option.text).indexOf(key) === 0) return 1;
    var also = option.also.filter(function (one) { return key && bare(one).indexOf(key) === 0; })[0];
    if (also) { option.by = also; return 2; }
    if (text.split(/[\s\-\/(]+/).some(function (one) { return one.indexOf(words) === 0; })) return 3;
    return text.indexOf(words) > 0 ? 4 : null;
  }

  function Box(source) {
    this.source = source;
    this.id = source.id || "cbx-" + (serial += 1);
    this.at = -1;
    this.shown = [];
    this.build();
    this.bind();
    this.rest();
  }
  Box.prototype.build = function () {
    this.list = rt.el("ul", { class: "cbx-list", role: "listbox", id: this.id + "-list", hidden: true });
    this.wrap = rt.el("div", { class: "cbx" });
    this.source.before(this.wrap);
    this.dress();
    this.wrap.append(this.list);
    this.list.setAttribute("aria-label", "Choices");
    var self = this;
    Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list",
      "aria-controls": this.list.id, autocomplete: "off", autocapitalize: "off", spellcheck: "false" })
      .forEach(function (pair) { self.input.setAttribute(pair[0], pair[1]); });
  };
  Box.prototype.bind = function () {
    var self = this;
    this.input.addEventListener("input", function () { self.typed = true; self.open(); });
    this.input.addEventListener("click", function () { if (self.list.hidden) { self.input.select(); self.open(); } });
    this.input.addEventListener("keydown", function (event) { self.key(event); });
    this.input.addEventListener("blur", function () { self.leave(); });
    this.list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    this.list.addEventListener("click", function (event) {
      var item = event.target.closest("[role=option]");
      if (item) self.choose(self.shown[Number(item.dataset.at)]);
    });
  };
  Box.prototype.words = function () { return this.typed ? fold(this.input.value) : ""; };
  Box.prototype.open = function () {
    if (this.input.disabled || this.input.readOnly) return;
    var self = this, words = this.words(), key = bare(words);
    var ranked = [];
    this.options().forEach(function (option, place) {
      option.by = "";
      var score = rank(option, words, key);
      if (score !== null) ranked.push([score, place, option]);
    });
    ranked.sort(function (one, other) { return one[0] - other[0] || one[1] - other[1]; });
    this.shown = ranked.slice(0, SHOWN).map(function (one) { return one[2]; });
    this.at = this.first(words);
    this.list.replaceChildren.apply(this.list, this.shown.map(function (option, place) { return self.item(option, place); }));
    if (!this.shown.length) {
      if (this.free) { this.close(); return; }
      this.list.append(rt.el("li", { class: "cbx-none", role: "presentation" }, ["Nothing of that name"]));
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.list.classList.toggle("up", this.input.getBoundingClientRect().bottom > window.innerHeight - 180);
    this.mark();
  };
  /* With something typed the best answer is ready for Enter; else what is chosen. */
  Box.prototype.first = function (words) {
    if (words) return this.shown.length && !this.free ? 0 : -1;
    return this.shown.findIndex(function (one) { return one.on; });
  };
  Box.prototype.item = function (option, place) {
    var item = rt.el("li", { role: "option", id: this.list.id + "-" + place, "data-at": String(place),
      "aria-selected": option.on ? "true" : "false" }, [option.text]);
    if (option.by) item.append(rt.el("span", { class: "mut" }, [option.by]));
    if (option.on) item.append(rt.icon("check", "i12"));
    return item;
  };
  Box.prototype.mark = function () {
    var self = this, current = null;
    rt.all("[role=option]", this.list).forEach(function (item, place) {
      item.classList.toggle("at", place === self.at);
      if (place === self.at) current = item;
    });
    if (current) {
      this.input.setAttribute("aria-activedescendant", current.id);
      current.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  };
  Box.prototype.close = function () {
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  };
  Box.prototype.key = function (event) {
    if (event.isComposing) return;
    var isOpen = !this.list.hidden;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.ctrlKey) {
      event.preventDefault();
      var step = event.key === "ArrowDown" ? 1 : -1;
      if (!isOpen) { this.open(); if (this.at < 0 && step > 0) this.at = 0; }
      else if (event.altKey && step < 0) { this.close(); return; }
      else if (this.shown.length) this.at = (this.at + step + this.shown.length + (this.at < 0 && step < 0 ? 1 : 0)) % this.shown.length;
      this.mark();
    } else if (event.key === "Enter") {
      var option = isOpen ? this.shown[this.at] : null;
      if (option) { event.preventDefault(); event.stopPropagation(); this.choose(option); }
      else if (isOpen && !this.free) event.preventDefault();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.typed = false;
      this.close();
      this.rest();
    } else if (event.key === "Tab" && isOpen && this.typed && this.shown[this.at]) {
      this.choose(this.shown[this.at]);
    } else if (event.key === "Backspace" && this.drop && !this.input.value) this.drop();
  };
  Box.prototype.leave = function () {
    if (!this.list.hidden) this.close();
    this.typed = false;
    this.rest();
  };
  Box.prototype.changed = function () { this.source.dispatchEvent(new Event("change", { bubbles: true })); };

  /* A select: the field shows the choice; with several each is a mark that can be taken off. */
  function Select(select) { Box.call(this, select); }
  Select.prototype = Object.create(Box.prototype);
  Select.prototype.dress = function () {
    var select = this.source, label = document.querySelector('label[for="' + CSS.escape(this.id) + '"]');
    this.input = rt.el("input", { type: "text", id: this.id + "-text", class: select.className.replace("form-select", "form-control") + " cbx-field",
      disabled: select.disabled, placeholder: select.dataset.combobox || (select.options[0] && !select.options[0].value ? select.options[0].text : "") });
    ["aria-invalid", "aria-describedby"].forEach(function (name) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }, this);
    if (label) label.htmlFor = this.input.id;
    this.wrap.append(this.input);
    if (select.multiple) {
      this.list.setAttribute("aria-multiselectable", "true");
      this.marks = rt.el("div", { class: "cbx-marks" });
      this.wrap.append(this.marks);
    }
    var had = document.activeElement === select || select.autofocus;
    select.hidden = true;
    select.removeAttribute("autofocus");
    if (had && !select.disabled) { var input = this.input; window.setTimeout(function () { if (input.isConnected) input.focus(); }, 0); }
  };
  Select.prototype.options = function () {
    var several = this.source.multiple;
    return Array.prototype.filter.call(this.source.options, function (one) { return one.value || !several; }).map(function (one) {
      return { text: one.text, also: (one.dataset.also || "").split("|").filter(Boolean), on: one.selected && !!one.value, node: one };
    });
  };
  Select.prototype.choose = function (option) {
    if (this.source.multiple) {
      option.node.selected = !option.node.selected;
      this.input.value = "";
      this.typed = false;
      var place = this.at;
      this.rest();
      this.open();
      this.at = Math.min(place, this.shown.length - 1);
      this.mark();
      rt.say(option.text + (option.node.selected ? " chosen" : " taken off"));
    } else {
      var same = this.source.value === option.node.value;
      this.source.value = option.node.value;
      this.typed = false;
      this.close();
      this.rest();
      if (same) return;
    }
    this.changed();
  };
  Select.prototype.rest = function () {
    var self = this, select = this.source;
    if (!select.multiple) {
      var one = select.selectedOptions[0];
      this.input.value = one && one.value ? one.text : "";
      return;
    }
    this.input.value = "";
    this.marks.replaceChildren.apply(this.marks, Array.prototype.map.call(select.selectedOptions, function (option) {
      var button = rt.el("button", { type: "button", class: "tag", "aria-label": "Take " + option.text + " off" }, [option.text]);
      button.append(rt.icon("x", "i12"));
      button.addEventListener("click", function () { option.selected = false; self.rest(); self.changed(); self.input.focus(); });
      return button;
    }));
  };
  Select.prototype.drop = function () {
    var chosen = this.source.multiple ? this.source.selectedOptions : [];
    if (!chosen.length) return;
    chosen[chosen.length - 1].selected = false;
    this.rest();
    this.changed();
  };

  /* Years: the text is the value; ticking a year writes it as the fewest ranges. */
  function Years(input) { Box.call(this, input); }
  Years.prototype = Object.create(Box.prototype);
  Years.prototype.free = true;
  Years.prototype.dress = function () {
    this.input = this.source;
    this.wrap.append(this.source);
    this.list.setAttribute("aria-multiselectable", "true");
    if (this.input.hasAttribute("autofocus")) { var input = this.input; window.setTimeout(function () { if (input.isConnected) input.focus(); }, 0); }
  };
  function years(text) {
    var found = new Set();
    (text.match(/\d{4}(\s*(-|–|to)\s*\d{2,4})?/g) || []).forEach(function (piece) {
      var ends = piece.match(/\d+/g), first = Number(ends[0]), last = ends[1] ? Number(ends[1]) : first;
      if (ends[1] && ends[1].length === 2) last += first - first % 100;
      for (var year = first; year <= last && year - first <= 60; year += 1) found.add(year);
    });
    return found;
  }
  function written(found) {
    var sorted = Array.from(found).sort(), out = [];
    sorted.forEach(function (year) {
      var last = out[out.length - 1];
      if (last && last[1] === year - 1) last[1] = year; else out.push([year, year]);
    });
    return out.map(function (one) { return one[0] === one[1] ? String(one[0]) : one[0] + "-" + one[1]; }).join(", ");
  }
  Years.prototype.words = function () {
    var last = this.input.value.split(",").pop().trim();
    return this.typed && /^\d{1,3}$/.test(last) ? last : "";
  };
  Years.prototype.options = function () {
    var on = years(this.input.value);
    return this.source.dataset.comboboxYears.split(",").filter(Boolean).map(function (year) {
      return { text: year, also: [], on: on.has(Number(year)), year: Number(year) };
    });
  };
  Years.prototype.first = function () { return -1; };
  Years.prototype.choose = function (option) {
    var on = years(this.words() ? this.input.value.split(",").slice(0, -1).join(",") : this.input.value);
    if (on.has(option.year)) on.delete(option.year); else on.add(option.year);
    var place = this.at;
    this.input.value = written(on);
    this.typed = false;
    this.ticked = true;
    this.open();
    this.at = place < 0 ? -1 : Math.min(this.shown.findIndex(function (one) { return one.year === option.year; }), this.shown.length - 1);
    this.mark();
    rt.say(option.year + (on.has(option.year) ? " chosen" : " taken off"));
  };
  Years.prototype.leave = function () {
    Box.prototype.leave.call(this);
    // What a script wrote makes no change of its own when the field is left.
    if (this.ticked) { this.ticked = false; this.changed(); }
  };
  Years.prototype.rest = function () {};

  /* Free text with names to choose from, fetched once for each address. */
  var fetched = {};
  function Names(input) { this.names = []; Box.call(this, input); }
  Names.prototype = Object.create(Box.prototype);
  Names.prototype.free = true;
  Names.prototype.dress = function () {
    var self = this;
    this.input = this.source;
    this.wrap.append(this.source);
    this.input.addEventListener("focus", function () { self.load(); });
  };
  Names.prototype.load = function () {
    var self = this, beside = this.source.dataset.comboboxWith;
    var url = new URL(this.source.dataset.comboboxFrom, window.location.href);
    if (beside) url.searchParams.set(beside, (this.source.form.elements[beside] || { value: "" }).value.trim());
    var key = url.href;
    if (!fetched[key]) {
      fetched[key] = fetch(key, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : { names: [] }; })
        .catch(function () { delete fetched[key]; return { names: [] }; });
    }
    fetched[key].then(function (data) {
      self.names = data.names;
      if (document.activeElement === self.input && self.typed) self.open();
    });
  };
  Names.prototype.options = function () {
    var value = this.input.value;
    return this.names.map(function (one) { return { text: one.name, also: one.also, on: one.name === value }; });
  };
  Names.prototype.first = function (words) { return words && this.shown.length ? 0 : -1; };
  Names.prototype.choose = function (option) {
    this.input.value = option.text;
    this.typed = false;
    this.close();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.typed = false;
    this.close();
    this.changed();
  };
  Names.prototype.rest = function () {};

  function all(root) {
    [["select[data-combobox]", Select], ["input[data-combobox-years]", Years], ["input[data-combobox-from]", Names]].forEach(function (pair) {
      var found = rt.all(pair[0], root);
      if (root.matches && root.matches(pair[0])) found.push(root);
      found.forEach(function (one) {
        if (one.combobox) return;
        one.combobox = true;
        new pair[1](one);
      });
    });
  }
  all(document);
  document.addEventListener("htmx:load", function (event) { all(event.detail.elt); });
})();
