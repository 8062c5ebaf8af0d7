// <form data-suggest="/products/suggestions.json"> with one search field: what may be meant is offered below it while one types.
// The field is a combobox: arrows move, Enter opens, Escape closes; without this module the form simply searches.
// Where nothing fits, data-suggest-none says so in place of the list, with what was typed in place of "{words}".
const [PAUSE_MS, LEAST] = [140, 2];

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function option(item, number) {
  const made = element("li", { role: "option", id: `suggestion-${number}`, class: "suggestion", "data-url": item.url, "aria-selected": "false" });
  made.append(element("span", {}, item.label));
  if (item.note) made.append(element("span", { class: "suggestion-note" }, item.note));
  return made;
}

function draw(list, parts) {
  let number = 0;
  const groups = parts.map((part, index) => {
    const title = element("li", { role: "presentation", id: `suggestions-${index}`, class: "suggestions-title" }, part.title);
    const inner = element("ul", { role: "group", "aria-labelledby": title.id, "data-plain": "" }, title);
    inner.append(...part.items.map((item) => option(item, number++)));
    return element("li", { role: "presentation" }, inner);
  });
  list.replaceChildren(...groups);
}

const open = (chosen) => chosen && location.assign(chosen.dataset.url);

function bind(form) {
  const field = form.querySelector("input[type=search]");
  const list = element("ul", { role: "listbox", id: "suggestions", class: "suggestions", "data-plain": "", "aria-label": form.dataset.suggestLabel });
  let [timer, running, active] = [0, null, -1];
  // always there, so that screen readers hear it when it gets its words
  const none = element("p", { role: "status", class: "suggestions suggestions-none" });
  list.hidden = true;
  form.append(list, none);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })) field.setAttribute(name, value);

  const options = () => [...list.querySelectorAll("[role=option]")];
  const choose = (next) => {
    active = next;
    options().forEach((each, index) => each.setAttribute("aria-selected", String(index === active)));
    const chosen = options()[active];
    if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
    else field.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  };
  const show = (open, said = "") => {
    list.hidden = !open;
    none.textContent = said;
    field.setAttribute("aria-expanded", String(open));
    if (!open) choose(-1);
  };
  const ask = async () => {
    running?.abort();
    running = new AbortController();
    const typed = field.value.trim();
    if (typed.length < LEAST) return show(false);
    try {
      const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q: field.value })}`, { signal: running.signal });
      if (!answer.ok) return show(false);
      draw(list, await answer.json());
      choose(-1);
      if (document.activeElement !== field) return show(false);
      show(options().length > 0, options().length ? "" : form.dataset.suggestNone.replace("{words}", () => typed));
    } catch (error) {
      if (error.name !== "AbortError") show(false);
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  field.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape" && (!list.hidden || none.textContent)) {
      event.preventDefault();
      show(false);
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && count) {
      event.preventDefault();
      if (list.hidden) return show(true);
      choose(event.key === "ArrowDown" ? (active + 2) % (count + 1) - 1 : (active + count + 1) % (count + 1) - 1);
    } else if (event.key === "Enter" && !event.isComposing && active >= 0) {
      event.preventDefault();
      open(options()[active]);
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => open(event.target.closest("[role=option]")));
  field.addEventListener("blur", () => show(false));
}

export function bindSuggestions(root) {
  root.querySelectorAll("form[data-suggest]").forEach(bind);
}
