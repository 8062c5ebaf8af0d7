// <input data-communes="/places/communes.json"> beside an address form's lists: communes are offered by today's or a former
// name while one types; choosing one sets the province and the commune. Without this module the page's button asks the server.
const PAUSE_MS = 180;

function words(commune) {
  const former = commune.former.length ? ` (${commune.former[0]})` : "";
  return `${commune.name}, ${commune.province.name}${former}`;
}

function bind(field) {
  const form = field.closest("form");
  const list = document.createElement("datalist");
  let found = [];
  let timer = 0;
  let running = null;
  list.id = `${field.id}-found`;
  field.after(list);
  field.setAttribute("list", list.id);

  async function ask() {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(`${field.dataset.communes}?q=${encodeURIComponent(field.value)}`, { signal: running.signal });
      if (!answer.ok) return;
      found = await answer.json();
      list.replaceChildren(...found.map((each) => new Option(words(each), words(each))));
    } catch {
      // The button beside the field asks the server.
    }
  }

  async function take(commune) {
    const { elements } = form;
    elements.province.value = commune.province.slug;
    elements.ward.replaceChildren(new Option(commune.name, commune.code, true, true));
    elements.province.dispatchEvent(new Event("change", { bubbles: true }));
    field.value = "";
    // The lists follow the province from the server; the choice is made again once they are there.
    const again = () => {
      const fresh = form.elements.ward;
      if ([...fresh.options].some((each) => each.value === commune.code)) fresh.value = commune.code;
    };
    new MutationObserver((_changes, watcher) => {
      again();
      window.setTimeout(() => watcher.disconnect(), 5000);
    }).observe(form, { childList: true, subtree: true });
  }

  field.addEventListener("input", () => {
    const chosen = found.find((each) => words(each) === field.value);
    window.clearTimeout(timer);
    if (chosen) take(chosen);
    else if (field.value.trim().length > 1) timer = window.setTimeout(ask, PAUSE_MS);
  });
  // whoever types the whole name and goes on has chosen, if only one commune can be meant
  field.addEventListener("change", async () => {
    if (field.value.trim().length < 2) return;
    window.clearTimeout(timer);
    await ask();
    if (found.length === 1 && field.value) take(found[0]);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !field.value) return;
    event.preventDefault();
    form.querySelector("[data-look]")?.click();
  });
}

export function bindCommunes(root) {
  root.querySelectorAll("input[data-communes]").forEach(bind);
}
