// Shows the name of the chosen file, and that the server is at work.
"use strict";

document.querySelectorAll("form[data-upload]").forEach((form) => {
  const input = form.querySelector("input[type=file]");
  if (input) {
    input.addEventListener("change", () => {
      const shown = input.closest(".inventory-field").querySelector("input[type=text]");
      if (shown && input.files.length) shown.value = input.files[0].name;
    });
  }
  form.addEventListener("submit", () => {
    const button = form.querySelector("button[type=submit]");
    form.setAttribute("aria-busy", "true");
    button.lastElementChild.textContent = button.dataset.busyText;
    // After the request has left: a disabled button would keep it from being sent.
    setTimeout(() => { button.disabled = true; }, 0);
  });
});

// The browser's "back" brings the page as it was left.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
