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
  const dots = ({ labels, notes, series, min, mark }) => {
    const text = { color: token("--zs-ink-2"), fontFamily: token("--zs-font"), fontSize: 12 };
    const blue = token("--zs-primary");
    const below = (value) => mark !== null && value < mark;
    const lines = { lineStyle: { color: token("--zs-line") } };
    const rows = { type: "category", inverse: true, axisTick: { show: false }, axisLine: { show: false } };
    const point = (value, index) => ({ value: [value, index], itemStyle: { color: below(value) ? token("--zs-card") : blue, borderColor: blue, borderWidth: 2, opacity: 1 } });
    return {
      animation: false,
      textStyle: text,
      aria: { enabled: true },
      grid: { left: 4, right: 4, top: 8, bottom: 4, containLabel: true },
      xAxis: { type: "value", min, max: 100, axisLabel: { ...text, formatter: "{value}%", hideOverlap: true }, splitNumber: 4, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: token("--zs-line-2") } } },
      yAxis: [
        { ...rows, data: labels, axisLabel: { ...text, color: token("--zs-ink"), interval: 0, width: 96, overflow: "truncate" }, splitLine: { show: false } },
        { ...rows, data: notes, position: "right", axisLabel: { ...text, interval: 0 }, splitLine: { show: false } },
      ],
      series: [{
        name: series[0].name,
        type: "scatter",
        symbolSize: 12,
        z: 3,
        data: series[0].values.map((value, index) => (value === null ? null : point(value, index))).filter((one) => one !== null),
        markLine: {
          silent: true,
          z: 1,
          symbol: "none",
          label: { show: false },
          data: [
            ...labels.map((_, index) => ({ yAxis: index, lineStyle: { ...lines.lineStyle, type: "solid", width: 2 } })),
            ...(mark === null ? [] : [{ xAxis: mark, lineStyle: { type: "dashed", color: token("--zs-ink-3"), width: 1.5 } }]),
          ],
        },
      }, { type: "scatter", yAxisIndex: 1, data: [] }],
    };
  };
  /* Amounts on a line, hollow; the one that stands out is filled, the median is a dashed line. */
  const strip = ({ labels, series, mark }) => {
    const text = { color: token("--zs-ink-2"), fontFamily: token("--zs-font"), fontSize: 12 };
    const point = (value, index) => [value, ((index * 7) % 11) / 10];
    const others = { color: token("--zs-card"), borderColor: token("--zs-series-2"), borderWidth: 1.5, opacity: 1 };
    const yuan = (value) => (value >= 10000 ? `${Math.round(value / 100) / 100} 万元` : `${value} 元`);
    return {
      animation: false,
      textStyle: text,
      aria: { enabled: true },
      tooltip: { trigger: "item", formatter: (one) => `${labels[one.seriesIndex][one.dataIndex] || "同类案件"}　${yuan(one.value[0])}` },
      grid: { left: 12, right: 28, top: 28, bottom: 4, containLabel: true },
      xAxis: { type: "value", min: 0, axisLabel: { ...text, formatter: yuan, hideOverlap: true }, splitNumber: 4, splitLine: { lineStyle: { color: token("--zs-line") } } },
      yAxis: { type: "value", min: -0.4, max: 1.4, show: false },
      series: series.slice(0, 2).map((one, index) => ({
        name: one.name,
        type: "scatter",
        symbolSize: index ? 14 : 9,
        z: index + 2,
        itemStyle: index ? { color: token("--zs-primary"), opacity: 1 } : others,
        data: one.values.map((value, place) => (index ? [value, 0.5] : point(value, place))),
        markLine: index ? undefined : {
          silent: true,
          symbol: "none",
          lineStyle: { type: "dashed", color: token("--zs-ink-3"), width: 1.5 },
          label: { formatter: `中位数 ${yuan(mark)}`, color: token("--zs-ink-2"), fontSize: 12 },
          data: [{ xAxis: mark }],
        },
      })),
    };
  };
  const draw = (root) => root.querySelectorAll("[data-chart]").forEach((place) => {
    if (!window.echarts || place.dataset.drawn) return;
    place.dataset.drawn = "1";
    place.replaceChildren(document.createElement("div"));
    place.firstElementChild.className = "zs-chart";
    const spec = JSON.parse(place.dataset.chart);
    if (spec.kind === "dots") [place, place.firstElementChild].forEach((one) => { one.style.height = `${spec.labels.length * 30 + 40}px`; });
    const chart = window.echarts.init(place.firstElementChild, null, { renderer: "svg" });
    chart.setOption(({ dots, strip }[spec.kind] || option)(spec));
    new ResizeObserver(() => chart.resize()).observe(place);
  });
  draw(document);
  document.addEventListener("htmx:afterSettle", (event) => draw(event.target));
})();
