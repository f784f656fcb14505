// Messages to the person: notices that stay until settled, and short announcements for those who listen.

import { byId } from "./panel.js";
import { say } from "../wording.js";

export function announce(words) {
  const announcer = byId("announcer");
  // the same words twice are news twice
  announcer.textContent = announcer.textContent === words ? `${words}\u00a0` : words;
}

// Show a notice under a name; the same name replaces it. `actions` are {name, run} or {name, href}.
export function notice(name, words, { actions = [], tone = "note", quiet = false } = {}) {
  clearNotice(name);
  const element = document.createElement("div");
  element.className = `notice ${tone}`;
  element.dataset.notice = name;
  const text = document.createElement("p");
  text.textContent = words;
  element.append(text, ...actions.map((action) => elementOf(action, name)));
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "dismiss";
  dismiss.setAttribute("aria-label", say("tag-dismiss"));
  dismiss.textContent = "×";
  dismiss.addEventListener("click", () => clearNotice(name));
  element.append(dismiss);
  byId("notices").append(element);
  if (!quiet) {
    announce(words);
  }
}

export function clearNotice(name) {
  for (const element of byId("notices").children) {
    if (element.dataset.notice === name) {
      element.remove();
      return;
    }
  }
}

function elementOf({ name, run, href }, notice) {
  if (href) {
    const link = document.createElement("a");
    link.href = href;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = name;
    return link;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = name;
  button.addEventListener("click", () => {
    clearNotice(notice);
    run();
  });
  return button;
}
