// What this browser looked at lately: kept here only, shown on a shelf, forgotten at a press.
import { fill, read, write } from "./kept.js";

const LIST = "recently-seen";
const MOST = 13;
const SHOWN = 6;

async function bind(section) {
  const now = section.dataset.recent;
  const before = read(LIST).filter((slug) => slug !== now);
  if (now) write(LIST, [now, ...before].slice(0, MOST));
  section.querySelector("[data-forget]").addEventListener("click", () => {
    write(LIST, []);
    section.hidden = true;
  });
  if (!before.length) return;
  try {
    const shown = await fill(section.querySelector("[data-shelf]"), section.dataset.cards, before.slice(0, SHOWN));
    section.hidden = !shown.length;
  } catch {
    section.hidden = true;
  }
}

export function bindRecent(root) {
  root.querySelectorAll("[data-recent]").forEach(bind);
}
