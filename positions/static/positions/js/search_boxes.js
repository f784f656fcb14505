// A searching select box is drawn beside its field and knows nothing of the field's label: it gets the same words,
// whenever it is drawn.

function nameBox(box) {
  const field = box.previousElementSibling;
  const label = field?.id ? document.querySelector(`label[for="${CSS.escape(field.id)}"]`) : null;
  if (!label) {
    return;
  }
  const words = label.textContent.trim().replace(/:$/, "");
  for (const part of box.querySelectorAll('[role="combobox"], [role="textbox"]')) {
    part.removeAttribute("aria-labelledby");
    part.setAttribute("aria-label", words);
  }
}

function nameBoxes(within) {
  within.querySelectorAll("select.admin-autocomplete + .select2").forEach(nameBox);
}

const drawn = new MutationObserver((changes) => {
  if (changes.some((change) => change.addedNodes.length > 0)) {
    nameBoxes(document);
  }
});
drawn.observe(document.body, { childList: true, subtree: true });
nameBoxes(document);
