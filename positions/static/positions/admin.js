// Beside the form of a new statement stands the text of its source: what is marked there is quoted in the form.
// The form counts Unicode code points, the browser UTF-16 units; countCodePoints is where the one becomes the other.

function countCodePoints(words) {
  let count = 0;
  for (const _ of words) {
    count += 1;
  }
  return count;
}

function readPassage(text, selection) {
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) {
    return null;
  }
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) {
    return null;
  }
  const before = document.createRange();
  before.selectNodeContents(text);
  before.setEnd(range.startContainer, range.startOffset);
  const marked = range.toString();
  const exact = marked.trim();
  if (!exact) {
    return null;
  }
  const start = countCodePoints(before.toString() + marked.slice(0, marked.indexOf(exact)));
  return { start, end: start + countCodePoints(exact), exact };
}

function quotePassage(text) {
  const passage = readPassage(text, document.getSelection());
  if (!passage) {
    return;
  }
  for (const [name, value] of Object.entries(passage)) {
    const field = document.getElementById(`id_${name}`);
    if (field) {
      field.value = value;
    }
  }
}

const text = document.getElementById("source-text");
if (text) {
  text.addEventListener("pointerup", () => window.setTimeout(() => quotePassage(text), 0));
  text.addEventListener("keyup", () => quotePassage(text));
}
