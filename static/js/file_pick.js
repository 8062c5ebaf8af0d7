// The browser names its own file button in the language it was installed in; ours speaks the page's.
function told(input) {
  const files = [...input.files];
  if (!files.length) return input.dataset.none;
  return files.map((file) => file.name).join(", ");
}

function bind(input) {
  const face = document.createElement("span");
  face.className = "file-face";
  face.setAttribute("aria-hidden", "true");
  const button = document.createElement("span");
  button.className = "file-face-button";
  button.textContent = input.multiple ? input.dataset.chooseMany : input.dataset.choose;
  const name = document.createElement("span");
  name.className = "file-face-name";
  face.append(button, name);
  const frame = document.createElement("span");
  frame.className = "file-frame";
  input.replaceWith(frame);
  frame.append(input, face);
  const show = () => { name.textContent = told(input); };
  input.addEventListener("change", show);
  input.form?.addEventListener("reset", () => setTimeout(show));
  // going back in history restores the choice after this ran
  window.addEventListener("pageshow", show);
  show();
}

export function bindFilePicks(root) {
  root.querySelectorAll("input[type=file][data-choose]").forEach(bind);
}
