// Shows how far the files of a report are; without script the form is sent as any other.
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;

  const sizeOf = (input) => [...input.files].reduce((sum, file) => sum + file.size, 0);

  form.addEventListener("submit", (event) => {
    const files = form.querySelector('input[type="file"]');
    if (!sizeOf(files) || form.dataset.sent) return;
    event.preventDefault();
    const said = form.querySelector("[data-upload-said]");
    const bar = form.querySelector("[data-upload-bar]");
    said.hidden = bar.hidden = false;
    said.textContent = said.dataset.words;
    const call = new XMLHttpRequest();
    call.open("POST", form.action);
    call.setRequestHeader("X-Upload", "1");
    call.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) bar.value = Math.round((100 * step.loaded) / step.total);
    });
    call.addEventListener("load", () => {
      if (call.status === 200) {
        window.location.assign(JSON.parse(call.responseText).to);
        return;
      }
      // What is wrong stands in the page that came back; the address stays.
      const page = new DOMParser().parseFromString(call.responseText, "text/html");
      document.querySelector("main").replaceWith(page.querySelector("main"));
      document.title = page.title;
      document.querySelector(".error-summary")?.focus();
    });
    call.addEventListener("error", () => {
      bar.hidden = true;
      said.textContent = said.dataset.failed;
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
    call.send(new FormData(form));
  });
})();
