// Binds each enhancement to the elements that ask for it; every page works without them.
import { bindAddresses } from "./address.js";
import { bindCallOff } from "./call_off.js";
import { bindCheckouts } from "./checkout.js";
import { bindSteppers } from "./stepper.js";
import { bindPacks } from "./packs.js";
import { bindCommunes } from "./communes.js";
import { bindCompare } from "./compare.js";
import { bindConfirms } from "./confirm.js";
import { bindFavourites } from "./favourites.js";
import { bindFilePicks } from "./file_pick.js";
import { bindFilters } from "./filters.js";
import { bindFreight } from "./freight.js";
import { bindPreviews } from "./image_preview.js";
import { bindPolls } from "./poll.js";
import { bindCopies } from "./copy.js";
import { bindReadMarks } from "./read_mark.js";
import { bindRecent } from "./recent.js";
import { bindSubmitOnce } from "./submit_once.js";
import { bindSuggestions } from "./suggest.js";
import { bindZooms } from "./zoom.js";

for (const bind of [bindAddresses, bindCallOff, bindCheckouts, bindCommunes, bindSteppers, bindPacks, bindConfirms, bindFilePicks, bindFilters, bindPreviews, bindPolls, bindReadMarks, bindCopies, bindSubmitOnce, bindSuggestions, bindZooms, bindCompare, bindFavourites, bindRecent, bindFreight]) {
  bind(document);
}

// On a phone the chosen place of a row that scrolls sideways is brought into sight.
for (const chosen of document.querySelectorAll(".desk-nav [aria-current], .tabs [aria-current]")) {
  const row = chosen.closest("ul");
  row.scrollLeft = chosen.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - chosen.clientWidth) / 2;
}

document.querySelector("[data-focus]")?.focus();
