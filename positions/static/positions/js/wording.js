// The words of scripts, in the reader's language: the server puts them into the page as JSON in data-wording
// (positions/web/script_words.py). Read when first needed, so a module may load before they do.

let words = null;

function allWords() {
  if (words === null) {
    const brought = [...document.querySelectorAll("[data-wording]")];
    words = Object.assign({}, ...brought.map((element) => JSON.parse(element.dataset.wording)));
  }
  return words;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// The words under a key, with {names} filled in; the key itself where the page brought none.
export function say(key, values = {}) {
  return fill(allWords()[key] ?? key, values);
}

// The same for a number: the form the page's language has for it. {count} is the number, written as there.
export function sayCount(key, number, values = {}) {
  const language = document.documentElement.lang || "en";
  const forms = allWords()[key] ?? { other: key };
  const form = forms[new Intl.PluralRules(language).select(number)] ?? forms.other;
  return fill(form, { count: number.toLocaleString(language), ...values });
}
