// The checkout follows the chosen place and ways: wards, freight, days and the total come from the server again.
function address(form) {
  const asked = [...new FormData(form)].filter(([name]) => name === "province" || name.startsWith("delivery-"));
  return `${form.action}?${new URLSearchParams(asked)}`;
}

function show(form, page, names) {
  for (const name of names) {
    const fresh = page.querySelector(`[data-live="${name}"]`);
    if (fresh) form.querySelector(`[data-live="${name}"]`).replaceChildren(...fresh.childNodes);
  }
}

function bind(form) {
  let running = null;
  form.querySelectorAll("[data-look]").forEach((button) => (button.hidden = true));
  form.addEventListener("change", async ({ target }) => {
    const moved = target.name === "province";
    if (!moved && !target.name.startsWith("delivery-")) return;
    running?.abort();
    running = new AbortController();
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address(form), { signal: running.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok) show(form, page, moved ? ["ward", "delivery", "sum"] : ["sum"]);
    } catch {
      // The form itself still asks the server, and says what has changed.
    }
    form.removeAttribute("aria-busy");
  });
}

export function bindCheckouts(root) {
  root.querySelectorAll("form[data-checkout]").forEach(bind);
}
