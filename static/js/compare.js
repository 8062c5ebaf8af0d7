// Hearts and marks on cards, and the bar that leads the marked ones to the page where they stand side by side.
import { read, write } from "./kept.js";

const LIST = "compared";
const MOST = 4;
const tools = document.getElementById("card-tools");

function dress(root) {
  for (const card of root.querySelectorAll("article[data-product]")) {
    if (card.querySelector(".card-tools")) continue;
    const made = tools.content.querySelector(".card-tools").cloneNode(true);
    const name = card.querySelector(".card-name").textContent.trim();
    for (const button of made.querySelectorAll("button")) {
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")}: ${name}`);
      button.dataset[button.hasAttribute("data-keep") ? "keep" : "compare"] = card.dataset.product;
    }
    card.append(made);
  }
}

const address = (slugs) => `${tools.dataset.compare}?${new URLSearchParams(slugs.map((slug) => ["p", slug]))}`;

function showBar(slugs) {
  let bar = document.querySelector("body > .compare-bar");
  // only where one looks at goods: never over a form that is being filled in
  const looking = document.querySelector("article[data-product], [data-compare]:not(template)") && !document.querySelector("[data-checkout], [data-compared]");
  if (!slugs.length || !looking) return bar?.remove();
  if (!bar) {
    bar = tools.content.querySelector(".compare-bar").cloneNode(true);
    bar.querySelector("[data-clear]").addEventListener("click", () => keep([]));
    document.body.append(bar);
  }
  bar.querySelector("[data-count]").textContent = String(slugs.length);
  bar.querySelector("a").href = address(slugs);
}

function mark(slugs) {
  for (const button of document.querySelectorAll("button[data-compare]")) {
    const chosen = slugs.includes(button.dataset.compare);
    button.setAttribute("aria-pressed", String(chosen));
    button.disabled = !chosen && slugs.length >= MOST;
  }
  // the link of a product's own page takes the others along
  for (const link of document.querySelectorAll("a[data-compare]")) {
    link.href = address([...slugs.filter((slug) => slug !== link.dataset.compare).slice(-MOST + 1), link.dataset.compare]);
  }
}

function keep(slugs) {
  write(LIST, slugs);
  mark(slugs);
  showBar(slugs);
}

function toggle(slug) {
  const slugs = read(LIST);
  if (slugs.includes(slug)) keep(slugs.filter((each) => each !== slug));
  else if (slugs.length < MOST) keep([...slugs, slug]);
}

export function bindCompare(root) {
  if (!tools) return;
  dress(root);
  const kept = read(LIST);
  if (root.querySelector("[data-compare-empty]") && !location.search && kept.length) return location.replace(address(kept));
  if (root.querySelector("[data-compared]")) write(LIST, new URLSearchParams(location.search).getAll("p").slice(0, MOST));
  root.addEventListener("cards:shown", () => {
    dress(root);
    keep(read(LIST));
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-compare]");
    if (button) toggle(button.dataset.compare);
    const out = event.target.closest?.("[data-compare-remove]");
    if (out) write(LIST, read(LIST).filter((slug) => slug !== out.dataset.compareRemove));
  });
  keep(read(LIST));
}
