// A caret in a text nobody can edit: keys move it and select, the mouse and the finger select as everywhere.
// The browser's own selection is what is selected; this adds the caret one can see and the keys.

export class Caret {
  constructor(text, segments, { onSelect, onPoint, onBlank }) {
    this.text = text;
    this.segments = segments;
    this.onSelect = onSelect;
    this.onPoint = onPoint;
    this.onBlank = onBlank;
    this.anchor = text.start;
    this.focus = text.start;
    this.dragging = false;
    this.mark = document.createElement("span");
    this.mark.className = "caret";
    this.mark.setAttribute("aria-hidden", "true");
    this.listen();
  }

  listen() {
    const { root } = this.text;
    root.addEventListener("keydown", (event) => this.press(event));
    root.addEventListener("focus", () => this.draw());
    root.addEventListener("pointerdown", (event) => {
      this.dragging = event.pointerType === "mouse";
    });
    document.addEventListener("pointerup", (event) => {
      const inside = root.contains(event.target) || this.dragging;
      this.dragging = false;
      if (inside) {
        // the browser settles the selection after the event
        window.setTimeout(() => this.settle(event), 0);
      }
    });
    document.addEventListener("selectionchange", () => {
      if (!this.dragging) {
        this.readSelection();
      }
    });
  }

  settle(event) {
    if (!this.readSelection() && !event.target.closest("button, a")) {
      this.onPoint(this.focus);
    }
  }

  // Take over what the browser has selected; whether that is more than a caret.
  readSelection() {
    const selection = document.getSelection();
    const { root } = this.text;
    if (!selection.rangeCount || !root.contains(selection.focusNode) || !root.contains(selection.anchorNode)) {
      return false;
    }
    const anchor = this.text.fromDom(selection.anchorNode, selection.anchorOffset);
    const focus = this.text.fromDom(selection.focusNode, selection.focusOffset);
    if (anchor === this.anchor && focus === this.focus) {
      return anchor !== focus;
    }
    this.anchor = anchor;
    this.focus = focus;
    this.draw();
    this.report();
    return anchor !== focus;
  }

  report() {
    if (this.anchor === this.focus) {
      return;
    }
    const span = this.text.trim(Math.min(this.anchor, this.focus), Math.max(this.anchor, this.focus));
    if (span) {
      this.onSelect(span);
    } else {
      this.onBlank();
    }
  }

  // Select a span, or put the caret somewhere, and bring it into view.
  select(start, end = start, { quiet = false } = {}) {
    this.anchor = start;
    this.focus = end;
    this.show();
    if (!quiet) {
      this.report();
    }
  }

  move(focus, extend) {
    this.focus = focus;
    if (!extend) {
      this.anchor = focus;
    }
    this.show();
    this.report();
  }

  // Text nodes were replaced: select the same words in the new ones.
  restore() {
    if (document.activeElement === this.text.root) {
      this.settleSelection();
    }
  }

  show() {
    this.settleSelection();
    this.draw();
    this.scroll();
  }

  settleSelection() {
    const [anchorNode, anchorUnit] = this.text.toDom(this.anchor);
    const [focusNode, focusUnit] = this.text.toDom(this.focus);
    document.getSelection().setBaseAndExtent(anchorNode, anchorUnit, focusNode, focusUnit);
  }

  scroll() {
    const box = this.mark.getBoundingClientRect();
    const room = window.innerHeight - this.bottomInset();
    if (box.top < 60 || box.bottom > room - 20) {
      window.scrollBy({ top: box.top - room / 3, behavior: "instant" });
    }
  }

  // How much of the window's lower edge the sheet covers on a narrow screen.
  bottomInset() {
    const panel = document.getElementById("panel");
    const covers = panel && window.getComputedStyle(panel).position === "fixed";
    return covers ? panel.getBoundingClientRect().height : 0;
  }

  draw() {
    const { place, unit } = this.text.locate(this.focus);
    const element = this.text.elements[place];
    const holder = element.parentElement;
    const [node, at] = this.text.nodeAt(place, unit);
    const point = document.createRange();
    point.setStart(node, at);
    const box = point.getClientRects()[0] ?? element.getBoundingClientRect();
    const frame = holder.getBoundingClientRect();
    holder.append(this.mark);
    this.mark.style.left = `${box.left - frame.left}px`;
    this.mark.style.top = `${box.top - frame.top}px`;
    this.mark.style.height = `${box.height}px`;
  }

  press(event) {
    if (event.target !== this.text.root) {
      return;
    }
    const target = this.targetOf(event);
    if (target !== null) {
      event.preventDefault();
      this.move(target, event.shiftKey);
    }
  }

  targetOf(event) {
    const byWord = event.ctrlKey || event.altKey;
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight": {
        if (event.metaKey) {
          return null;
        }
        const forward = (event.key === "ArrowRight") === this.readsLeftToRight();
        return byWord ? this.segments.word(this.focus, forward) : this.segments.character(this.focus, forward);
      }
      case "ArrowUp":
      case "ArrowDown":
        return event.ctrlKey || event.altKey || event.metaKey ? null : this.byLine(event.key === "ArrowDown");
      case "Home":
        return event.ctrlKey ? this.text.start : this.segments.paragraphAt(this.focus).start;
      case "End":
        return event.ctrlKey ? this.text.end : this.segments.paragraphAt(this.focus).end;
      case "a":
        return event.ctrlKey && !event.shiftKey && !event.altKey ? this.selectAll(event) : null;
      default:
        return null;
    }
  }

  selectAll(event) {
    event.preventDefault();
    this.select(this.text.start, this.text.end);
    return null;
  }

  readsLeftToRight() {
    const element = this.text.elements[this.text.locate(this.focus).place];
    return window.getComputedStyle(element).direction !== "rtl";
  }

  byLine(forward) {
    const selection = document.getSelection();
    const [node, unit] = this.text.toDom(this.focus);
    selection.collapse(node, unit);
    selection.modify("move", forward ? "forward" : "backward", "line");
    const inside = this.text.root.contains(selection.focusNode);
    return inside ? this.text.fromDom(selection.focusNode, selection.focusOffset) : this.focus;
  }
}
