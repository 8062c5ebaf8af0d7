// Copies a value that has to be typed elsewhere, and says so on the button.
const SHOWN_MS = 2000;

function bind(button) {
  if (!navigator.clipboard) return;
  const word = button.querySelector("span");
  const before = word.textContent;
  word.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    word.textContent = button.dataset.copied;
    setTimeout(() => { word.textContent = before; }, SHOWN_MS);
  });
}

export function bindCopies(root) {
  root.querySelectorAll("[data-copy]").forEach(bind);
}
