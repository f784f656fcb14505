// The board by keyboard: j and k walk the rows, a letter opens the form of the row with that status chosen.
// Without this script every row has its link, and the form works as it stands.

const rows = [...document.querySelectorAll(".board-row")];
const statuses = { o: "open", m: "met", f: "failed", w: "withdrawn" };

function currentRow() {
  const focused = document.activeElement?.closest(".board-row");
  return focused ?? document.querySelector(".board-row:target");
}

function step(by) {
  const at = rows.indexOf(currentRow());
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
}

function openForm(status) {
  const link = currentRow()?.querySelector("a.button");
  if (!link) {
    return;
  }
  const address = new URL(link.href);
  address.searchParams.set("to", status);
  window.location.assign(address);
}

function isTyping(target) {
  return target.isContentEditable || target.closest("input, textarea, select, .select2-container") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    step(event.key === "j" ? 1 : -1);
  } else if (event.key in statuses && currentRow()) {
    event.preventDefault();
    openForm(statuses[event.key]);
  }
});

// After saving the row has the focus; where something was refused, the first field at fault.
const atFault = document.querySelector(".board-form .errors :is(select, input, textarea)");
(atFault ?? document.querySelector(".board-row:target"))?.focus();
