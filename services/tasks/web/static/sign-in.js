// A demonstration account fills the name in at once; without script its link loads the page so.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("[data-fill]");
  if (!link) return;
  event.preventDefault();
  document.querySelector("#username").value = link.dataset.fill;
  document.querySelector("#password").focus();
});
