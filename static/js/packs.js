// The price in the bar at the bottom is the one of the pack that is chosen.
function bind(form) {
  const bar = form.querySelector(".buy-bar-price");
  const show = () => {
    const price = form.querySelector(".choice-card:has(:checked) .choice-note");
    if (!bar || !price) return;
    bar.querySelector(".price-note")?.remove();
    bar.querySelector(".price-number").textContent = price.textContent.trim();
  };
  form.addEventListener("change", show);
  show();
}

export function bindPacks(root) {
  root.querySelectorAll("form.decision").forEach(bind);
}
