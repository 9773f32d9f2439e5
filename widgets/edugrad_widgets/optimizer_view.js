import { Chart } from "./look/chart.js";
import { Choices, bindKeys, clamp, listen, make, makeRoot, setTraits } from "./look/elements.js";
import { Stepper, startClock } from "./look/stepper.js";
import { number } from "./look/units.js";
/* OptimizerView in the browser. Python walks and draws; here the walks are shown up to a step, and
   the surface, the learning rate, the start and the optimisers are chosen. */

const NUDGE = 1 / 64;

class OptimizerViewer {
  constructor(model, el) {
    this.model = model;
    this.root = makeRoot("eg-optimizer", "Optimisers on a surface");
    this.stepper = new Stepper(model, (step) => this.describe(step));
    this.chart = new Chart("Height at each step");
    this.root.append(this.makeSteps(), this.makeSettings(), this.stepper.sentence, this.makeStage(), this.chart.root);
    el.append(this.root);
    this.stop = listen(model, {
      picture: () => this.draw(),
      chart: () => this.chart.show(model.get("chart")),
      step: () => this.showStep(),
      lr: () => this.showRate(),
      shown: () => this.showChosen(),
      surface: () => this.surfaces.show(),
    });
    bindKeys(this.root, (event) => this.keys(event));
    this.showRate();
    this.showChosen();
    this.chart.show(model.get("chart"));
    this.draw();
  }

  remove() {
    this.stop();
    this.stepper.stop();
  }

  // Building

  makeSteps() {
    const names = this.model.get("choices").surfaces;
    this.surfaces = new Choices(this.model, "surface", "Surface", names.map((name) => [name, name]));
    const label = make("span", { class: "eg-label", text: "surface" });
    return this.stepper.makeToolbar("Steps and surface", make("span", { class: "eg-tools" }, label, this.surfaces.root));
  }

  makeSettings() {
    const { rates, optimizers } = this.model.get("choices");
    const [low, high] = rates.map(Math.log10);
    this.rate = make("input", { type: "range", min: low, max: high, step: 0.05, "aria-label": "Learning rate" });
    // its arrow keys are its own: in the rest of the widget, and in the notebook, they mean steps
    this.rate.addEventListener("keydown", (event) => event.stopPropagation());
    this.rate.addEventListener("input", () => {
      const rate = clamp(Number((10 ** this.rate.value).toPrecision(2)), ...rates);
      setTraits(this.model, { lr: rate });
    });
    this.rateShown = make("output", { class: "eg-counter" });
    this.toggles = optimizers.map(([name, label], place) => {
      const html = `<svg class="eg-picture" width="26" height="10" aria-hidden="true"><g class="eg-curve eg-curve-${place + 1}"><path d="M1 5h24"/></g></svg>`;
      const button = make("button", { type: "button", "data-name": name, html }, make("span", { text: label }));
      button.addEventListener("click", () => this.toggle(name));
      return button;
    });
    const walks = make("span", { class: "eg-optimizer-toggles", role: "group", "aria-label": "Optimisers" }, ...this.toggles);
    const label = make("span", { class: "eg-label", text: "learning rate" });
    return make("div", { class: "eg-toolbar" }, label, this.rate, this.rateShown, walks);
  }

  makeStage() {
    this.stage = make("div", { class: "eg-optimizer-stage", tabindex: "0", role: "group", "aria-label": "Start" });
    this.stage.addEventListener("click", (event) => this.onClick(event));
    const hint = "A click starts there; so do Shift and the arrow keys.";
    return make("div", {}, this.stage, make("p", { class: "eg-optimizer-hint", text: hint }));
  }

  // Showing

  draw() {
    this.picture = this.model.get("picture");
    this.stage.innerHTML = this.picture.svg ?? "";
    this.curves = new Map();
    for (const curve of this.stage.querySelectorAll("[data-walk]")) {
      this.curves.set(curve.dataset.walk, {
        line: curve.querySelector("polyline"),
        dots: [...curve.querySelectorAll(".eg-optimizer-dot")],
        head: curve.querySelector(".eg-optimizer-head"),
      });
    }
    this.showStep();
  }

  showStep() {
    const step = this.stepper.show();
    for (const [name, { line, dots, head }] of this.curves) {
      const places = this.picture.walks[name].slice(0, step + 1);
      line.setAttribute("points", places.map((place) => place.join(",")).join(" "));
      dots.forEach((dot, place) => dot.toggleAttribute("hidden", place > step));
      const [x, y] = places.at(-1);
      head.setAttribute("cx", x);
      head.setAttribute("cy", y);
    }
    this.chart.readAt(step);
  }

  describe(step) {
    return {
      counter: `Step ${step} of ${this.model.get("last_step")}`,
      sentence: this.picture.sentences?.[step] ?? "",
      phase: "forward",
    };
  }

  showRate() {
    const rate = this.model.get("lr");
    this.rate.value = String(Math.log10(rate));
    this.rateShown.textContent = number(rate);
    this.rate.setAttribute("aria-valuetext", number(rate));
  }

  showChosen() {
    const shown = this.model.get("shown");
    for (const button of this.toggles) button.setAttribute("aria-pressed", String(shown.includes(button.dataset.name)));
  }

  // Choosing

  toggle(name) {
    const shown = this.model.get("shown");
    const next = shown.includes(name) ? shown.filter((each) => each !== name) : [...shown, name];
    setTraits(this.model, { shown: next });
  }

  onClick(event) {
    const svg = this.stage.querySelector("svg");
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const at = (axis, pixel) => {
      const [low, high, start, end] = axis;
      return clamp(low + ((pixel - start) / (end - start)) * (high - low), low, high);
    };
    this.startAt(
      at(this.picture.x, (event.clientX - box.left) * scale),
      at(this.picture.y, (event.clientY - box.top) * scale),
    );
  }

  startAt(x, y) {
    setTraits(this.model, { start: [x, y].map((value) => Number(value.toPrecision(3))) });
  }

  keys(event) {
    if (!event.shiftKey) return this.stepper.keys();
    const [x, y] = this.model.get("start");
    const across = (this.picture.x[1] - this.picture.x[0]) * NUDGE;
    const moves = {
      ArrowRight: [across, 0],
      ArrowLeft: [-across, 0],
      ArrowUp: [0, across],
      ArrowDown: [0, -across],
    };
    const move = moves[event.key];
    return move ? { [event.key]: () => this.startAt(x + move[0], y + move[1]) } : {};
  }
}

function render({ model, el }) {
  const viewer = new OptimizerViewer(model, el);
  return () => viewer.remove();
}

export default { initialize: ({ model }) => startClock(model), render };
