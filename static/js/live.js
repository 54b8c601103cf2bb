/* The websocket says what changed; the fragments that listen for `changed:<what>` fetch themselves. */
(function () {
  "use strict";
  var rt = window.rt;
  var tries = 0, socket = null, timer = null, gone = false;

  function bell(unread) {
    rt.all("[data-bell-count]").forEach(function (out) { out.textContent = String(unread); });
    rt.all("[data-bell]").forEach(function (link) {
      link.classList.toggle("has-new", unread > 0);
      link.setAttribute("aria-label", unread > 0 ? "Notifications, " + unread + " new" : "Notifications");
    });
  }
  function changed(what, detail) {
    document.body.dispatchEvent(new CustomEvent("changed:" + what, { detail: detail || {} }));
  }
  function heard(event) {
    var message;
    try { message = JSON.parse(event.data); } catch (e) { return; }
    if (message.type === "notifications.count") {
      var before = Number((document.querySelector("[data-bell-count]") || {}).textContent) || 0;
      bell(Number(message.unread) || 0);
      if (message.unread > before) rt.say((message.unread - before) + " new notification" + (message.unread - before === 1 ? "" : "s"));
      changed("notifications", message);
    }
    if (message.type === "changed" && /^[\w.-]+$/.test(message.what || "")) changed(message.what, message);
  }
  function connect() {
    timer = null;
    if (gone || document.hidden && tries > 3) return;
    var scheme = window.location.protocol === "https:" ? "wss://" : "ws://";
    socket = new WebSocket(scheme + window.location.host + "/ws/notifications/");
    socket.addEventListener("open", function () {
      if (tries > 0) document.body.dispatchEvent(new CustomEvent("rt:online")); // catch up on what was missed
      tries = 0;
      document.documentElement.dataset.live = "on";
    });
    socket.addEventListener("message", heard);
    socket.addEventListener("close", function (event) {
      document.documentElement.dataset.live = "off";
      socket = null;
      // 4401, 4403: signed out or not allowed; asking again cannot help.
      if (event.code === 4401 || event.code === 4403) { gone = true; return; }
      later();
    });
  }
  function later() {
    if (timer !== null || gone) return;
    tries += 1;
    // 1, 2, 4 … 30 s, and up to half of it on top, so that browsers do not come back all at once.
    var wait = Math.min(30000, 1000 * Math.pow(2, Math.min(tries, 6) - 1));
    timer = window.setTimeout(connect, wait + Math.random() * wait / 2);
  }
  window.addEventListener("pagehide", function () { gone = true; if (socket) socket.close(); });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { gone = false; connect(); } });
  document.addEventListener("visibilitychange", function () { if (!document.hidden && !socket && timer === null) connect(); });
  connect();
})();
