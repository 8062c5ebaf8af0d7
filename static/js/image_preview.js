// Shows chosen pictures before they are sent: drawn on a canvas, so no blob: address is needed in the policy.
const WIDTH = 160;

async function draw(file) {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * picture.height) / picture.width);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  picture.close();
  return canvas;
}

function bind(input) {
  const place = document.createElement("div");
  place.className = "previews";
  input.after(place);
  input.addEventListener("change", async () => {
    const pictures = [...input.files].filter((file) => file.type.startsWith("image/"));
    const drawn = await Promise.allSettled(pictures.map(draw));
    place.replaceChildren(...drawn.filter((each) => each.status === "fulfilled").map((each) => each.value));
  });
}

export function bindPreviews(root) {
  root.querySelectorAll("input[type=file][data-preview]").forEach(bind);
}
