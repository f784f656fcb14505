// Lights up every run of the statement an address points to; without this, its first run alone is lit by :target.

const LIT = "mark-target";

function lightTarget() {
  for (const lit of document.querySelectorAll(`.${LIT}`)) {
    lit.classList.remove(LIT);
  }
  const id = decodeURIComponent(window.location.hash.slice(1));
  if (!id.startsWith("s-")) {
    return;
  }
  for (const run of document.querySelectorAll("[data-statements]")) {
    if (run.dataset.statements.split(" ").includes(id.slice(2))) {
      run.classList.add(LIT);
    }
  }
}

window.addEventListener("hashchange", lightTarget);
lightTarget();
