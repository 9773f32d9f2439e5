import { clamp, make } from "./elements.js";
import { quantity } from "./units.js";
/* A line chart in the browser: Python's drawing, and a cursor that reads the curves off, by mouse
   or by the arrow keys. `show` may be called as often as there is something new. */

export class Chart {
  constructor(label) {
    this.stage = make("div", { class: "eg-chart-stage" });
    this.readout = make("figcaption", { "aria-live": "polite" });
    this.root = make("figure", { class: "eg-chart", tabindex: "0", role: "group", "aria-label": label }, this.stage, this.readout);
    this.stage.addEventListener("pointermove", (event) => this.onPointer(event));
    this.stage.addEventListener("pointerleave", () => this.readAt(null));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.at = null;
  }

  /** Draw `LineChart.live()`. */
  show(chart) {
    this.chart = chart;
    this.stage.innerHTML = chart.svg ?? "";
    this.svg = this.stage.querySelector("svg");
    this.places = [...new Set((chart.series ?? []).flatMap(({ x }) => x))].sort((a, b) => a - b);
    this.readAt(this.at);
  }

  place(axis, value) {
    const [low, high, here] = axis.log ? [axis.low, axis.high, value].map(Math.log10) : [axis.low, axis.high, value];
    return axis.start + ((here - low) / (high - low)) * (axis.end - axis.start);
  }

  /** Put the cursor on the point that is nearest to `x`; null takes it away. */
  readAt(x) {
    this.svg?.querySelector(".eg-cursor")?.remove();
    this.at = x;
    if (x === null || !this.places?.length) {
      this.readout.textContent = "";
      return;
    }
    const { x: across, y: up, series, x_label } = this.chart;
    const nearest = this.nearest(this.places, x);
    this.at = this.places[nearest];
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("class", "eg-cursor");
    line.setAttribute("d", `M${this.place(across, this.at)} ${up.start}V${up.end}`);
    this.svg.append(line);
    const values = series.map(({ name, x: xs, y: ys }) => {
      const value = ys[this.nearest(xs, this.at)];
      return `${name} ${value == null ? "–" : quantity(value, up.unit)}`;
    });
    this.readout.textContent = `${x_label} ${quantity(this.at, across.unit, 6)}: ${values.join(", ")}`;
  }

  nearest(numbers, x) {
    let best = 0;
    for (let i = 1; i < numbers.length; i += 1) if (Math.abs(numbers[i] - x) < Math.abs(numbers[best] - x)) best = i;
    return best;
  }

  onPointer(event) {
    if (!this.svg || !this.places.length) return;
    const box = this.svg.getBoundingClientRect();
    const { x: across } = this.chart;
    const pixel = ((event.clientX - box.left) / box.width) * this.svg.viewBox.baseVal.width;
    const share = clamp((pixel - across.start) / (across.end - across.start), 0, 1);
    this.readAt(across.low + share * (across.high - across.low));
  }

  onKey(event) {
    if (!this.places?.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.places.length - 1;
    const here = this.at === null ? -1 : this.nearest(this.places, this.at);
    const moves = { ArrowRight: here + 1, ArrowLeft: here === -1 ? last : here - 1, Home: 0, End: last, Escape: null };
    if (!(event.key in moves)) return;
    event.preventDefault();
    event.stopPropagation();
    const move = moves[event.key];
    this.readAt(move === null ? null : this.places[clamp(move, 0, last)]);
  }
}
