// Short lists that only this browser keeps; where it keeps nothing, they last as long as the page.
const here = new Map();

export function read(name) {
  try {
    const list = JSON.parse(localStorage.getItem(name) ?? "[]");
    return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
  } catch {
    return here.get(name) ?? [];
  }
}

export function write(name, list) {
  here.set(name, list);
  try {
    if (list.length) localStorage.setItem(name, JSON.stringify(list));
    else localStorage.removeItem(name);
  } catch {
    // A private window may refuse to keep anything.
  }
}

// The cards of these goods, drawn by the server, put into a shelf; answers the goods that are still on sale.
export async function fill(shelf, url, slugs) {
  const query = new URLSearchParams(slugs.map((slug) => ["p", slug]));
  const answer = await fetch(`${url}?${query}`, { headers: { Accept: "text/html" } });
  if (!answer.ok) return slugs;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const cards = [...page.querySelectorAll("[data-product]")];
  shelf.replaceChildren(...(cards.length ? page.body.childNodes : []));
  shelf.dispatchEvent(new Event("cards:shown", { bubbles: true }));
  return cards.map((card) => card.dataset.product);
}
