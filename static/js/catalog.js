/* The catalog by hand: a price, quantity, bin or title typed into its row (Enter saves and goes down,
   Escape puts back), columns moved in their chooser, the way back to the same list. */
(function () {
  "use strict";
  var rt = window.rt;

  /* Cells ------------------------------------------------------------------------------------- */
  var NUMBERS = { start_price: "decimal", quantity: "numeric" };

  function open(button) {
    var host = button.closest("td");
    if (!host || host.querySelector("input.cell-i")) return;
    var name = button.dataset.cell;
    var input = rt.el("input", {
      class: "form-control cell-i" + (NUMBERS[name] ? " n" : "") + (name === "bin" ? " code" : ""),
      type: "text",
      name: "cell-" + name,
      autocomplete: "off",
      inputmode: NUMBERS[name] || false,
      "aria-label": button.getAttribute("aria-label"),
    });
    input.value = button.dataset.value;
    input.defaultValue = button.dataset.value;
    host.classList.add("cell-open");
    host.prepend(input);
    input.focus();
    input.select();
    input.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { event.preventDefault(); save(input, button, true); }
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(input, true); }
    });
    input.addEventListener("input", function () { fault(input, ""); });
    input.addEventListener("blur", function () { save(input, button, false); });
  }

  function close(input, focus) {
    var host = input.closest("td");
    if (!host) return;
    host.classList.remove("cell-open");
    fault(input, "");
    input.dataset.done = "1";
    input.remove();
    var button = host.querySelector("[data-cell]");
    if (focus && button) button.focus();
  }

  function fault(input, text) {
    var host = input.closest("td");
    var old = host && host.querySelector(".cell-fault");
    if (old) old.remove();
    input.classList.toggle("bad", !!text);
    if (text) {
      input.setAttribute("aria-invalid", "true");
      host.append(rt.el("div", { class: "help bad cell-fault", role: "alert" }, [text]));
    } else input.removeAttribute("aria-invalid");
  }

  function below(row, name) {
    var next = row && row.nextElementSibling;
    return next && next.querySelector('[data-cell="' + name + '"]');
  }

  function save(input, button, down) {
    if (input.dataset.done || input.dataset.busy) return;
    var row = input.closest("[data-row]");
    var name = button.dataset.cell;
    if (input.value === input.defaultValue) {
      var following = down ? below(row, name) : null;
      close(input, down && !following);
      if (following) open(following);
      return;
    }
    input.dataset.busy = "1";
    tell("saving");
    var body = new URLSearchParams({ name: name, value: input.value, version: row.dataset.version });
    window.fetch(row.dataset.cells, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": rt.csrf(), "HX-Request": "true" },
      body: body,
    }).then(function (answer) {
      return answer.text().then(function (text) { done(answer.status, text, input, row, name, down); });
    }).catch(function () {
      delete input.dataset.busy;
      tell("Not saved");
      fault(input, "RealTrack did not answer. What you typed stays here.");
    });
  }

  function tell(text) { rt.all("[data-save-state]").forEach(function (out) { out.textContent = text; }); }

  function done(status, text, input, row, name, down) {
    delete input.dataset.busy;
    if (status === 200) {
      var made = document.createElement("template");
      made.innerHTML = text.trim();
      var fresh = made.content.querySelector("[data-row]");
      if (row.classList.contains("cur")) fresh.classList.add("cur");
      var box = row.querySelector("input[name=ids]");
      var again = fresh.querySelector("input[name=ids]");
      if (box && again) { again.checked = box.checked; fresh.setAttribute("aria-selected", String(box.checked)); }
      var moved = document.activeElement !== input && document.activeElement !== document.body;
      input.dataset.done = "1";
      row.replaceWith(fresh);
      window.htmx.process(fresh);
      tell("Saved " + rt.clock());
      rt.say("Saved " + rt.clock());
      if (moved) return; // the person works elsewhere already
      var next = down ? below(fresh, name) : null;
      if (next) open(next);
      else { var here = fresh.querySelector('[data-cell="' + name + '"]'); if (here && down) here.focus(); }
      return;
    }
    tell("Not saved");
    if (status === 422) { fault(input, text); return; }
    if (status === 409 && text.indexOf("data-conflict") >= 0) {
      var slot = document.getElementById("page-error");
      window.htmx.swap(slot, text, { swapStyle: "innerHTML" });
      close(input, false);
      return;
    }
    fault(input, "This was refused. Nothing was changed. Status " + status + ".");
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("[data-cell]");
    if (button) { event.preventDefault(); open(button); }
    var shift = event.target.closest && event.target.closest("[data-shift]");
    if (shift) move(shift);
  });
  // A list that fetches itself leaves rows alone in which someone types.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var target = event.detail.target;
    var typed = target && target.querySelector && target.querySelector("input.cell-i");
    var cause = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    if (typed && cause && /^(changed:|listingsChanged)/.test(cause.type)) event.detail.shouldSwap = false;
  });

  /* Columns ----------------------------------------------------------------------------------- */
  function move(button) {
    var item = button.closest("[data-id]");
    var other = button.dataset.shift === "-1" ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (button.dataset.shift === "-1") other.before(item);
    else other.after(item);
    button.focus();
    rt.say(item.textContent.trim() + " moved");
  }

  /* The way back: the part's page leads to the list as it was left. ------------------------------ */
  var KEY = "rt-catalog";
  function remember() {
    if (!document.getElementById("results")) return;
    try { sessionStorage.setItem(KEY, window.location.search); } catch (e) { /* then without filters */ }
  }
  remember();
  document.addEventListener("htmx:pushedIntoHistory", remember);
  document.addEventListener("htmx:historyRestore", remember);
})();
