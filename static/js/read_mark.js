// What a conversation's page has shown is read: its button is pressed by itself, and the numbers of what is unread fall.
function lower(place) {
  const number = place.firstChild;
  const left = Number.parseInt(number.textContent, 10) - 1;
  if (left > 0 && Number.isFinite(left)) number.textContent = String(left);
  else place.remove();
}

async function mark(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
  if (!answer.ok && answer.type !== "opaqueredirect") return;
  form.remove();
  document.querySelectorAll("[data-unread-messages]").forEach(lower);
}

export function bindReadMarks(root) {
  root.querySelectorAll("form[data-read-mark]").forEach((form) => {
    form.hidden = true;
    mark(form).catch(() => { form.hidden = false; });
  });
}
