// Plus and minus beside a quantity; the number field alone remains what is sent.
const number = (text, otherwise) => (text === "" || Number.isNaN(Number(text)) ? otherwise : Number(text));

function bind(stepper) {
  const input = stepper.querySelector("input");
  const buttons = [...stepper.querySelectorAll("[data-step]")];
  const least = number(input.min, 0);
  const most = number(input.max, Infinity);
  const pace = number(input.step, 1) || 1;

  const mark = () => {
    const value = number(input.value, least);
    for (const button of buttons) {
      const next = value + pace * Number(button.dataset.step);
      button.setAttribute("aria-disabled", String(next < least || next > most));
    }
  };

  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = number(input.value, least) + pace * Number(button.dataset.step);
      if (next < least || next > most) return;
      input.value = next;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("input", mark);
  mark();
}

export function bindSteppers(root) {
  root.querySelectorAll("[data-stepper]").forEach(bind);
}
