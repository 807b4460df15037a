/* "/" searches, and the first error has the focus: on every page of the admin. */
"use strict";
(() => {
  const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=''], [contenteditable=true], [role=combobox], [role=searchbox], [role=textbox]";

  // Before unfold's own handler, which knows the list's search box only.
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!slash || event.isComposing || event.target.closest?.(TYPING)) return;
    event.preventDefault();
    event.stopPropagation();
    const box = document.querySelector("#searchbar, .inventory-page input[type=search]");
    if (box) {
      box.focus();
      box.select();
    } else {
      window.dispatchEvent(new CustomEvent("opencommand"));
    }
  }, true);

  const shown = (element) => element.getClientRects().length > 0;

  // What takes the focus for a field: select2 hides the real one.
  function focusable(field) {
    const hidden = field.matches("select.select2-hidden-accessible");
    return (hidden && field.parentElement.querySelector(".select2-selection")) || field;
  }

  // A field on a tab that is not open: open it.
  function open(field) {
    const tab = field.closest(".tab-wrapper");
    if (tab && !shown(tab)) {
      const tabs = [...tab.parentElement.children].filter((child) => child.matches(".tab-wrapper"));
      tab.parentElement.querySelectorAll("nav a")[tabs.indexOf(tab)]?.click();
    }
    const group = field.closest("[data-inline-type]");
    const name = group && !shown(group) ? group.id.replace(/-group$/, "") : "";
    if (name) document.querySelector(`a[href="#${CSS.escape(name)}"]`)?.click();
    if (!group && !shown(field)) document.querySelector("a[href='#general']")?.click();
  }

  // Errors that stand beside a field without being tied to it, as in unfold's tables.
  function tie(field) {
    const target = focusable(field);
    const told = (field.getAttribute("aria-describedby") ?? "").split(/\s+/);
    const ids = told.filter((id) => id && document.getElementById(id));
    if (!ids.includes(`${field.id}_error`)) {
      const around = field.closest("div.flex-col, .inventory-field, td");
      const beside = around?.querySelector(":is(.text-red-600, .inventory-error, .errorlist):not(label *)");
      if (beside) {
        beside.id ||= `${field.id}_message`;
        ids.push(beside.id);
      }
    }
    for (const element of new Set([field, target])) {
      element.setAttribute("aria-invalid", "true");
      if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
      else element.removeAttribute("aria-describedby");
    }
  }

  function focusFirstError() {
    const invalid = [...document.querySelectorAll("[aria-invalid=true]")].filter(
      (field) => field.matches("input, select, textarea") && field.type !== "hidden",
    );
    invalid.forEach(tie);
    const conflict = document.getElementById("conflict");
    if (conflict) {
      conflict.focus();
      return;
    }
    const first = invalid[0] ?? document.querySelector(".errornote, .inventory-alert");
    if (!first) {
      // The browser could not: the page is hidden until it is drawn.
      if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
      return;
    }
    if (first === invalid[0]) open(first);
    else first.tabIndex = -1;
    // Once the tab is drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const target = focusable(first);
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "center" });
    }));
  }

  window.addEventListener("load", () => {
    const box = document.getElementById("searchbar");
    const label = document.getElementById("inventory-search-label");
    if (box) box.setAttribute("aria-keyshortcuts", "/");
    if (box && label) {
      box.setAttribute("aria-label", label.textContent);
      box.title = label.textContent;
    }
    focusFirstError();
  });
})();
