// Binds each enhancement to the elements that ask for it; every page works without them.
import { bindAddresses } from "./address.js";
import { bindCheckouts } from "./checkout.js";
import { bindSteppers } from "./stepper.js";
import { bindConfirms } from "./confirm.js";
import { bindFilters } from "./filters.js";
import { bindPreviews } from "./image_preview.js";
import { bindPolls } from "./poll.js";
import { bindCopies } from "./copy.js";
import { bindSubmitOnce } from "./submit_once.js";
import { bindZooms } from "./zoom.js";

for (const bind of [bindAddresses, bindCheckouts, bindSteppers, bindConfirms, bindFilters, bindPreviews, bindPolls, bindCopies, bindSubmitOnce, bindZooms]) {
  bind(document);
}

document.querySelector("[data-focus]")?.focus();
