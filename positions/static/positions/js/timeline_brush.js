// Dragging along a chart's dates: the days under the drag become the address's from and to.

const SVG = "http://www.w3.org/2000/svg";
const LEAST_DRAG = 6; // pixels; less is a click
const DAY_LENGTH = 86400000; // milliseconds

function makeBox(name, x, y, width, height) {
  const box = document.createElementNS(SVG, "rect");
  box.setAttribute("class", name);
  for (const [key, value] of Object.entries({ x, y, width, height })) {
    box.setAttribute(key, value);
  }
  return box;
}

export function dayAt(x, { first, last, left, right }) {
  const start = Date.parse(first);
  const days = Math.round((Date.parse(last) - start) / DAY_LENGTH) + 1;
  const share = (Math.min(Math.max(x, left), right) - left) / (right - left);
  const day = Math.min(Math.floor(share * days), days - 1);
  return new Date(start + day * DAY_LENGTH).toISOString().slice(0, 10);
}

function openSpan(from, to) {
  const address = new URL(window.location.href);
  address.searchParams.set("from", from);
  address.searchParams.set("to", to);
  window.location.assign(address);
}

export function bindBrush(chart) {
  const { first, last } = chart.dataset;
  const [left, right, top, bottom] = ["left", "right", "top", "bottom"].map((side) => Number(chart.dataset[side]));
  if (!first || !(right > left)) {
    return;
  }
  const scale = { first, last, left, right };
  const zone = makeBox("brush-zone", left, bottom, right - left, 28);
  const drawn = makeBox("brush", left, top, 0, bottom - top);
  chart.append(zone);
  let start = null;

  function pointOf(event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse()).x;
  }

  function stop() {
    start = null;
    drawn.remove();
  }

  zone.addEventListener("pointerdown", (event) => {
    if (event.button === 0) {
      event.preventDefault();
      zone.setPointerCapture(event.pointerId);
      start = pointOf(event);
    }
  });
  zone.addEventListener("pointermove", (event) => {
    if (start === null) {
      return;
    }
    const ends = [start, pointOf(event)].map((x) => Math.min(Math.max(x, left), right)).sort((a, b) => a - b);
    drawn.setAttribute("x", ends[0]);
    drawn.setAttribute("width", ends[1] - ends[0]);
    chart.append(drawn);
  });
  zone.addEventListener("pointerup", (event) => {
    if (start === null) {
      return;
    }
    const ends = [start, pointOf(event)].sort((a, b) => a - b);
    stop();
    if (ends[1] - ends[0] >= LEAST_DRAG) {
      openSpan(dayAt(ends[0], scale), dayAt(ends[1], scale));
    }
  });
  zone.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      stop();
    }
  });
}
