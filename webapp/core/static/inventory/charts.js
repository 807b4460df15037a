/**
 * Draws charts with the Chart.js that unfold ships.
 *
 * <canvas data-chart="ID"> is drawn from the JSON of <script type="application/json" id="ID">
 * (Django's json_script):
 *
 *   {type: "bars", days: ["2026-11-01", …], series: [{label, colour, values}, …]}
 *   {type: "steps", days, unit, series: [{label, colour, values, dashed, filled}, …]}
 *
 * `colour` names a custom property, --chart-<colour>, of inventory/figures.css, so that both
 * themes have theirs. Days and numbers are written in the language of the page.
 */
(() => {
  "use strict";

  const language = document.documentElement.lang || "en";
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 6 });
  // A day is a date without a zone: read and written as UTC it cannot slip to its neighbour.
  const shortDay = new Intl.DateTimeFormat(language, {
    month: "numeric", day: "numeric", timeZone: "UTC",
  });
  const longDay = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone: "UTC" });

  const charts = [];

  function colour(canvas, name) {
    return getComputedStyle(canvas).getPropertyValue(`--chart-${name}`).trim();
  }

  function dataset(canvas, type, series) {
    const own = colour(canvas, series.colour);
    const common = { label: series.label, data: series.values };
    if (type === "bars") {
      return { ...common, backgroundColor: own, hoverBackgroundColor: own, maxBarThickness: 28 };
    }
    return {
      ...common,
      borderColor: own,
      backgroundColor: series.filled ? `${own}22` : "transparent",
      fill: series.filled ? "origin" : false,
      borderWidth: series.dashed ? 1.5 : 2,
      borderDash: series.dashed ? [6, 4] : [],
      pointRadius: 0,
      pointHitRadius: 8,
      // The stock of a day holds until the movement that changes it.
      stepped: true,
    };
  }

  function scales(canvas, source) {
    const ink = colour(canvas, "ink");
    const grid = colour(canvas, "grid");
    const stacked = source.type === "bars";
    return {
      x: {
        stacked,
        grid: { display: false },
        border: { color: grid },
        ticks: {
          color: ink,
          maxRotation: 0,
          autoSkipPadding: 16,
          callback: (_value, index) => shortDay.format(new Date(source.days[index])),
        },
      },
      y: {
        stacked,
        beginAtZero: true,
        suggestedMax: 1,
        grid: { color: grid },
        border: { display: false },
        ticks: {
          color: ink,
          // Half a movement is none.
          precision: stacked ? 0 : undefined,
          callback: (value) => number.format(value),
        },
      },
    };
  }

  function plugins(canvas, source) {
    const unit = source.unit ? ` ${source.unit}` : "";
    const callbacks = {
      title: (items) => longDay.format(new Date(source.days[items[0].dataIndex])),
      label: (item) => `${item.dataset.label}: ${number.format(item.parsed.y)}${unit}`,
    };
    const legend = {
      position: "bottom",
      labels: { color: colour(canvas, "ink"), boxWidth: 12, boxHeight: 12, padding: 16 },
    };
    if (source.type === "steps") {
      // A line is its border: the box of the legend would be empty.
      Object.assign(legend.labels, { usePointStyle: true, pointStyle: "line", boxWidth: 28 });
    }
    return { legend, tooltip: { callbacks } };
  }

  function draw(canvas) {
    const source = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
    const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
    return new Chart(canvas, {
      type: source.type === "bars" ? "bar" : "line",
      data: {
        labels: source.days,
        datasets: source.series.map((series) => dataset(canvas, source.type, series)),
      },
      options: {
        animation: false,
        font,
        locale: language,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        scales: scales(canvas, source),
        plugins: plugins(canvas, source),
      },
    });
  }

  function drawAll() {
    while (charts.length) {
      charts.pop().destroy();
    }
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
      charts.push(draw(canvas));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    drawAll();
    // unfold switches the theme by the class of <html>; colours are read anew.
    let theme = document.documentElement.classList.contains("dark");
    new MutationObserver(() => {
      const now = document.documentElement.classList.contains("dark");
      if (now !== theme) {
        theme = now;
        drawAll();
      }
    }).observe(document.documentElement, { attributeFilter: ["class"] });
  });
})();
