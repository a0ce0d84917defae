/* Draws the elements with data-chart after the guide: SVG, no animation, two series at most, one hue and grey. */
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const option = ({ kind, labels, series }) => {
    const colours = [token("--zs-primary"), token("--zs-series-2")];
    const text = { color: token("--zs-ink-2"), fontFamily: token("--zs-font"), fontSize: 12 };
    return {
      animation: false,
      color: colours,
      textStyle: text,
      aria: { enabled: true },
      grid: { left: 4, right: kind === "line" ? 40 : 8, top: 30, bottom: 4, containLabel: true },
      legend: { left: 0, top: 0, itemWidth: 10, itemHeight: 10, textStyle: text },
      xAxis: { type: "category", data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--zs-line-2") } }, axisLabel: text },
      yAxis: { type: "value", min: 0, minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: token("--zs-line") } } },
      series: series.slice(0, 2).map((one, index) => ({
        name: one.name,
        type: kind,
        data: one.values,
        barMaxWidth: 12,
        barGap: "10%",
        symbol: index ? "emptyCircle" : "circle",
        symbolSize: 6,
        lineStyle: { type: index ? "dashed" : "solid", width: 2 },
        endLabel: kind === "line" ? { show: true, formatter: one.name } : undefined,
      })),
    };
  };
  /* Rates on an axis that starts where the page says: filled at or above the mark, hollow below it. */
  const dots = ({ labels, series, min, mark }) => {
    const text = { color: token("--zs-ink-2"), fontFamily: token("--zs-font"), fontSize: 12 };
    const blue = token("--zs-primary");
    const below = (value) => mark !== null && value < mark;
    return {
      animation: false,
      textStyle: text,
      aria: { enabled: true },
      grid: { left: 4, right: 56, top: 8, bottom: 4, containLabel: true },
      xAxis: { type: "value", min, max: 100, axisLabel: { ...text, formatter: "{value}%", hideOverlap: true }, splitNumber: 4, splitLine: { lineStyle: { color: token("--zs-line") } } },
      yAxis: { type: "category", data: labels, inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...text, interval: 0 }, splitLine: { show: true, lineStyle: { color: token("--zs-line") } } },
      series: [{
        name: series[0].name,
        type: "scatter",
        symbolSize: 12,
        data: series[0].values.map((value) => ({ value, itemStyle: { color: below(value) ? token("--zs-card") : blue, borderColor: blue, borderWidth: 2 } })).map((point, index) => ({ ...point, value: [point.value, index] })),
        label: { show: true, position: "right", formatter: ({ value }) => `${value[0].toFixed(1)}%`, color: token("--zs-ink"), fontSize: 12 },
        markLine: mark === null ? undefined : { silent: true, symbol: "none", label: { show: false }, lineStyle: { type: "dashed", color: token("--zs-ink-3") }, data: [{ xAxis: mark }] },
      }],
    };
  };
  const draw = (root) => root.querySelectorAll("[data-chart]").forEach((place) => {
    if (!window.echarts || place.dataset.drawn) return;
    place.dataset.drawn = "1";
    place.replaceChildren(document.createElement("div"));
    place.firstElementChild.className = "zs-chart";
    const chart = window.echarts.init(place.firstElementChild, null, { renderer: "svg" });
    const spec = JSON.parse(place.dataset.chart);
    chart.setOption(spec.kind === "dots" ? dots(spec) : option(spec));
    new ResizeObserver(() => chart.resize()).observe(place);
  });
  draw(document);
  document.addEventListener("htmx:afterSettle", (event) => draw(event.target));
})();
