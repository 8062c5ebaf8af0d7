// The filter sheet of the phone, live results while filters change, and selects that send themselves.
const PAUSE_MS = 350;

function sheet(form) {
  const closer = form.querySelector("[data-sheet-close]");
  const reachable = () => [...form.querySelectorAll("a, button, input, summary")].filter((each) => each.offsetParent);

  const close = () => {
    form.classList.remove("is-open");
    form.removeAttribute("role");
    form.removeAttribute("aria-modal");
    document.querySelector("[data-sheet-open]")?.focus();
  };
  const open = () => {
    form.classList.add("is-open");
    form.setAttribute("role", "dialog");
    form.setAttribute("aria-modal", "true");
    closer.focus();
  };
  const keepInside = (event) => {
    const all = reachable();
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0]).focus();
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-sheet-open]")) return;
    event.preventDefault();
    open();
  });
  closer?.addEventListener("click", (event) => {
    if (!form.classList.contains("is-open")) return;
    event.preventDefault();
    close();
  });
  form.addEventListener("keydown", (event) => {
    if (!form.classList.contains("is-open")) return;
    if (event.key === "Escape") close();
    if (event.key === "Tab") keepInside(event);
  });
}

function address(form) {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(filled).toString();
  return query ? `${form.action}?${query}` : form.action;
}

function show(page, url) {
  const fresh = page.querySelectorAll("[data-results]");
  document.querySelectorAll("[data-results]").forEach((part, index) => {
    part.replaceChildren(...(fresh[index]?.childNodes ?? []));
    bindAutosubmit(part);
  });
  for (const words of ["[data-result-words]", "[data-filter-submit]"]) {
    const said = page.querySelector(words);
    if (said) document.querySelector(words).textContent = said.textContent.trim();
  }
  history.replaceState(null, "", url);
}

function live(form) {
  let timer = 0;
  let running = null;
  form.addEventListener("change", () => {
    clearTimeout(timer);
    running?.abort();
    timer = setTimeout(async () => {
      running = new AbortController();
      const url = address(form);
      try {
        const answer = await fetch(url, { signal: running.signal, headers: { Accept: "text/html" } });
        if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"), url);
      } catch {
        // The button of the form still sends the same choice.
      }
    }, PAUSE_MS);
  });
}

function bindAutosubmit(root) {
  for (const form of root.querySelectorAll("[data-autosubmit]")) {
    form.querySelector("[data-autosubmit-button]")?.setAttribute("hidden", "");
    const pause = form.querySelector("[data-stepper]") ? 2 * PAUSE_MS : 0; // several taps are sent as one
    form.addEventListener("change", () => {
      clearTimeout(form.sending);
      form.sending = setTimeout(() => form.requestSubmit(), pause);
    });
  }
}

export function bindFilters(root) {
  bindAutosubmit(root);
  for (const form of root.querySelectorAll("[data-filters]")) {
    sheet(form);
    live(form);
  }
}
