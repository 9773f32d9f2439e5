import { bindKeys, Choices, listen, make, makeRoot, nearestTo, setTraits, showLegend } from "./look/elements.js";
import { Stepper, startClock } from "./look/stepper.js";
/* MatmulView in the browser. Python sends all schedules with their steps and counts; here the steps
   are walked, and an element that is pointed at lights its row and its column. */

const COUNT_TITLES = ["", "steps", "multiplications", "global reads", "shared reads", "global reads each"];
const COUNTED = "Counted, not timed. A read is one element fetched by one thread, without caches; each element of the result is written once. The last column divides global reads by multiplications.";
const TILES = [1, 2, 3, 4];

class ProductPicture {
  constructor(model, el) {
    this.model = model;
    this.root = makeRoot("eg-matmul-view", "Matrix product");
    this.stepper = new Stepper(model, (step) => this.describe(step));
    this.stage = make("div", { class: "eg-mm-stage" });
    this.said = make("output", { class: "eg-mm-said", "aria-live": "polite" });
    this.counts = make("div", { class: "eg-mm-counts" });
    this.legend = make("div", { class: "eg-scale" });
    this.root.append(
      this.stepper.makeToolbar("Steps"),
      this.makeChoices(),
      this.stepper.sentence,
      this.stage,
      this.said,
      this.counts,
      make("div", { class: "eg-footer" }, this.legend),
    );
    el.append(this.root);
    this.stage.addEventListener("pointerover", (event) => this.light(this.cellOf(event)));
    this.stage.addEventListener("pointerleave", () => this.light(model.get("selected")));
    this.stage.addEventListener("click", (event) => this.choose(this.cellOf(event)));
    bindKeys(this.root, (event) => this.keys(event.target));
    this.stop = listen(model, {
      picture: () => this.draw(),
      schedule: () => this.draw(),
      tile: () => this.tiles.show(),
      last_step: () => this.showStep(),
      step: () => this.showStep(),
      selected: () => this.light(model.get("selected")),
    });
    this.draw();
  }

  makeChoices() {
    const { model } = this;
    const choose = (schedule) => {
      const last = model.get("picture").schedules[schedule].length;
      setTraits(model, { schedule, last_step: last, step: last, playing: false });
    };
    this.schedules = new Choices(model, "schedule", "Order", model.get("picture").titles, choose);
    this.tiles = new Choices(model, "tile", "Side of a tile", TILES.map((side) => [side, String(side)]));
    this.tileChoice = make("span", {}, make("span", { class: "eg-label", text: "tile " }), this.tiles.root);
    const label = make("span", { class: "eg-label", text: "computed" });
    return make("div", { class: "eg-mm-choices" }, label, this.schedules.root, this.tileChoice);
  }

  get steps() {
    return this.model.get("picture").schedules[this.model.get("schedule")];
  }

  draw() {
    const picture = this.model.get("picture");
    const tiled = this.model.get("schedule") === "tiled";
    this.stage.innerHTML = tiled ? picture.tiled : picture.svg;
    this.tileChoice.hidden = !tiled;
    this.schedules.show();
    this.tiles.show();
    this.cells = new Map([...this.stage.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
    for (const cell of this.cells.values()) {
      cell.setAttribute("role", "button");
      cell.setAttribute("tabindex", "-1");
    }
    this.cells.get("c.0")?.setAttribute("tabindex", "0");
    this.showLegend(tiled);
    this.showStep();
    this.light(this.model.get("selected"));
  }

  showLegend(tiled) {
    const sample = (kind, state) =>
      `<svg class="eg-picture" width="24" height="16" aria-hidden="true"><g class="eg-mm-${kind}"><g class="eg-mm-cell ${state}"><rect x="2" y="2" width="20" height="12" rx="3"/></g></g></svg>`;
    const entries = [
      [sample("c", "is-partial"), "sum so far"],
      [sample("c", ""), "finished"],
      [sample("a", "is-read"), "read from global memory, or growing"],
      [sample("a", "is-lit"), "row and column of the chosen element"],
    ];
    if (tiled) entries.splice(3, 0, [sample("a", "is-shared"), "read from shared memory"]);
    showLegend(this.legend, "elements", entries);
  }

  // Steps

  describe(step) {
    const total = this.steps.length;
    const done = this.steps[step - 1];
    const start = "Nothing is computed yet. Step forward, or press play.";
    return { counter: `Step ${step} of ${total}`, sentence: done?.sentence ?? start, phase: done ? "forward" : "start" };
  }

  showStep() {
    const step = this.stepper.show();
    const { partials, inner } = this.model.get("picture");
    const done = new Array(partials.length).fill(0);
    for (const { c } of this.steps.slice(0, step)) for (const place of c) done[place] += 1;
    done.forEach((count, place) => {
      const cell = this.cells.get(`c.${place}`);
      cell.classList.toggle("is-empty", count === 0);
      cell.classList.toggle("is-partial", count > 0 && count < inner);
      cell.querySelector("text").textContent = count ? partials[place][count] : "";
    });
    this.showReads(step < this.steps.length ? this.steps[step - 1] : undefined);
    this.showCounts(step);
  }

  /** What the step reads and lets grow; nothing at the end, where the product stands for itself. */
  showReads(current) {
    const read = new Set(["a", "b"].flatMap((kind) => (current?.[kind] ?? []).map((place) => `${kind}.${place}`)));
    const grown = new Set((current?.c ?? []).map((place) => `c.${place}`));
    for (const [name, cell] of this.cells) {
      cell.classList.toggle("is-read", read.has(name) && !current.shared);
      cell.classList.toggle("is-shared", read.has(name) && current.shared);
      cell.classList.toggle("is-grown", grown.has(name));
    }
  }

  showCounts(step) {
    const { table, titles } = this.model.get("picture");
    const here = titles.findIndex(([name]) => name === this.model.get("schedule"));
    const totals = this.steps.slice(0, step).reduce((sum, { counts }) => sum.map((n, i) => n + counts[i]), [0, 0, 0]);
    const soFar = [step, ...totals].map((count) => count.toLocaleString("en-US"));
    const rows = table.map(([name, ...cells], place) => {
      const known = place === here && step < this.steps.length;
      const shown = cells.map((cell, i) => (known && i < 4 && cell !== "–" ? `${soFar[i]} of ${cell}` : cell));
      const parts = [make("th", { scope: "row", text: name }), ...shown.map((text) => make("td", { text }))];
      return make("tr", { "aria-current": String(place === here) }, ...parts);
    });
    const head = make("tr", {}, ...COUNT_TITLES.map((text) => make("th", { scope: "col", text })));
    const caption = make("caption", { text: COUNTED });
    this.counts.replaceChildren(make("table", {}, caption, make("thead", {}, head), make("tbody", {}, ...rows)));
  }

  // Elements

  cellOf(event) {
    return event.target.closest("[data-cell]")?.dataset.cell ?? "";
  }

  /** The row and column of an element of the result; what an element of A or B is needed for. */
  belongsTo(name) {
    const { inner, columns, partials } = this.model.get("picture");
    const rows = partials.length / columns;
    const [kind, number] = name.split(".");
    const place = Number(number);
    const range = (length, nth) => Array.from({ length }, (_, i) => nth(i));
    if (kind === "c") {
      const [i, j] = [Math.floor(place / columns), place % columns];
      return [...range(inner, (k) => `a.${i * inner + k}`), ...range(inner, (k) => `b.${k * columns + j}`)];
    }
    if (kind === "a") return range(columns, (j) => `c.${Math.floor(place / inner) * columns + j}`);
    if (kind === "b") return range(rows, (i) => `c.${i * columns + (place % columns)}`);
    return [];
  }

  light(name) {
    const lit = new Set(this.belongsTo(name));
    for (const [other, cell] of this.cells) {
      cell.classList.toggle("is-here", other === name);
      cell.classList.toggle("is-lit", lit.has(other));
    }
    const hint = "Point at an element, or walk with the arrow keys, to see its dot product.";
    this.said.textContent = this.model.get("picture").sayings[name] ?? hint;
  }

  choose(name) {
    setTraits(this.model, { selected: name });
    if (name) this.focus(this.cells.get(name));
    this.light(name);
  }

  focus(cell) {
    for (const other of this.cells.values()) other.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    cell.focus({ preventScroll: true });
  }

  keys(target) {
    if (!target.matches("[data-cell]")) return this.stepper.keys();
    const move = (key) => () => {
      const next = nearestTo(target, [...this.cells.values()], key);
      if (next) this.choose(next.dataset.cell);
    };
    const moves = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].map((key) => [key, move(key)]);
    const choose = () => this.choose(target.dataset.cell);
    return { ...Object.fromEntries(moves), Enter: choose, " ": choose, Escape: () => this.choose("") };
  }

  remove() {
    this.stop();
    this.stepper.stop();
  }
}

export default {
  initialize({ model }) {
    return startClock(model);
  },
  render({ model, el }) {
    const view = new ProductPicture(model, el);
    return () => view.remove();
  },
};
