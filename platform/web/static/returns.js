/* The sheet as a spreadsheet: arrows and Enter move, Esc restores, a pasted block fills cells downward. Everything is
   an addition: without it Tab moves and the form is sent the same way. */
(() => {
  "use strict";
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const cells = [...sheet.querySelectorAll("input[data-cell]")];
  const told = document.querySelector("[data-sheet-told]");
  document.querySelectorAll("[data-sheet-keys]").forEach((node) => { node.hidden = false; });

  const move = (from, by) => {
    const next = cells[cells.indexOf(from) + by];
    if (next) { next.focus(); next.select(); }
    return Boolean(next);
  };
  sheet.addEventListener("focusin", (event) => {
    if (told && event.target.matches("input[data-cell]")) told.textContent = event.target.dataset.told;
  });
  sheet.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches("input[data-cell]") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowDown: 1, Enter: event.shiftKey ? -1 : 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      move(cell, steps[event.key]);
    } else if (event.key === "Escape") {
      event.preventDefault();
      cell.value = cell.dataset.before;
      cell.select();
      cell.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  /* A block from a spreadsheet: one line a row; of several columns the first is taken. */
  sheet.addEventListener("paste", (event) => {
    const cell = event.target;
    if (!cell.matches("input[data-cell]")) return;
    const text = event.clipboardData?.getData("text/plain") || "";
    const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
    if (lines.length < 2) return;
    event.preventDefault();
    const first = cells.indexOf(cell);
    lines.slice(0, cells.length - first).forEach((line, offset) => {
      const target = cells[first + offset];
      target.value = line.split("\t")[0].trim().slice(0, 40);
      target.dispatchEvent(new Event("input", { bubbles: true }));
    });
    cells[Math.min(first + lines.length, cells.length) - 1].focus();
  });

  /* A check leads to its cell: the field itself, so that one may type at once. */
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest(".zs-checks a[href^='#f-c-']");
    if (!link) return;
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    target.focus();
    target.select?.();
  });
})();
