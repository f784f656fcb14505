// Old and new text side by side: both panes open at their marked words, and a passage marked in the
// new text answers “it stands elsewhere”. admin.js puts what is marked into the form.

for (const mark of document.querySelectorAll("#old-passage, #proposal")) {
  const pane = mark.closest("pre");
  pane.scrollTop = Math.max(0, mark.offsetTop - pane.offsetTop - pane.clientHeight / 3);
}

const text = document.getElementById("source-text");
const elsewhere = document.querySelector('input[name="decision"][value="elsewhere"]');

function chooseElsewhere() {
  const marked = document.getSelection();
  if (marked && !marked.isCollapsed && text.contains(marked.anchorNode) && elsewhere) {
    elsewhere.checked = true;
  }
}

if (text) {
  text.addEventListener("pointerup", () => window.setTimeout(chooseElsewhere, 0));
  text.addEventListener("keyup", chooseElsewhere);
}
