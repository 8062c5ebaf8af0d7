// Opens the large picture on the page instead of on its own.
function open(link) {
  const dialog = document.createElement("dialog");
  const picture = document.createElement("img");
  const button = document.createElement("button");
  dialog.className = "zoom";
  picture.src = link.href;
  picture.alt = link.querySelector("img")?.alt ?? "";
  button.className = "button button-secondary";
  button.textContent = link.dataset.close;
  dialog.append(picture, button);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}

export function bindZooms(root) {
  for (const link of root.querySelectorAll("a[data-zoom]")) {
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      open(link);
    });
  }
}
