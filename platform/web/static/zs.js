/* What links and forms cannot do alone: keys, dialogs, focus after a swap, counters, the organ picker, file rows.
   Everything here is an addition: without it each page still works. No eval, no inline handlers (strict CSP). */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const body = document.body;
  document.documentElement.classList.add("zs-script");

  const say = (text) => { const live = $("#live"); if (live) live.textContent = text; };
  const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window: not kept */ } };

  /* Parts that only make sense with script are delivered hidden. */
  const reveal = (root) => $$("[data-copy][hidden], [data-print][hidden], [data-choose-all][hidden], .zs-pop [data-dialog][hidden]", root)
    .forEach((node) => { node.hidden = false; });

  const toast = (text) => {
    const place = $("#toasts");
    if (!place) return;
    const node = document.createElement("div");
    node.className = "zs-toast";
    node.textContent = text;
    place.append(node);
    setTimeout(() => node.remove(), 4000);
  };
  const fadeToasts = () => $$("[data-toast]").forEach((node) => setTimeout(() => node.remove(), 4000));

  const focusPart = (root) => {
    const target = root.matches?.("[data-focus]") ? root : $("[data-focus]", root);
    if (!target) return;
    if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus({ preventScroll: false });
  };

  /* Dialogs. The opener gets the focus back; a missing dialog leaves the link to its page. */
  let opener = null;
  const openDialog = (dialog, from) => {
    if (!dialog || dialog.open || !dialog.showModal) return false;
    opener = from || document.activeElement;
    dialog.showModal();
    return true;
  };
  document.addEventListener("close", (event) => {
    if (event.target.matches?.("dialog") && opener?.isConnected) opener.focus();
  }, true);
  document.addEventListener("zs:open-dialog", () => openDialog($("#dialog")));
  document.addEventListener("zs:close-dialog", () => $$("dialog[open]").forEach((dialog) => dialog.close()));
  document.addEventListener("zs:toast", (event) => toast(event.detail?.value ?? event.detail?.message ?? ""));

  /* Popovers (menus, article cards): one at a time, closed by Esc or a click elsewhere, kept inside the window. */
  const popovers = "details[data-pop], details.zs-article";
  const closeAll = (except) => $$("details[open]").forEach((node) => {
    if (node.matches(popovers) && node !== except && !node.contains(except)) node.open = false;
  });
  document.addEventListener("toggle", (event) => {
    const node = event.target;
    if (!node.open || !node.matches?.(popovers)) return;
    closeAll(node);
    const card = $(".zs-article-card, .zs-pop", node);
    if (!card) return;
    card.classList.remove("zs-pop-left");
    if (card.getBoundingClientRect().right > document.documentElement.clientWidth - 8) card.classList.add("zs-pop-left");
  }, true);

  const toggleWhy = (link) => {
    const row = document.getElementById(link.dataset.why);
    if (!row) return false;
    const open = row.classList.toggle("zs-open");
    link.setAttribute("aria-expanded", String(open));
    return true;
  };

  const copy = async (button) => {
    const label = $("[data-copy-text]", button);
    await navigator.clipboard.writeText(button.dataset.copy);
    const before = label.textContent;
    label.textContent = "已复制";
    say(`已复制 ${button.dataset.copy}`);
    setTimeout(() => { label.textContent = before; }, 2000);
  };

  document.addEventListener("click", (event) => {
    const at = event.target;
    if (!(at instanceof Element)) return;
    closeAll(at.closest("details"));
    const why = at.closest("[data-why]");
    if (why && toggleWhy(why)) { event.preventDefault(); return; }
    const opens = at.closest("[data-dialog]");
    if (opens && openDialog(document.getElementById(opens.dataset.dialog), opens)) { event.preventDefault(); return; }
    const closes = at.closest("[data-close]");
    if (closes && closes.closest("dialog")) { event.preventDefault(); closes.closest("dialog").close(); return; }
    const back = at.closest("[data-back]");
    if (back && document.referrer.startsWith(location.origin) && history.length > 1) { event.preventDefault(); history.back(); return; }
    if (at.closest("[data-print]")) { print(); return; }
    const copies = at.closest("[data-copy]");
    if (copies) { copy(copies).catch(() => say("浏览器不允许复制，请手工选取")); return; }
    const option = at.closest(".zs-option");
    if (option) { pick(option); return; }
    if (at.closest("[data-bulk-clear]")) { event.preventDefault(); $$("[data-choose]:checked").forEach((box) => { box.checked = false; }); countChosen(); return; }
    const disabled = at.closest("button[aria-disabled='true']");
    if (disabled) { event.preventDefault(); focusFirstMissing(disabled); }
  });
  const focusFirstMissing = (button) => {
    const form = button.form;
    const missing = form && ($("[aria-invalid='true']", form) || $(":invalid:not(fieldset)", form));
    missing?.focus();
  };

  /* Selection in lists */
  const countChosen = () => {
    const boxes = $$("[data-choose]");
    const count = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => box.closest("tr")?.setAttribute("aria-selected", String(box.checked)));
    $$("[data-bulk]").forEach((bar) => { bar.hidden = count === 0; });
    $$("[data-bulk-count]").forEach((node) => { node.textContent = String(count); });
    $$("[data-choose-all]").forEach((box) => {
      box.checked = count > 0 && count === boxes.length;
      box.indeterminate = count > 0 && count < boxes.length;
    });
  };
  document.addEventListener("change", (event) => {
    const at = event.target;
    if (at.matches("[data-choose]")) countChosen();
    if (at.matches("[data-choose-all]")) { $$("[data-choose]").forEach((box) => { box.checked = at.checked; }); countChosen(); }
    if (at.matches("#zs-keys-on")) store("zs-keys", at.checked ? "on" : "off");
    if (at.matches("[data-upload] input[type=file]")) showFiles(at);
  });
  document.addEventListener("input", (event) => {
    const at = event.target;
    const counter = at.dataset?.count && document.getElementById(at.dataset.count);
    if (counter) counter.textContent = `${at.value.length} / ${at.maxLength} 字`;
    if (at.matches("[role=combobox]")) { const hidden = $("[data-picked]", at.closest("[data-picker]")); if (hidden) hidden.value = ""; }
  });

  /* Files: the rows tell name and size before the form is sent. */
  const KINDS = [[/\.pdf$/i, "pdf", "PDF"], [/\.(jpe?g|png|heic|webp)$/i, "photo", "照片"], [/\.(mp4|mov|avi)$/i, "video", "视频"],
    [/\.(mp3|m4a|wav)$/i, "audio", "录音"], [/\.docx?$/i, "word", "Word"], [/\.xlsx?$/i, "sheet", "表格"]];
  const bytes = (size) => size < 1048576 ? `${Math.max(1, Math.round(size / 1024))} KB` : `${(size / 1048576).toFixed(1)} MB`;
  const element = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  const showFiles = (input) => {
    const list = $("[data-files]", input.closest("[data-upload]"));
    $$("[data-local]", list).forEach((row) => row.remove());
    const state = $("[data-files-state]", input.closest("[data-upload]"));
    if (state) state.textContent = input.files.length ? `已选择 ${input.files.length} 个文件` : "尚未选择文件";
    for (const file of input.files) {
      const [, kind, label] = KINDS.find(([pattern]) => pattern.test(file.name)) || [null, "other", "文件"];
      const row = element("li", `zs-evidence zs-evidence-${kind}`);
      row.dataset.local = "";
      const text = element("span", "zs-evidence-text");
      text.append(Object.assign(element("span", "", file.name), { title: file.name }), element("span", "zs-file-state", `${bytes(file.size)}，提交时上传`));
      row.append(element("span", "zs-evidence-type", label), text);
      list.append(row);
    }
  };
  const drop = (event) => event.target.closest?.("[data-drop]");
  document.addEventListener("dragover", (event) => { const box = drop(event); if (box) { event.preventDefault(); box.classList.add("zs-drop-over"); } });
  document.addEventListener("dragleave", (event) => drop(event)?.classList.remove("zs-drop-over"));
  document.addEventListener("drop", (event) => {
    const box = drop(event);
    if (!box) return;
    event.preventDefault();
    box.classList.remove("zs-drop-over");
    const input = $("input[type=file]", box);
    input.files = event.dataTransfer.files;
    showFiles(input);
  });

  /* Organ picker: arrows choose in the list, Enter takes it. */
  const pick = (option) => {
    const picker = option.closest("[data-picker]");
    if (!picker) return;
    const input = $("[role=combobox]", picker);
    input.value = option.dataset.label;
    $("[data-picked]", picker).value = option.dataset.value;
    $("[role=listbox]", picker).replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.focus();
    picker.dispatchEvent(new CustomEvent("zs:picked", { bubbles: true, detail: { value: option.dataset.value } }));
  };
  const movePicker = (event) => {
    const picker = event.target.closest("[data-picker]");
    const options = $$(".zs-option", picker);
    const now = options.findIndex((node) => node.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") { if (now >= 0) { event.preventDefault(); pick(options[now]); } return; }
    if (event.key === "Escape") { $("[role=listbox]", picker).replaceChildren(); return; }
    if (!options.length || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    const next = (now + (event.key === "ArrowDown" ? 1 : options.length - (now < 0 ? 0 : 1))) % options.length;
    options.forEach((node, index) => {
      node.setAttribute("aria-selected", String(index === next));
      node.id ||= `${event.target.id}-option-${index}`;
    });
    event.target.setAttribute("aria-activedescendant", options[next].id);
    options[next].scrollIntoView({ block: "nearest" });
  };

  /* Keys. None fires in a field; all can be switched off in the list of keys. */
  let waitsForG = 0;
  const rows = () => $$("[data-list] tbody tr").filter((row) => !row.matches(".zs-group, .zs-why-row") && row.offsetParent);
  const move = (by) => {
    const list = rows();
    if (!list.length) return;
    const now = list.findIndex((row) => row.classList.contains("zs-cursor"));
    const next = Math.min(list.length - 1, Math.max(0, now + by));
    list[now]?.classList.remove("zs-cursor");
    list[next].classList.add("zs-cursor");
    ($("a.zs-row-link, a", list[next]) || list[next]).focus();
    list[next].scrollIntoView({ block: "nearest" });
  };
  const KEYS = {
    "/": () => ($("[data-list-search]") || $("[data-search]"))?.focus(),
    "?": () => openDialog($("#zs-keys")),
    j: () => move(1),
    k: () => move(-1),
    x: () => { const box = $(".zs-cursor [data-choose]"); if (box) { box.checked = !box.checked; countChosen(); } },
    g: () => { waitsForG = Date.now(); },
    d: () => { if (Date.now() - waitsForG < 1500) location.assign(body.dataset.home || "/"); },
  };
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (at.matches?.("[role=combobox]")) { movePicker(event); return; }
    if (event.key === "Escape") {
      const open = $$(popovers).find((node) => node.open);
      if (open) { open.open = false; $("summary", open)?.focus(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || stored("zs-keys") === "off") return;
    if (at.closest?.("input, textarea, select, [contenteditable], dialog")) return;
    if (event.key === "Enter" && at === body) { const link = $(".zs-cursor a"); if (link) link.click(); return; }
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : ""];
    if (act) { if (event.key !== "g" && event.key !== "d") event.preventDefault(); act(); }
  });

  /* Double submit without htmx: the second press of the button does nothing. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    event.submitter?.classList.add("zs-btn-busy");
  });
  addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    $$(".zs-btn-busy", form).forEach((button) => button.classList.remove("zs-btn-busy"));
  }));

  /* htmx: focus after a swap, one fixed notice when no answer came, own input kept. */
  document.addEventListener("htmx:afterSettle", (event) => {
    reveal(event.target);
    focusPart(event.target);
    countChosen();
    fadeToasts();
    const picker = event.target.matches?.("[role=listbox]") && event.target.closest("[data-picker]");
    if (picker) $("[role=combobox]", picker).setAttribute("aria-expanded", String(event.target.childElementCount > 0));
    if (event.target.id === "dialog") openDialog(event.target);
  });
  const broken = () => {
    const source = $("#zs-broken");
    const place = $("#notices");
    if (!source || !place || $("[data-broken]")) return;
    place.prepend(source.content.cloneNode(true));
    $("[data-broken]").focus();
  };
  document.addEventListener("htmx:sendError", broken);
  document.addEventListener("htmx:timeout", broken);
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status >= 500) broken(); });
  document.addEventListener("htmx:beforeRequest", () => $$("[data-broken]").forEach((node) => node.remove()));
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = $("[data-progress] rect:last-of-type", event.target);
    if (bar && event.detail.lengthComputable) bar.setAttribute("width", `${Math.round(100 * event.detail.loaded / event.detail.total)}%`);
  });

  /* Counters while somebody looks; the page says nothing by itself otherwise. */
  const refresh = (href) => {
    if (document.visibilityState === "visible" && window.htmx && href) {
      window.htmx.ajax("GET", href, { source: body, swap: "none" });
    }
  };
  /* The bell every half minute; every other time with all numbers. */
  let ticks = 0;
  if (body.dataset.counters) {
    setInterval(() => { ticks += 1; refresh(ticks % 2 ? `${body.dataset.counters}/bell` : body.dataset.counters); }, 30000);
  }

  /* Session: a warning two minutes before the end, extended with one key. Counter refreshes do not count as work. */
  let ends = 0;
  const restart = () => { ends = Date.now() + Number(body.dataset.sessionSeconds || 0) * 1000; };
  if (body.dataset.sessionSeconds) {
    restart();
    document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt !== body) restart(); });
    setInterval(() => { if (ends - Date.now() < 120000 && ends > Date.now()) openDialog($("#zs-session")); }, 5000);
    $("[data-keep]")?.addEventListener("click", async () => {
      const answer = await fetch(body.dataset.keepalive, { credentials: "same-origin" }).catch(() => null);
      if (answer?.ok) { restart(); $("#zs-session").close(); say("登录已延长"); } else { broken(); }
    });
  }

  /* Steps on a phone: one fieldset at a time, in the order of the page. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-step-to]");
    if (!button) return;
    event.preventDefault();
    const wanted = button.dataset.stepTo;
    $$("[data-phone-step]").forEach((step) => step.toggleAttribute("data-inactive", step.dataset.phoneStep !== wanted));
    $$("[data-phone-steps] li").forEach((mark, index) => {
      mark.toggleAttribute("aria-current", index + 1 === Number(wanted));
      mark.dataset.state = index + 1 < Number(wanted) ? "done" : "";
    });
    $(`[data-phone-step="${CSS.escape(wanted)}"] legend`)?.scrollIntoView({ block: "start" });
  });

  /* Print opens what is folded, and folds it again. */
  let unfolded = [];
  addEventListener("beforeprint", () => { unfolded = $$("details[data-fold]:not([open])"); unfolded.forEach((node) => { node.open = true; }); });
  addEventListener("afterprint", () => { unfolded.forEach((node) => { node.open = false; }); unfolded = []; });

  reveal(document);
  countChosen();
  fadeToasts();
  const keysBox = $("#zs-keys-on");
  if (keysBox) keysBox.checked = stored("zs-keys") !== "off";
  if ($(".zs-actions-bar")) body.classList.add("zs-has-actions");
  const summary = $("#error-summary");
  if (summary) summary.focus();
})();
