// The page of a draft: a part brings the supplier's number, pack and price along.
"use strict";

(function () {
  const form = document.querySelector("form[data-offers-url]");
  const lines = document.getElementById("lines");
  const $ = window.django && window.django.jQuery;
  if (!form || !lines || !$) return;
  const supplier = form.querySelector("#id_supplier");

  function field(line, name) {
    return line.querySelector(`[name$="-${name}"]`);
  }

  function choose(select, value, text) {
    if (![...select.options].some((option) => option.value === String(value))) {
      select.add(new Option(text, value));
    }
    select.value = String(value);
    $(select).trigger("change.select2");
  }

  async function offersOf(part) {
    const answer = await fetch(form.dataset.offersUrl.replace("/0/", `/${part}/`), {
      headers: { Accept: "application/json" },
    });
    return answer.ok ? answer.json() : { unit: "", offers: [] };
  }

  async function partChosen(line) {
    const part = field(line, "part").value;
    const chosen = field(line, "supplier_part");
    line.found = part ? await offersOf(part) : { unit: "", offers: [] };
    const offers = line.found.offers;
    if (!offers.some((offer) => String(offer.id) === chosen.value)) {
      const offer = offers.find((one) => !supplier.value || String(one.supplier) === supplier.value);
      if (offer) take(line, offer);
      else choose(chosen, "", "");
    }
    tell(line);
  }

  function take(line, offer) {
    if (!supplier.value) choose(supplier, offer.supplier, offer.supplier_shown);
    choose(field(line, "supplier_part"), offer.id, offer.shown);
    field(line, "unit_price").value = offer.price;
    field(line, "currency").value = offer.currency;
    const quantity = field(line, "quantity");
    if (!quantity.value) quantity.value = offer.minimum;
    tell(line);
  }

  function tell(line) {
    const place = line.querySelector("[data-offers]");
    place.replaceChildren();
    const found = line.found || { unit: "", offers: [] };
    const chosen = found.offers.find((one) => String(one.id) === field(line, "supplier_part").value);
    line.querySelectorAll("[data-own-pack]").forEach((own) => (own.hidden = Boolean(chosen)));
    if (!field(line, "part").value) return;
    if (chosen) {
      const packs = Number(String(field(line, "quantity").value).replaceAll(",", ""));
      const base = packs ? ` → ${trimmed(packs * Number(chosen.factor))} ${found.unit}` : "";
      say(place, `${place.dataset.textPack} ${chosen.pack} · ${place.dataset.textMinimum} ${chosen.minimum}${base}`);
    } else if (!found.offers.length) {
      say(place, place.dataset.textNone);
    } else {
      say(place, place.dataset.textOther);
      const others = [...lines.querySelectorAll("[data-line]")].filter(
        (other) => other !== line && !other.hidden && field(other, "part").value,
      );
      found.offers.forEach((offer) => {
        if (supplier.value && others.length) {
          // An order has one supplier, and the other lines are of the one chosen.
          say(place, `${offer.shown} ${offer.price_shown}`);
          return;
        }
        const button = document.createElement("button");
        button.type = "button";
        button.className = "inventory-chip";
        button.textContent = `${offer.shown} ${offer.price_shown}`;
        button.addEventListener("click", () => {
          choose(supplier, offer.supplier, offer.supplier_shown);
          take(line, offer);
        });
        place.append(button);
      });
    }
  }

  function say(place, text) {
    const span = document.createElement("span");
    span.textContent = text;
    place.append(span);
  }

  function trimmed(number) {
    return String(Number(number.toFixed(6)));
  }

  function watch(line) {
    $(field(line, "part")).on("change", () => partChosen(line));
    $(field(line, "supplier_part")).on("change", (event) => {
      const found = (line.found || { offers: [] }).offers;
      const offer = found.find((one) => String(one.id) === event.target.value);
      if (offer) take(line, offer);
      else tell(line);
    });
    field(line, "quantity").addEventListener("input", () => tell(line));
    partChosen(line);
  }

  document.addEventListener("formset:added", (event) => {
    if (lines.contains(event.target)) watch(event.target);
  });
  $(supplier).on("change", () => lines.querySelectorAll("[data-line]").forEach(partChosen));
  lines.querySelectorAll("[data-line]").forEach(watch);
})();
