// What the shell adds when script is there; every page works without it.
(() => {
  const closest = (event, selector) => event.target instanceof Element && event.target.closest(selector);

  // A menu closes when something else is touched, or by Escape, which gives the focus back.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    if (closest(event, "[data-print]")) window.print();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    const typing = closest(event, "input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("[data-slash]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "Enter" && event.ctrlKey && typing && typing.form) typing.form.requestSubmit();
  });

  // A form is sent once: a second click waits for the answer to the first.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });

  // Nothing typed is lost by leaving: the browser asks.
  let typed = false;
  document.addEventListener("input", (event) => { if (closest(event, "form[data-guard]")) typed = true; });
  document.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

  for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
})();
