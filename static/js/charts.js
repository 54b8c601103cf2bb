/* A chart is drawn from the table beside it: <canvas data-table="id" data-kind="bar|line">. */
(function () {
  "use strict";
  var rt = window.rt;
  var drawn = new Map();

  function token(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function number(text) {
    var found = text.replace(/[^0-9.\-]/g, "");
    return found === "" || found === "-" ? null : Number(found);
  }
  function read(table) {
    return {
      heads: rt.all("thead th", table).map(function (cell) { return cell.textContent.trim(); }),
      rows: rt.all("tbody tr", table).map(function (row) {
        return { cells: rt.all("th, td", row).map(function (cell) { return cell.textContent.trim(); }), link: row.querySelector("a[href]") };
      }),
    };
  }
  function draw(canvas) {
    var table = document.getElementById(canvas.dataset.table);
    if (!table) return;
    if (!canvas.parentElement.matches(".cv")) { // it takes its height from a frame of its own
      var frame = rt.el("div", { class: "cv" });
      canvas.before(frame);
      frame.append(canvas);
    }
    var data = read(table);
    var kind = canvas.dataset.kind || "bar";
    var stacked = canvas.dataset.stacked !== "no" && kind === "bar";
    var unit = canvas.dataset.unit || "";
    if (drawn.has(canvas)) drawn.get(canvas).destroy();
    var Chart = window.Chart;
    Chart.defaults.font.family = '"Inter Variable", sans-serif';
    Chart.defaults.font.size = 11;
    Chart.defaults.color = token("--ink-3");
    drawn.set(canvas, new Chart(canvas, {
      type: kind,
      data: {
        labels: data.rows.map(function (row) { return row.cells[0]; }),
        datasets: data.heads.slice(1, 4).map(function (head, index) {
          var colour = token("--c" + (index + 1));
          return {
            label: head,
            data: data.rows.map(function (row) { return number(row.cells[index + 1] || ""); }),
            backgroundColor: colour, borderColor: colour, borderWidth: kind === "line" ? 1.5 : 0,
            pointRadius: kind === "line" ? 2 : 0, borderRadius: 2, barPercentage: 0.8, categoryPercentage: 0.8,
            stack: stacked ? "a" : undefined,
          };
        }),
      },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        onClick: function (event, items) {
          var link = items.length && data.rows[items[0].index].link;
          if (link) window.location.assign(link.href);
        },
        plugins: { legend: { display: false } },
        scales: {
          x: { stacked: stacked, grid: { display: false }, border: { color: token("--line") }, ticks: { maxRotation: 0, autoSkipPadding: 16 } },
          y: {
            stacked: stacked, beginAtZero: true, border: { display: false }, grid: { color: token("--line") },
            ticks: { maxTicksLimit: 5, callback: function (value) { return unit + (Math.abs(value) >= 1000 ? value / 1000 + "k" : value); } },
          },
        },
      },
    }));
    canvas.setAttribute("role", "img");
    if (!canvas.hasAttribute("aria-label")) canvas.setAttribute("aria-label", "Chart of the table “" + (table.getAttribute("aria-label") || "figures") + "”");
  }
  function all(root) {
    var found = rt.all("canvas[data-table]", root);
    if (!found.length) return;
    Promise.all([rt.script("chart"), document.fonts.load('11px "Inter Variable"')]).then(function () { found.forEach(draw); });
  }
  all(document);
  document.addEventListener("htmx:load", function (event) { if (event.detail.elt !== document.body) all(event.detail.elt); });
  document.addEventListener("rt:theme", function () { drawn.forEach(function (chart, canvas) { if (canvas.isConnected) draw(canvas); else drawn.delete(canvas); }); });
})();
