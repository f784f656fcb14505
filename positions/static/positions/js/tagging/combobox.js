// A text box that offers choices while one types (the ARIA 1.2 combobox with a list), for one value or several.

import { say } from "../wording.js";

let numbers = 0;

export class Combobox {
  // `find(words)` answers a list, or a promise of one, of {slug, name, hint}. With `free` words that match nothing stay.
  constructor(box, { id, label, find, multiple = false, free = false, onChange, placeholder = "" }) {
    numbers += 1;
    this.box = box;
    this.find = find;
    this.multiple = multiple;
    this.free = free;
    this.onChange = onChange;
    this.value = [];
    this.words = "";
    this.options = [];
    this.active = -1;
    this.asked = 0;
    this.returnTo = null;
    this.build(id ?? `combobox-${numbers}`, label, placeholder);
  }

  build(id, label, placeholder) {
    this.tokens = document.createElement("span");
    this.tokens.className = "tokens";
    this.input = this.box.querySelector("input") ?? document.createElement("input");
    this.list = document.createElement("ul");
    this.list.id = `${id}-list`;
    this.list.className = "choices";
    this.list.setAttribute("role", "listbox");
    this.list.hidden = true;
    Object.assign(this.input, { id, type: "text", autocomplete: "off", spellcheck: false, placeholder });
    const attributes = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    };
    for (const [name, value] of Object.entries(attributes)) {
      this.input.setAttribute(name, value);
    }
    if (label) {
      this.input.setAttribute("aria-label", label);
      this.list.setAttribute("aria-label", label);
    } else {
      this.list.setAttribute("aria-label", say("tag-choices"));
    }
    this.input.dir = "auto";
    this.box.classList.add("combobox");
    this.box.append(this.tokens, this.input, this.list);
    this.input.addEventListener("input", () => this.type());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => this.leave());
    this.input.addEventListener("click", () => this.offer(this.free || this.multiple ? this.input.value : ""));
    // the box must keep the focus, or the list is gone before the click arrives
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) {
        this.pick(Number(option.dataset.place));
      }
    });
  }

  // Show a value without telling anybody.
  set(value, words = "") {
    this.value = Array.isArray(value) ? value : value ? [value] : [];
    this.words = words;
    this.draw();
  }

  get single() {
    return this.value[0] ?? null;
  }

  draw() {
    this.tokens.replaceChildren(...(this.multiple ? this.value.map((chosen) => this.tokenOf(chosen)) : []));
    this.input.value = this.multiple ? "" : (this.single?.name ?? this.words);
  }

  tokenOf(chosen) {
    const token = document.createElement("span");
    token.className = "token";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", say("tag-remove", { name: chosen.name }));
    remove.addEventListener("click", () => {
      this.value = this.value.filter((other) => other.slug !== chosen.slug);
      this.draw();
      this.input.focus();
      this.onChange(this);
    });
    const name = document.createElement("span");
    name.dir = "auto";
    name.textContent = chosen.name;
    token.append(name, remove);
    return token;
  }

  // Open from a key: what is chosen brings the focus back to where it was.
  openFrom(element) {
    this.returnTo = element;
    this.input.focus();
    this.offer("");
  }

  type() {
    this.offer(this.input.value);
  }

  async offer(words) {
    this.asked += 1;
    const mine = this.asked;
    let found;
    try {
      found = await this.find(words.trim());
    } catch {
      found = [];
      this.box.dataset.fault = "away";
    }
    if (mine !== this.asked || document.activeElement !== this.input) {
      return;
    }
    this.options = found.filter((choice) => !this.multiple || !this.value.some((one) => one.slug === choice.slug));
    this.show(words.trim() && !this.free ? 0 : -1);
    if (this.free && words.trim() && this.options.some((choice) => matchesWell(choice, words))) {
      this.activate(0);
    }
  }

  show(active) {
    this.list.replaceChildren(...this.options.map((choice, place) => this.optionOf(choice, place)));
    if (this.options.length === 0) {
      const none = document.createElement("li");
      none.className = "no-choice";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = say(this.free ? "tag-kept-as-typed" : "tag-nothing-found");
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(this.options.length ? active : -1);
  }

  optionOf(choice, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.dataset.place = String(place);
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const name = document.createElement("span");
    name.dir = "auto";
    name.textContent = choice.name;
    option.append(name);
    if (choice.hint) {
      const hint = document.createElement("span");
      hint.className = "hint";
      hint.dir = "auto";
      hint.textContent = choice.hint;
      option.append(" ", hint);
    }
    return option;
  }

  activate(place) {
    this.active = place;
    [...this.list.children].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === place));
    });
    const option = place >= 0 ? this.list.children[place] : null;
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    const open = !this.list.hidden;
    const last = this.options.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) {
        this.offer(this.multiple || this.free ? this.input.value : "");
        return;
      }
      const step = event.key === "ArrowDown" ? this.active + 1 : this.active - 1;
      this.activate(step > last ? 0 : step < 0 ? last : step);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (open && this.active >= 0) {
        this.pick(this.active);
      } else if (this.free) {
        this.keepWords();
        this.goBack();
      }
    } else if (event.key === "Tab" && open && this.active >= 0) {
      this.pick(this.active, { stay: true });
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
      this.draw();
    } else if (event.key === "Backspace" && this.multiple && !this.input.value && this.value.length) {
      this.value = this.value.slice(0, -1);
      this.draw();
      this.onChange(this);
    }
  }

  pick(place, { stay = false } = {}) {
    const { slug, name } = this.options[place];
    this.value = this.multiple ? [...this.value, { slug, name }] : [{ slug, name }];
    this.words = "";
    this.close();
    this.draw();
    this.onChange(this);
    if (!stay) {
      this.goBack();
    }
  }

  goBack() {
    const element = this.returnTo;
    this.returnTo = null;
    element?.focus({ preventScroll: true });
  }

  keepWords() {
    const words = this.input.value.trim();
    if (!words) {
      this.clear();
    } else if (words !== (this.single?.name ?? this.words)) {
      this.value = [];
      this.words = words;
      this.onChange(this);
    }
    this.close();
  }

  clear() {
    if (this.value.length || this.words) {
      this.value = [];
      this.words = "";
      this.onChange(this);
    }
  }

  // Words typed and not chosen are the choice that was offered for them, or else none: never the one before.
  leave() {
    const words = this.input.value.trim();
    if (this.free) {
      this.keepWords();
    } else if (words && words !== this.single?.name && this.active >= 0) {
      this.pick(this.active, { stay: true });
    } else if (!this.multiple && words !== (this.single?.name ?? "")) {
      this.clear();
    }
    this.close();
    this.draw();
    this.returnTo = null;
  }
}

function matchesWell(choice, words) {
  const wanted = words.trim().toLocaleLowerCase();
  return `${choice.name} ${choice.hint ?? ""}`.toLocaleLowerCase().split(/\s+/u).some((word) => word.startsWith(wanted));
}

// Choices out of a list at hand: every word typed begins a word of the name or hint, or stands somewhere in it.
export function findAmong(choices, words) {
  const wanted = words.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  const ranked = choices.flatMap((choice) => {
    const text = `${choice.name} ${choice.hint ?? ""} ${choice.search ?? ""}`.toLocaleLowerCase();
    if (!wanted.every((word) => text.includes(word))) {
      return [];
    }
    const begins = wanted.every((word) => text.split(/[\s\-–(,]+/u).some((part) => part.startsWith(word)));
    return [{ choice, rank: begins ? 0 : 1 }];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ choice }) => choice);
}
