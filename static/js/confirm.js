// Boxes and menus made of <details>: Escape, a click elsewhere or "no" closes them and gives the focus back.
function close(box, refocus) {
  if (!box.open) return;
  box.open = false;
  if (refocus) box.querySelector("summary").focus();
}

function bind(box) {
  const no = box.querySelector("[data-confirm-close]");
  if (no) {
    no.hidden = false;
    no.addEventListener("click", () => close(box, true));
  }
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(box, true);
  });
}

export function bindConfirms(root) {
  const boxes = root.querySelectorAll("[data-confirm], [data-menu]");
  boxes.forEach(bind);
  root.addEventListener("click", (event) => {
    for (const box of boxes) if (!box.contains(event.target)) close(box, false);
  });
}
