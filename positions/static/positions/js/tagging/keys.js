// Keys: one table says what each does; the overlay is drawn from it. Single keys can be switched off (WCAG 2.1.4), and
// never fire in a field, in a dialog or together with a modifier.

const SWITCH = "rapporteur-tagging-single-keys";
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

export class Keys {
  // `table` is a list of {key, name, group, run, chord}; a chord works everywhere, also in fields.
  constructor(table, { isBusy }) {
    this.table = table;
    this.isBusy = isBusy;
    this.held = [];
    this.singleKeysOn = readSwitch();
    document.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) {
      return;
    }
    const inField = event.target instanceof Element && event.target.matches(FIELDS);
    const entry = this.entryFor(event, inField);
    if (!entry) {
      return;
    }
    event.preventDefault();
    if (this.isBusy()) {
      this.held.push(entry);
    } else {
      entry.run(event);
    }
  }

  entryFor(event, inField) {
    const name = chordOf(event);
    const entry = this.table.find((one) => one.key === name);
    if (!entry || (inField && !entry.chord)) {
      return null;
    }
    if (entry.outside && inField) {
      return null;
    }
    const isSingle = [...entry.key].length === 1;
    if (isSingle && !this.singleKeysOn) {
      return null;
    }
    // buttons and links keep Enter and the space bar
    if (entry.key === "Enter" && event.target instanceof Element && event.target.closest("button, a, summary, input")) {
      return null;
    }
    return entry;
  }

  // Keys pressed while the page waited for the server.
  release() {
    for (const entry of this.held.splice(0)) {
      entry.run();
    }
  }

  switchSingleKeys(on) {
    this.singleKeysOn = on;
    try {
      localStorage.setItem(SWITCH, on ? "on" : "off");
    } catch {
      // holds for this page then
    }
  }

  draw(list) {
    const groups = new Map();
    for (const entry of this.table.filter((one) => one.name)) {
      groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
    }
    const sections = [...groups].map(([group, entries]) => {
      const section = document.createElement("section");
      const title = document.createElement("h3");
      title.textContent = group;
      const pairs = document.createElement("dl");
      for (const entry of entries) {
        const term = document.createElement("dt");
        for (const part of (entry.shown ?? entry.key).split(" ")) {
          const key = document.createElement("kbd");
          key.textContent = part;
          term.append(key, " ");
        }
        const meaning = document.createElement("dd");
        meaning.textContent = entry.name;
        pairs.append(term, meaning);
      }
      section.append(title, pairs);
      return section;
    });
    list.replaceChildren(...sections);
  }
}

function chordOf(event) {
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  const alternate = event.altKey ? "Alt+" : "";
  const isLetter = event.key.length === 1;
  const shift = event.shiftKey && (!isLetter || control) ? "Shift+" : "";
  return `${control}${alternate}${shift}${control && isLetter ? event.key.toLowerCase() : event.key}`;
}

function readSwitch() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}
