// The pages that record stock: add and remove lines, show what lies where, submit once.
"use strict";

(function () {
  const form = document.querySelector("form.inventory-form");
  const lines = document.getElementById("lines");

  function submitOnce() {
    document.querySelectorAll("form[data-once]").forEach((once) => {
      once.addEventListener("submit", (event) => {
        if (once.dataset.submitted) {
          event.preventDefault();
          return;
        }
        once.dataset.submitted = "1";
        once.setAttribute("aria-busy", "true");
      });
      // Coming back by the browser's button: the page may be used again.
      window.addEventListener("pageshow", () => delete once.dataset.submitted);
    });
  }

  function focusFirstError() {
    const wrong = document.querySelector(".has-errors input, .has-errors select, [role=alert]");
    if (wrong) {
      wrong.focus();
      wrong.scrollIntoView({ block: "center" });
    }
  }

  function addLine() {
    const prefix = lines.dataset.prefix;
    const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
    const index = Number(total.value);
    if (index >= Number(lines.dataset.most)) return;
    const template = document.getElementById("empty-line");
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", String(index));
    const line = holder.firstElementChild;
    lines.append(line);
    total.value = String(index + 1);
    copyPlaces(line);
    // Django's admin turns the search fields of new rows on.
    line.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail: { formsetName: prefix } }));
    watch(line);
    const first = line.querySelector("select, input");
    if (first) first.focus();
  }

  // Most entries concern one place: a new line begins with the place of the line before it.
  function copyPlaces(line) {
    const before = line.previousElementSibling;
    if (!before) return;
    ["location", "to"].forEach((name) => {
      const from = before.querySelector(`select[name$="-${name}"]`);
      const to = line.querySelector(`select[name$="-${name}"]`);
      if (from && to && from.value) choose(to, from.value, from.selectedOptions[0].text);
    });
  }

  function choose(select, value, text) {
    if (![...select.options].some((option) => option.value === String(value))) {
      select.add(new Option(text, value));
    }
    select.value = String(value);
    if (window.django && window.django.jQuery) window.django.jQuery(select).trigger("change");
  }

  function remove(line) {
    const mark = line.querySelector('input[name$="-DELETE"]');
    if (mark) {
      mark.checked = true;
    } else {
      line.querySelectorAll("input, select").forEach((input) => (input.value = ""));
    }
    line.hidden = true;
  }

  async function showPlaces(line) {
    const part = line.querySelector('select[name$="-part"]');
    const places = line.querySelector("[data-places]");
    const unit = line.querySelector("[data-unit]");
    if (!part || !places || !form.dataset.availabilityUrl) return;
    places.replaceChildren();
    if (unit) unit.textContent = "";
    if (!part.value) return;
    const address = form.dataset.availabilityUrl.replace("/0/", `/${part.value}/`);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const found = await answer.json();
    if (unit) unit.textContent = found.unit;
    require(line, "lot", found.tracking === "lot");
    require(line, "serial", found.tracking === "serial");
    const label = document.createElement("span");
    label.textContent = found.places.length ? places.dataset.textThere : places.dataset.textNone;
    places.append(label);
    found.places.forEach((place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "inventory-chip";
      const lot = [place.lot, place.serial && `#${place.serial}`].filter(Boolean).join(" ");
      button.textContent = `${place.location_shown}${lot ? ` · ${lot}` : ""}: ${place.quantity} ${found.unit}`;
      button.addEventListener("click", () => takePlace(line, place));
      places.append(button);
    });
  }

  function takePlace(line, place) {
    const location = line.querySelector('select[name$="-location"]');
    if (location) choose(location, place.location, place.location_shown);
    if (form.dataset.takesStock) {
      set(line, "lot", place.serial ? "" : place.lot);
      set(line, "serial", place.serial);
      if (place.serial) set(line, "quantity", "1");
    }
    const quantity = line.querySelector('input[name$="-quantity"]');
    if (quantity) quantity.focus();
  }

  function set(line, name, value) {
    const input = line.querySelector(`input[name$="-${name}"]`);
    if (input) input.value = value;
  }

  function require(line, name, needed) {
    const input = line.querySelector(`input[name$="-${name}"]`);
    if (input) input.closest(".inventory-field").classList.toggle("is-needed", needed);
  }

  function watch(line) {
    const part = line.querySelector('select[name$="-part"]');
    if (part && window.django && window.django.jQuery) {
      window.django.jQuery(part).on("change", () => showPlaces(line));
    }
    const button = line.querySelector("[data-remove]");
    if (button) button.addEventListener("click", () => remove(line));
    showPlaces(line);
  }

  submitOnce();
  focusFirstError();
  if (lines && form) {
    document.getElementById("add-line").addEventListener("click", addLine);
    lines.querySelectorAll("[data-line]").forEach(watch);
  }
})();
