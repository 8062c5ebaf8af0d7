// Hearts: in the account of somebody signed in, else in this browser, which offers them to the account later.
import { fill, read, write } from "./kept.js";

const LIST = "favourites";
const MOST = 24;
const tools = document.getElementById("card-tools");
const account = { signedIn: tools?.hasAttribute("data-signed-in"), slugs: new Set(), token: "" };

async function load() {
  if (!account.signedIn) return (account.slugs = new Set(read(LIST)));
  const answer = await fetch(tools.dataset.list, { headers: { Accept: "application/json" } });
  if (!answer.ok) return null;
  const told = await answer.json();
  account.slugs = new Set(told.slugs ?? []);
  account.token = told.token ?? "";
}

async function send(slug, kept) {
  const url = kept ? tools.dataset.post : `${tools.dataset.post}/${slug}/removal`;
  const headers = { "X-CSRFToken": account.token };
  // the answer is a way on to a page that nobody asked for here
  const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams({ product: slug }), redirect: "manual" });
  return answer.type === "opaqueredirect" || answer.ok;
}

function mark(root) {
  for (const button of root.querySelectorAll("[data-keep]")) {
    const kept = account.slugs.has(button.dataset.keep);
    button.setAttribute("aria-pressed", String(kept));
    const words = button.querySelector("span");
    if (words && button.dataset.kept) words.textContent = kept ? button.dataset.kept : button.dataset.open;
  }
}

async function toggle(button) {
  const slug = button.dataset.keep;
  const kept = !account.slugs.has(slug);
  const change = (keep) => (keep ? account.slugs.add(slug) : account.slugs.delete(slug));
  change(kept);
  mark(document);
  if (!account.signedIn) return write(LIST, [...account.slugs].slice(-MOST));
  if (!(await send(slug, kept).catch(() => false))) {
    change(!kept);
    mark(document);
  }
}

function offer(form) {
  const left = () => read(LIST).filter((slug) => !account.slugs.has(slug));
  write(LIST, left());
  form.hidden = !left().length;
  form.querySelector("[data-count]").textContent = String(left().length);
  form.querySelector("[data-forget]").addEventListener("click", () => {
    write(LIST, []);
    form.hidden = true;
  });
  for (const slug of left()) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "product", value: slug });
    form.append(field);
  }
}

async function show(place) {
  const slugs = read(LIST).reverse();
  const shown = slugs.length ? await fill(place.querySelector("[data-shelf]"), place.dataset.cards, slugs) : [];
  place.querySelector("[data-none]").hidden = shown.length > 0;
}

export async function bindFavourites(root) {
  if (!tools || !root.querySelector("[data-keep], [data-product], [data-merge-favourites], [data-local-favourites], [data-recent]")) return;
  root.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-keep]");
    if (!button) return;
    event.preventDefault();
    toggle(button);
  });
  root.addEventListener("cards:shown", () => mark(root));
  await load().catch(() => {});
  mark(root);
  root.querySelectorAll("[data-merge-favourites]").forEach(offer);
  root.querySelectorAll("[data-local-favourites]").forEach((place) => show(place).catch(() => {}));
}
