// What a statement costs: key presses, modifiers included, and clicks between the selection and its saving.

import { sayCount } from "../wording.js";

export class Effort {
  constructor(corner) {
    this.corner = corner;
    this.current = 0;
    this.saved = [];
    this.counting = false;
    document.addEventListener("keydown", (event) => {
      if (this.counting && !event.repeat) {
        this.current += 1;
      }
    }, { capture: true });
    document.addEventListener("pointerdown", () => {
      if (this.counting) {
        this.current += 1;
      }
    }, { capture: true });
  }

  // The passage is chosen: what follows counts.
  begin() {
    this.current = 0;
    this.counting = true;
  }

  stop() {
    this.counting = false;
  }

  // The statement is kept: what it took counts in the figures.
  record(taken) {
    this.stop();
    this.saved.push(taken);
    const total = this.saved.reduce((sum, one) => sum + one, 0);
    const { dataset } = this.corner;
    dataset.last = String(taken);
    dataset.most = String(Math.max(...this.saved));
    dataset.total = String(total);
    dataset.statements = String(this.saved.length);
    const mean = total / this.saved.length;
    this.corner.textContent = sayCount("tag-effort", taken, { mean: localized(mean), statements: this.saved.length });
  }
}

function localized(mean) {
  return mean.toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
