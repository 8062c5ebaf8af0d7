// The address form: choosing a province fills the list of its communes, without a way round over the server's page.
// <select data-province data-wards-url="/places/SLUG/wards.json" data-wards-for="id of the commune's select">
function option(value, words) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = words;
  return made;
}

function refill(wards, list, chosen) {
  const first = wards.querySelector('option[value=""]') ?? option("", "");
  wards.replaceChildren(first, ...list.map((ward) => option(ward.code, ward.name)));
  wards.value = list.some((ward) => ward.code === chosen) ? chosen : "";
}

function bind(province) {
  const wards = document.getElementById(province.dataset.wardsFor);
  if (!wards) return;
  let running = null;

  async function fill() {
    running?.abort();
    const request = new AbortController();
    running = request;
    if (!province.value) return refill(wards, [], "");
    wards.setAttribute("aria-busy", "true");
    try {
      const url = province.dataset.wardsUrl.replace("SLUG", encodeURIComponent(province.value));
      const answer = await fetch(url, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      refill(wards, await answer.json(), wards.value);
      wards.dispatchEvent(new Event("wards:filled", { bubbles: true }));
    } catch (error) {
      // Without the list the page's own button still reloads it from the server.
      if (error.name !== "AbortError") province.closest("form")?.querySelector("[data-wards-button]")?.removeAttribute("hidden");
    } finally {
      if (running === request) wards.removeAttribute("aria-busy");
    }
  }

  province.closest("form")?.querySelector("[data-wards-button]")?.setAttribute("hidden", "");
  province.addEventListener("change", fill);
  // A browser that went back keeps the province it was left with, but has the communes of the page.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) fill();
  });
}

export function bindAddresses(root) {
  for (const province of root.querySelectorAll("[data-province][data-wards-for]")) bind(province);
}
