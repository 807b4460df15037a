// Receiving an order: what packs are in the part's unit, rows for other lots and locations,
// serial numbers counted. Without this script the form works as it stands.
"use strict";

(function () {
  const form = document.getElementById("receiving");
  if (!form) return;
  const $ = window.django && window.django.jQuery;
  const lines = [...form.querySelectorAll("[data-line]")];
  const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 6 });
  const FINDING_HELPS_FROM = 8;

  // --- Numbers as people type them: full-width digits, thousands separators ---

  function number(text) {
    const written = text.normalize("NFKC").replaceAll(",", "").trim();
    const value = Number(written);
    return written && Number.isFinite(value) ? value : null;
  }

  function field(row, name) {
    return row.querySelector(`[name$="-${name}"]`);
  }

  function rowsOf(line) {
    return [...line.querySelectorAll("[data-row]")];
  }

  function serialsIn(text) {
    return text.normalize("NFKC").split(/[\n\r\t,;、]+/).filter((part) => part.trim());
  }

  function tell(line) {
    const factor = Number(line.dataset.factor);
    rowsOf(line).forEach((row) => {
      const packs = number(field(row, "quantity").value);
      const base = packs === null ? null : packs * factor;
      const converted = row.querySelector("[data-converted]");
      if ("packed" in line.dataset) {
        converted.textContent = base === null ? "" : `= ${numbers.format(base)} ${line.dataset.unit}`;
      }
      const serials = field(row, "serials");
      if (serials) {
        const expected = base === null ? Number(line.dataset.missing) * factor : base;
        const count = serialsIn(serials.value).length;
        const output = row.querySelector("[data-count]");
        output.textContent = output.dataset.text
          .replace("{count}", numbers.format(count))
          .replace("{expected}", numbers.format(expected));
      }
    });
    line.classList.toggle("is-entered", rowsOf(line).some(isEntered));
  }

  function isEntered(row) {
    return ["quantity", "lot", "serials"].some((name) => {
      const input = field(row, name);
      return input && input.value.trim();
    });
  }

  function tellEntered() {
    const output = form.querySelector("[data-entered]");
    const entered = lines.filter((line) => line.classList.contains("is-entered")).length;
    output.textContent = `${output.dataset.text} ${numbers.format(entered)} / ${numbers.format(lines.length)}`;
  }

  // --- Locations: the search is turned on when a row comes near the window ---

  const search = JSON.parse(document.getElementById("place-search").textContent);
  const coming = new IntersectionObserver(
    (seen) => seen.filter((entry) => entry.isIntersecting).forEach((entry) => turnOn(entry.target)),
    { rootMargin: "600px" },
  );

  function turnOn(select) {
    coming.unobserve(select);
    if (!$ || select.classList.contains("select2-hidden-accessible")) return;
    Object.entries(search).forEach(([name, value]) => select.setAttribute(name, value));
    $(select).djangoAdminSelect2();
  }

  function choose(select, value, text) {
    if (![...select.options].some((option) => option.value === value)) {
      select.add(new Option(text, value));
    }
    select.value = value;
    if ($) $(select).trigger("change.select2");
  }

  function placeAll(all) {
    if (!all.value) return;
    const text = all.selectedOptions[0].text;
    form.querySelectorAll(".inventory-place").forEach((select) => choose(select, all.value, text));
  }

  // --- Another lot, another location: one more row beneath the line ---

  function split(line) {
    const total = form.querySelector('[name="rows-TOTAL_FORMS"]');
    const index = Number(total.value);
    const [first] = rowsOf(line);
    const html = document.getElementById("receiving-row").innerHTML.replaceAll("__prefix__", String(index));
    const holder = document.createElement("div");
    holder.innerHTML = html;
    const row = holder.querySelector("[data-row]");
    ["lot", "serials"].forEach((name) => {
      const needed = line.dataset.tracking === (name === "lot" ? "lot" : "serial");
      if (!needed) field(row, name).closest(".inventory-field").remove();
    });
    field(row, "line").value = field(first, "line").value;
    field(row, "seen").value = field(first, "seen").value;
    const from = field(first, "location");
    const to = field(row, "location");
    [...from.options].forEach((option) => {
      if (option.value) to.add(new Option(option.text, option.value));
    });
    // Another lot most often lies where the first does; another location does not.
    if (line.dataset.tracking === "lot") to.value = from.value;
    line.querySelector("[data-split]").before(row);
    total.value = String(index + 1);
    removable(line, row);
    coming.observe(to);
    refresh(line);
    (field(row, "lot") || field(row, "quantity")).focus();
  }

  function removable(line, row) {
    const button = row.querySelector("[data-remove]");
    button.hidden = false;
    button.addEventListener("click", () => {
      field(row.previousElementSibling, "quantity").focus();
      row.remove(); // a row that is not posted is not there
      refresh(line);
    });
  }

  function refresh(line) {
    tell(line);
    tellEntered();
  }

  // --- Finding one line among hundreds ---

  function find(text) {
    const words = text.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    lines.forEach((line) => {
      const says = line.querySelector(".receiving-part").textContent.normalize("NFKC").toLowerCase();
      line.hidden = !words.every((word) => says.includes(word));
      if (!line.hidden) found += 1;
    });
    form.querySelector("[data-none-found]").hidden = found > 0;
  }

  function watchFinding() {
    const label = form.querySelector("[data-find]");
    const input = label.querySelector("input");
    label.hidden = lines.length < FINDING_HELPS_FROM;
    input.addEventListener("input", () => find(input.value));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const line = lines.find((one) => !one.hidden);
      if (line) field(line, "quantity").focus();
    });
  }

  // A scanner ends what it reads with Enter: that goes to the next field, and records nothing.
  function goOn(event) {
    const input = event.target;
    if (event.key !== "Enter" || event.isComposing || !input.matches("[data-row] input")) return;
    event.preventDefault();
    const inputs = [...form.querySelectorAll("[data-row] input:not([type=hidden]), [data-row] textarea")];
    const visible = inputs.filter((one) => one.offsetParent !== null && !one.closest(".select2"));
    const next = visible[visible.indexOf(input) + 1];
    if (next) next.focus();
    else form.querySelector("[name=_save]").focus();
  }

  lines.forEach((line) => {
    line.addEventListener("input", () => refresh(line));
    const button = line.querySelector("[data-split]");
    button.hidden = false;
    button.addEventListener("click", () => split(line));
    line.querySelectorAll(".inventory-place").forEach((select) => coming.observe(select));
    rowsOf(line).slice(1).forEach((row) => removable(line, row));
    tell(line);
  });
  tellEntered();
  watchFinding();
  form.addEventListener("keydown", goOn);
  const all = form.querySelector("#id_location");
  if (all && $) $(all).on("change", () => placeAll(all));
})();
