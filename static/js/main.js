// Binds each enhancement to the elements that ask for it; every page works without them.
import { bindAddresses } from "./address.js";
import { bindCheckouts } from "./checkout.js";
import { bindSteppers } from "./stepper.js";
import { bindPacks } from "./packs.js";
import { bindConfirms } from "./confirm.js";
import { bindFilters } from "./filters.js";
import { bindPreviews } from "./image_preview.js";
import { bindPolls } from "./poll.js";
import { bindCopies } from "./copy.js";
import { bindSubmitOnce } from "./submit_once.js";
import { bindZooms } from "./zoom.js";

for (const bind of [bindAddresses, bindCheckouts, bindSteppers, bindPacks, bindConfirms, bindFilters, bindPreviews, bindPolls, bindCopies, bindSubmitOnce, bindZooms]) {
  bind(document);
}

// On a phone the chosen place of a row that scrolls sideways is brought into sight.
for (const chosen of document.querySelectorAll(".desk-nav [aria-current], .tabs [aria-current]")) {
  const row = chosen.closest("ul");
  row.scrollLeft = chosen.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - chosen.clientWidth) / 2;
}

document.querySelector("[data-focus]")?.focus();
