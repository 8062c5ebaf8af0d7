// Opens the large pictures of a gallery on the page instead of on their own: swipe, arrows, a press to come nearer.
const NEARER = 2.5;

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function button(kind, words, sign, act) {
  const made = element("button", { type: "button", class: `zoom-button zoom-${kind}`, "aria-label": words }, sign);
  made.addEventListener("click", act);
  return made;
}

// A press brings the pressed place nearer, a second one goes back.
function come(frame, picture, event) {
  const box = picture.getBoundingClientRect();
  const [x, y] = event.detail ? [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height] : [0.5, 0.5];
  const near = frame.classList.toggle("is-near");
  picture.width = near ? box.width * NEARER : box.width;
  if (!near) picture.removeAttribute("width");
  frame.scrollTo(x * picture.offsetWidth - frame.clientWidth / 2, y * picture.offsetHeight - frame.clientHeight / 2);
}

function frame(link) {
  const picture = element("img", { src: link.href, alt: link.querySelector("img")?.alt ?? "" });
  const made = element("li", { class: "zoom-frame" }, picture);
  picture.addEventListener("click", (event) => come(made, picture, event));
  return made;
}

function open(links, first) {
  const words = (links[0].closest("[data-gallery]") ?? links[0]).dataset;
  const track = element("ul", { class: "zoom-track", "data-plain": "" }, ...links.map(frame));
  const count = element("p", { class: "zoom-count", role: "status" });
  const dialog = element("dialog", { class: "zoom", "aria-label": words.label ?? words.close }, track, count);
  let shown = first;

  const go = (next, behavior = "smooth") => {
    if (next < 0 || next >= links.length) return;
    const quick = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : behavior;
    track.scrollTo({ left: next * track.clientWidth, behavior: quick });
  };
  const said = () => {
    shown = Math.round(track.scrollLeft / (track.clientWidth || 1));
    count.textContent = links.length > 1 ? `${shown + 1} / ${links.length}` : "";
  };
  dialog.append(button("close", words.close, "✕", () => dialog.close()));
  if (links.length > 1) {
    dialog.append(button("previous", words.previous, "‹", () => go(shown - 1)), button("next", words.next, "›", () => go(shown + 1)));
    track.addEventListener("scroll", said);
  }
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") go(shown - 1);
    if (event.key === "ArrowRight") go(shown + 1);
    if (event.key === "Home") go(0);
    if (event.key === "End") go(links.length - 1);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target.matches(".zoom, .zoom-frame")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    links[shown]?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  go(first, "auto");
  said();
}

// The small picture of what is shown is marked, also while one swipes.
function follow(gallery) {
  const row = gallery.querySelector(".gallery-row");
  const thumbs = [...gallery.querySelectorAll(".gallery-thumbs a")];
  const mark = () => {
    const shown = Math.round(row.scrollLeft / (row.clientWidth || 1));
    thumbs.forEach((thumb, index) => thumb.toggleAttribute("aria-current", index === shown));
  };
  thumbs.forEach((thumb, index) => thumb.addEventListener("click", (event) => {
    event.preventDefault();
    row.scrollTo({ left: index * row.clientWidth });
  }));
  row.addEventListener("scroll", mark);
  mark();
}

export function bindZooms(root) {
  for (const link of root.querySelectorAll("a[data-zoom]")) {
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const links = [...(link.closest("[data-gallery]")?.querySelectorAll("a[data-zoom]") ?? [link])];
      open(links, links.indexOf(link));
    });
  }
  root.querySelectorAll("[data-gallery]:has(.gallery-thumbs)").forEach(follow);
}
