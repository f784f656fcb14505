// Remembers the reader's choice of light or dark paper on <html data-theme>; without one the system decides.

import { say } from "./wording.js";

const KEY = "rapporteur-theme";
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");

function readChoice() {
  try {
    return window.localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keepChoice(theme) {
  try {
    window.localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing still switches for this page.
  }
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
}

const chosen = readChoice();
if (chosen === "dark" || chosen === "light") {
  root.dataset.theme = chosen;
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
