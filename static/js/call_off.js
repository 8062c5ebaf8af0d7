// What a call-off comes to, while its quantities are typed.
const PRICED = "input[data-price]";

function typed(input) {
  const number = Number(input.value.replace(/[\s.,]/g, ""));
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

function show(form) {
  const line = form.querySelector("[data-sum-line]");
  const sum = [...form.querySelectorAll(PRICED)].reduce((all, input) => all + typed(input) * Number(input.dataset.price), 0);
  line.hidden = sum === 0;
  form.querySelector("[data-sum]").textContent = `${sum.toLocaleString(document.documentElement.lang)} ₫`;
}

export function bindCallOff(root) {
  root.querySelectorAll("form[data-call-off]").forEach((form) => {
    form.addEventListener("input", () => show(form));
    show(form);
  });
}
