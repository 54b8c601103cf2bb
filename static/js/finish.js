/* Finishing line: a proposal is taken by its number, E goes to the first field in doubt. */
(function () {
  "use strict";
  var rt = window.rt;
  var form = document.querySelector("[data-finish]");
  if (!form) return;
  form.addEventListener("click", function (event) {
    var take = event.target.closest("[data-finish-take]");
    if (take) {
      var input = take.closest("[data-finish-field]").querySelector("input, select");
      input.value = take.dataset.finishTake;
      take.closest("[data-finish-field]").classList.remove("on");
      rt.say(input.value + " taken");
    }
    if (event.target.closest("[data-finish-doubt]")) {
      var first = form.querySelector(".fld.on input, .fld.on select") || form.querySelector(".fld input");
      first.focus();
      if (first.select) first.select();
    }
    var step = event.target.closest("[data-finish-step]");
    if (step) {
      var photos = rt.all("[data-finish-photo]", form);
      var at = photos.findIndex(function (one) { return !one.hidden; });
      photos[at].hidden = true;
      photos[(at + Number(step.dataset.finishStep) + photos.length) % photos.length].hidden = false;
    }
  });
})();
