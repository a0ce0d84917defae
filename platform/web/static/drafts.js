/* What somebody writes is never lost: each form with data-draft is kept in this browser while it is written, until the
   system has taken it. After a broken line, an expired log-in or a closed window the page offers it again.
   Kept for one post only, without files, for seven days at most; logging out removes it. */
(() => {
  "use strict";
  const post = document.body.dataset.post;
  const PREFIX = "zs-draft:";
  const DAYS = 7 * 86400000;
  const PAUSE = 800;
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); return true; } catch { return false; } };
  const remove = (key) => { try { localStorage.removeItem(key); } catch { /* private window: nothing was kept */ } };
  const keys = () => { try { return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)); } catch { return []; } };
  const element = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  const clock = (at) => {
    const day = new Date(at);
    const time = `${String(day.getHours()).padStart(2, "0")}:${String(day.getMinutes()).padStart(2, "0")}`;
    return day.toDateString() === new Date().toDateString() ? time : `${day.getMonth() + 1}月${day.getDate()}日 ${time}`;
  };

  /* The fields that a person fills: no keys, no files, no secrets. */
  const fields = (form) => [...form.elements].filter((field) => field.name && !field.name.startsWith("_") && !field.disabled
    && (field.type !== "hidden" || field.matches("[data-picked]"))
    && !["file", "password", "submit", "button", "reset", "fieldset"].includes(field.type));
  const values = (form) => fields(form)
    .filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const refill = (form, kept) => {
    const wanted = new Map();
    kept.forEach(([name, value]) => wanted.set(name, [...(wanted.get(name) || []), value]));
    fields(form).forEach((field) => {
      const found = wanted.get(field.name) || [];
      if (["checkbox", "radio"].includes(field.type)) field.checked = found.includes(field.value);
      else field.value = found.shift() ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const notice = (form, key, kept) => {
    const box = element("div", "zs-notice zs-notice-info zs-draft-found");
    box.setAttribute("role", "status");
    const text = element("div", "zs-notice-body");
    text.append(element("strong", "", `${clock(kept.at)} 填写的内容没有提交`),
      element("div", "", "内容暂存在本浏览器。恢复后请核对，已选择的文件需要重新选择。"));
    const acts = element("div", "zs-row");
    const restore = element("button", "zs-btn zs-btn-small zs-btn-outline", "恢复填写的内容");
    const drop = element("button", "zs-btn zs-btn-small zs-btn-link", "不再保留");
    restore.type = drop.type = "button";
    restore.addEventListener("click", () => {
      refill(form, kept.values);
      box.remove();
      fields(form).find((field) => field.type !== "hidden")?.focus();
    });
    drop.addEventListener("click", () => { remove(key); box.remove(); });
    acts.append(restore, drop);
    text.append(acts);
    box.append(text);
    form.prepend(box);
  };

  const watch = (form) => {
    const key = `${PREFIX}${post}:${form.dataset.draft}`;
    const first = values(form);
    const kept = read(key);
    if (kept && !same(kept.values, first)) notice(form, key, kept);
    else if (kept) remove(key);
    const state = element("span", "zs-caption zs-draft-state");
    state.setAttribute("role", "status");
    (form.querySelector(".zs-actions-bar, .zs-confirm-acts") || form).append(state);
    let waiting = 0;
    let sent = false;
    const keep = () => {
      clearTimeout(waiting);
      waiting = 0;
      const now = values(form);
      if (same(now, first)) { if (!form.querySelector(".zs-draft-found")) remove(key); state.textContent = ""; return; }
      if (write(key, { at: Date.now(), values: now, sent })) state.textContent = `已暂存于本浏览器 ${clock(Date.now())}`;
    };
    const soon = () => { sent = false; clearTimeout(waiting); waiting = setTimeout(keep, PAUSE); };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("zs:picked", soon);
    form.addEventListener("submit", () => { sent = true; keep(); });
    const last = () => { if (waiting) keep(); };
    addEventListener("pagehide", last);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") last(); });
  };

  /* What was sent counts as taken once another page of the post came that is no refusal; the log-in page says that it
     was not. */
  const settle = (forms) => {
    const mine = forms.map((form) => `${PREFIX}${post}:${form.dataset.draft}`);
    const refused = document.querySelector(".zs-refusal, #error-summary");
    keys().forEach((key) => {
      const kept = read(key);
      if (!kept || Date.now() - kept.at > DAYS) { remove(key); return; }
      if (!kept.sent) return;
      if (!post) write(key, { ...kept, sent: false });
      else if (!refused && key.startsWith(`${PREFIX}${post}:`) && !mine.includes(key)) remove(key);
    });
  };

  const forms = [...document.querySelectorAll("form[data-draft]")];
  settle(forms);
  if (post) forms.forEach(watch);
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/logout") keys().filter((key) => key.startsWith(`${PREFIX}${post}:`)).forEach(remove);
  });
})();
