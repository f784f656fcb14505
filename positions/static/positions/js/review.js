// Keys of the pages on which somebody decides: whatever has a `data-key` is pressed by it, and the overlay lists them.
// Without this script the same buttons and links do the same.

import { Keys } from "./tagging/keys.js";
import { say } from "./wording.js";

const page = document.getElementById("review");
const overlay = document.getElementById("keys");
const status = document.getElementById("key-status");
const switchBox = document.getElementById("single-keys");
let isLeaving = false;
let waiting = null; // the button that a comment is being written for

function press(element, event) {
  // a key held down must not decide the next reading as well
  if (event?.repeat) {
    return;
  }
  const words = element.dataset.words ? document.getElementById(element.dataset.words) : null;
  if (words) {
    waiting = element;
    words.focus();
    status.textContent = say("keys-write", { action: element.dataset.keyName });
  } else if (element.matches("textarea, input, select")) {
    element.focus();
  } else {
    element.click();
  }
}

function send(event) {
  const button = waiting ?? page.querySelector("[data-sends]");
  if (!button) {
    status.textContent = say("keys-say-first");
  } else if (!event?.repeat) {
    button.click();
  }
}

function leave() {
  waiting = null;
  status.textContent = "";
  if (document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
  }
}

const entries = [...page.querySelectorAll("[data-key]")].map((element) => ({
  key: element.dataset.key,
  name: element.dataset.keyName,
  group: element.dataset.keyGroup,
  run: (event) => press(element, event),
}));
const table = [
  ...entries,
  { key: "Ctrl+Enter", shown: "Ctrl ↵", name: page.dataset.sending, group: say("keys-decide"), chord: true, run: send },
  { key: "Escape", shown: "Esc", name: say("keys-leave-field"), group: say("keys-go"), chord: true, run: leave },
  { key: "?", name: say("keys-keys"), group: say("keys-go"), run: () => overlay.showModal() },
];
const keys = new Keys(table, { isBusy: () => isLeaving });

keys.draw(document.getElementById("keys-list"));
switchBox.checked = keys.singleKeysOn;
page.classList.toggle("with-keys", keys.singleKeysOn);
switchBox.addEventListener("change", () => {
  keys.switchSingleKeys(switchBox.checked);
  page.classList.toggle("with-keys", switchBox.checked);
});
for (const opener of document.querySelectorAll("[data-opens-keys]")) {
  opener.hidden = false;
  opener.addEventListener("click", () => overlay.showModal());
}
page.addEventListener("submit", () => {
  isLeaving = true;
});
// back from another page, kept by the browser as it was
window.addEventListener("pageshow", () => {
  isLeaving = false;
  keys.held.length = 0;
});
page.querySelector(".errorlist")?.scrollIntoView({ block: "center" });
