// Delivery prices: a step more or less without leaving the page, and what parcels would cost with what is typed now.
const WEIGHT = /^(\d[\d.]*(?:,\d+)?)\s*(kg|g|gr|gam)?$/i;
const SCALES = { k: 1000, "nghìn": 1000, "ngàn": 1000, tr: 1e6, "triệu": 1e6 };

function grams(text) {
  const match = WEIGHT.exec(text.trim());
  if (!match) return null;
  const kilos = (match[2] || "").toLowerCase() === "kg";
  const number = kilos && /^\d+\.\d{1,2}$/.test(match[1]) ? match[1] : match[1].replace(/\./g, "").replace(",", ".");
  return Math.round(Number(number) * (kilos ? 1000 : 1)) || null;
}

function dong(text) {
  const match = /^(\d[\d.]*(?:,\d+)?)\s*(k|nghìn|ngàn|tr|triệu|đ|₫|đồng)?$/i.exec(text.trim());
  return match ? Math.round(Number(match[1].replace(/\./g, "").replace(",", ".")) * (SCALES[(match[2] || "").toLowerCase()] || 1)) : null;
}

function bind(form) {
  const value = (name) => form.elements[name].value;
  const fields = (step) => [...step.querySelectorAll("input")];

  function price(zone, weight) {
    const steps = [...zone.querySelectorAll("[data-freight-step]")].map((step) => fields(step).map((one, n) => (n ? dong : grams)(one.value)));
    const known = steps.filter(([upTo, sum]) => upTo !== null && sum !== null);
    if (!known.length) return null;
    const fit = known.find(([upTo]) => weight <= upTo);
    if (fit) return fit[1];
    const name = zone.dataset.freightZone;
    const [extra, sum] = [grams(value(`${name}_extra_grams`)), dong(value(`${name}_extra_vnd`))];
    const [upTo, last] = known[known.length - 1];
    return extra && sum !== null ? last + Math.ceil((weight - upTo) / extra) * sum : null;
  }

  function tell() {
    for (const shown of form.querySelectorAll("[data-freight-example] [data-grams]")) {
      const name = shown.closest("[data-freight-example]").dataset.freightExample;
      const sum = price(form.querySelector(`[data-freight-zone="${name}"]`), Number(shown.dataset.grams));
      shown.textContent = sum === null ? "–" : `${String(sum).replace(/\B(?=(\d{3})+$)/g, ".")}\u00a0₫`;
    }
  }

  function change(zone, button) {
    const steps = [...zone.querySelectorAll("[data-freight-step]")];
    if (button.hasAttribute("data-freight-add")) {
      const next = steps.find((step) => step.hidden);
      next.hidden = false;
      fields(next)[0].focus();
    } else {
      const open = steps.filter((step) => !step.hidden);
      for (let at = open.indexOf(button.closest("[data-freight-step]")); at < open.length; at += 1) {
        fields(open[at]).forEach((input, n) => { input.value = open[at + 1] ? fields(open[at + 1])[n].value : ""; });
      }
      if (open.length > 1) open[open.length - 1].hidden = true;
      fields(open[0])[0].focus();
    }
    zone.querySelector("[data-freight-adding]").hidden = !steps.some((step) => step.hidden);
    tell();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-freight-add], [data-freight-remove]");
    if (!button) return;
    event.preventDefault();
    change(button.closest("[data-freight-zone]"), button);
  });
  form.addEventListener("input", tell);
}

export function bindFreight(root) {
  root.querySelectorAll("[data-freight]").forEach(bind);
}
