// What script adds to the board: an open page stays fresh, arrows walk between the cards.
(() => {
  const SPOKEN_EVERY = 10000;
  let spoken = 0;

  // The poll says which state it has; 304 leaves the page alone. A hidden page does not ask.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-live]") && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const mark = event.target.matches("[data-live]") && event.target.dataset.mark;
    if (mark) event.detail.headers["If-None-Match"] = `"${mark}"`;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const live = event.detail.requestConfig?.elt;
    if (!live?.matches("[data-live]")) return;
    const { xhr } = event.detail;
    if (xhr.status !== 200) { event.detail.shouldSwap = false; return; }
    live.dataset.mark = (xhr.getResponseHeader("ETag") || "").replace(/^W\/|"/g, "");
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target?.id === "board-news") say();
  });
  function say() {
    const news = document.getElementById("board-news");
    const said = document.getElementById("board-said");
    if (!news || !said || !news.textContent.trim() || Date.now() - spoken < SPOKEN_EVERY) return;
    spoken = Date.now();
    said.textContent = news.textContent.trim();
  }

  // Only one menu of filters is open; following a choice closes it.
  document.addEventListener("click", (event) => {
    const menu = event.target instanceof Element && event.target.closest(".filter-menu");
    if (menu && event.target.closest("a")) menu.open = false;
  });

  const keys = () => document.getElementById("board-keys");
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-keys]")) keys()?.showModal();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (event.key === "?") { event.preventDefault(); keys()?.showModal(); return; }
    const next = neighbour(event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.closest("li, tr")?.scrollIntoView({ block: "nearest" });
  });

  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  // From no card at all an arrow goes to the first one only when nothing else has the focus.
  function neighbour(key) {
    const step = STEPS[key];
    if (!step) return null;
    const columns = [...document.querySelectorAll("#board .cards, #board tbody")]
      .map((column) => [...column.querySelectorAll("[data-card]")].filter((card) => card.offsetParent))
      .filter((cards) => cards.length);
    const at = document.activeElement;
    const x = columns.findIndex((cards) => cards.includes(at));
    if (x < 0) return at === document.body && step[1] > 0 ? columns[0]?.[0] : null;
    const y = columns[x].indexOf(at);
    const column = columns[x + step[0]];
    return column?.[Math.min(y + step[1], column.length - 1)] ?? null;
  }
})();
