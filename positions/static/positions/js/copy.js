// Copies the text of another element; the buttons stay hidden where the browser cannot.

function bindCopy(button) {
  const target = document.querySelector(button.dataset.copy);
  if (!target) {
    return;
  }
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(target.textContent.trim());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Could not copy";
    }
    window.setTimeout(() => {
      button.textContent = name;
    }, 1800);
  });
}

if (navigator.clipboard) {
  document.querySelectorAll("[data-copy]").forEach(bindCopy);
}
