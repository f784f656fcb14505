// Remembers the reader's choice of light or dark paper on <html data-theme>; without one the system decides.

import { say } from "./wording.js";

const COOKIE = "theme";
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

// The server reads the cookie and writes the choice into the page, so that no page flashes up on the other paper.
function keepChoice(theme) {
  const secure = window.location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${COOKIE}=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
}

function bindToggle() {
  const button = document.getElementById("theme-toggle");
  if (!button) {
    return;
  }
  const name = () => {
    button.textContent = say(isDark() ? "light-paper" : "dark-paper");
  };
  button.hidden = false;
  name();
  system.addEventListener("change", name);
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    keepChoice(root.dataset.theme);
    name();
  });
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", bindToggle);
} else {
  bindToggle();
}
