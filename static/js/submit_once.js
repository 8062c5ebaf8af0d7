// A form that is on its way is not sent a second time by an impatient tap.
function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

export function bindSubmitOnce(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) root.querySelectorAll("form[data-sent]").forEach(release);
  });
}
