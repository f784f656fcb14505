// Copies the text of another element; the buttons stay hidden where the browser cannot.

import { say } from "./wording.js";

function bindCopy(button) {
  const target = document.querySelector(button.dataset.copy);
  if (!target) {
    return;
  }
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(target.textContent.trim());
      button.textContent = say("copied");
    } catch {
      button.textContent = say("not-copied");
    }
    window.setTimeout(() => {
      button.textContent = name;
    }, 1800);
  });
}

if (navigator.clipboard) {
  document.querySelectorAll("[data-copy]").forEach(bindCopy);
}
