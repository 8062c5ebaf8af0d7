// <div id="payment" data-poll="/address" data-poll-every="5">: replaced by the element of the same id in the answer while the page is
// looked at, until an answer no longer asks for it.
const LEAST_SECONDS = 2;

async function renewed(element) {
  const answer = await fetch(element.dataset.poll, { headers: { Accept: "text/html" } });
  if (!answer.ok) return element;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(element.id);
  if (!fresh || fresh.innerHTML === element.innerHTML) return element;
  element.replaceWith(fresh);
  return fresh;
}

function wait(element) {
  const seconds = Math.max(Number(element.dataset.pollEvery) || 5, LEAST_SECONDS);
  setTimeout(async () => {
    let next = element;
    if (document.visibilityState === "visible") next = await renewed(element).catch(() => element);
    if (next.dataset.poll) wait(next);
  }, seconds * 1000);
}

export function bindPolls(root) {
  root.querySelectorAll("[data-poll][id]").forEach(wait);
}
