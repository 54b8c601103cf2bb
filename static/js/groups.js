/* Sorting photos into parts: drag a photo to a part, or press a number on it; and cutting a photo:
   the frame follows the figures. Both forms work without this file. */
(function () {
  "use strict";
  var rt = window.rt;

  function move(form, photo, number) {
    var select = photo.querySelector("select");
    var has = select && Array.from(select.options).some(function (one) { return one.value === String(number); });
    if (!has) return;
    select.value = String(number);
    place(form, photo, number);
    select.focus();
    rt.say("Photo moved to part " + number);
  }
  function place(form, photo, number) {
    var group = form.querySelector('[data-group="' + number + '"] .ph');
    if (group && photo.parentNode !== group) group.append(photo);
  }
  function groups(form) {
    var dragged = null;
    form.addEventListener("keydown", function (event) {
      var photo = event.target.closest && event.target.closest("[data-group-photo]");
      if (!photo || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
      event.preventDefault();
      move(form, photo, Number(event.key));
    });
    form.addEventListener("change", function (event) {
      var photo = event.target.closest("[data-group-photo]");
      if (photo) { place(form, photo, event.target.value); event.target.focus(); }
    });
    form.addEventListener("dragstart", function (event) {
      dragged = event.target.closest("[data-group-photo]");
      if (dragged) event.dataTransfer.effectAllowed = "move";
    });
    form.addEventListener("dragover", function (event) {
      if (dragged && event.target.closest("[data-group]")) event.preventDefault();
    });
    form.addEventListener("drop", function (event) {
      var group = dragged && event.target.closest("[data-group]");
      if (!group) return;
      event.preventDefault();
      move(form, dragged, Number(group.dataset.group));
      dragged = null;
    });
  }
  function crop(form) {
    var box = form.querySelector("[data-crop-box]");
    var whole = { width: Number(box.getAttribute("width")), height: Number(box.getAttribute("height")) };
    form.addEventListener("input", function () {
      function share(name) { return Math.min(90, Math.max(0, Number(form.elements[name].value) || 0)) / 100; }
      box.setAttribute("x", whole.width * share("left"));
      box.setAttribute("y", whole.height * share("top"));
      box.setAttribute("width", Math.max(0, whole.width * (1 - share("left") - share("right"))));
      box.setAttribute("height", Math.max(0, whole.height * (1 - share("top") - share("bottom"))));
    });
  }
  rt.all("[data-groups]", document).forEach(groups);
  rt.all("[data-crop]", document).forEach(crop);
})();
