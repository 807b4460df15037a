"use strict";

// What screen readers say. Search selects carry the label of the field that they stand for: select2
// names them by the choice alone, and so not at all while nothing is chosen.
(() => {
  const labelOf = (select) => {
    const label = select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    return label ? label.textContent.replace("*", "").trim() : (select.getAttribute("aria-label") || select.title || "");
  };

  const name = (container) => {
    const select = container.previousElementSibling;
    if (!(select instanceof HTMLSelectElement)) return;
    const label = labelOf(select);
    const box = container.querySelector(".select2-selection");
    const shown = container.querySelector(".select2-selection__rendered");
    if (!label || !box) return;
    if (shown && shown.id) {
      // First what it is, then what is chosen.
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", `${label} ${shown.getAttribute("title") || ""}`.trim());
      if (shown.getAttribute("role") === "textbox") {
        // Two fields would be read where there is one.
        shown.removeAttribute("role");
        shown.removeAttribute("aria-readonly");
      }
    } else {
      box.setAttribute("aria-label", label);
    }
    const typed = container.querySelector(".select2-search__field");
    if (typed) typed.setAttribute("aria-label", label);
  };

  // An icon is a word set in a font of pictures: it would be read as that word.
  const ICON = ".material-symbols-outlined:not([aria-hidden])";
  const hide = (icon) => {
    icon.setAttribute("aria-hidden", "true");
    nameByWhatIsBeside(icon.closest("a, button"));
  };
  // A link or a button that is nothing but an icon is called like what it belongs to.
  const nameByWhatIsBeside = (control) => {
    if (!control || control.getAttribute("aria-label") || control.title) return;
    const said = control.cloneNode(true);
    said.querySelectorAll("[aria-hidden=true]").forEach((hidden) => hidden.remove());
    if (said.textContent.trim() || (control.matches("a") && !control.href)) return;
    const field = document.getElementById("searchbar");
    const twin = [...document.querySelectorAll("a")].find(
      (link) => link !== control && link.href === control.href && link.textContent.trim());
    const name = control.id === "searchbar-submit" ? field?.placeholder : twin?.textContent.trim();
    if (name) control.setAttribute("aria-label", name);
  };

  const nameAll = (root) => {
    if (root instanceof Element && root.matches(ICON)) hide(root);
    root.querySelectorAll(ICON).forEach(hide);
    if (root instanceof Element && root.matches(".select2-container")) name(root);
    root.querySelectorAll(".select2-container").forEach(name);
  };

  // Once more whenever one is made (a new line of a form) or another choice is shown in it.
  const watch = () => {
    nameAll(document);
    new MutationObserver((changes) => {
      for (const change of changes) {
        const container = change.target instanceof Element && change.target.closest(".select2-container");
        if (container) name(container);
        change.addedNodes.forEach((node) => {
          if (node instanceof Element) nameAll(node);
        });
      }
    }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["title"] });
  };

  // The box of an open select's own search.
  document.addEventListener("focusin", (event) => {
    const field = event.target;
    if (!(field instanceof Element) || !field.matches(".select2-dropdown .select2-search__field")) return;
    const open = document.querySelector(".select2-container--open .select2-selection");
    if (open) field.setAttribute("aria-label", open.getAttribute("aria-label") || "");
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
