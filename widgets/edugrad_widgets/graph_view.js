import { bindKeys, clamp, iconButton, listen, make, makeRoot, setTraits, showLegend, still } from "./look/elements.js";
import { Stepper, startClock } from "./look/stepper.js";
/* GraphView in the browser. Python sends the finished drawing and all steps in the trait `picture`;
   here they are shown: which step is reached, which node is selected, how far it is zoomed.
   The state is in the model's traits, so every view of one model agrees. */

const ZOOM_ICONS = {
  smaller: "M3 8h10",
  larger: "M3 8h10M8 3v10",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
};
const KINDS = [
  ["input", "input", '<rect class="eg-shape" x="1" y="2" width="30" height="14" rx="7"/>'],
  ["parameter", "parameter, its gradient is wanted", '<path class="eg-shape" d="M1 9l6-7h18l6 7-6 7H7z"/>'],
  ["op", "operation", '<rect class="eg-shape" x="1" y="2" width="30" height="14" rx="3"/>'],
  [
    "result",
    "result",
    '<rect class="eg-shape" x="1" y="2" width="30" height="14" rx="3"/><rect class="eg-second" x="4" y="5" width="24" height="8" rx="1"/>',
  ],
];
const FOLD_KEY = [
  "fold",
  "folded nodes, click to unfold",
  '<rect class="eg-shape" x="5" y="4" width="26" height="13" rx="3"/><rect class="eg-shape" x="1" y="1" width="26" height="13" rx="3"/>',
];
const CALL_KEY = [
  "fold",
  "module: + unfolds it, − folds it",
  `<rect class="eg-shape" x="5" y="4" width="26" height="13" rx="3"/><rect class="eg-shape" x="1" y="1" width="26" height="13" rx="3"/>
   <rect class="eg-fold-shape" x="4" y="3.5" width="8" height="8" rx="2"/><path class="eg-fold-sign" d="M6 7.5h4m-2 -2v4"/>`,
];
const ERROR_KEY = [
  "error",
  "operation that failed",
  '<path class="eg-shape" d="M5 2h22l4 4v6l-4 4H5l-4-4V6z"/>',
];
const TALLEST = 520;
const LOWEST = 340;
const SMALLEST_READABLE = 0.6;
const WHOLE = -1;

class View {
  constructor(model, el) {
    this.model = model;
    this.root = makeRoot("eg-graph", "Graph viewer");
    this.stepper = new Stepper(model, (step) => this.describe(step));
    this.root.append(this.makeToolbar(), this.makeBody(), this.makeFooter());
    el.append(this.root);
    this.stop = listen(model, {
      picture: () => this.draw(),
      step: () => this.showStep(),
      selected: () => this.showSelected(),
      zoom: () => this.resize(),
    });
    bindKeys(this.root, (event) => this.keys(event.target));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.stage);
    this.draw();
  }

  remove() {
    this.stop();
    this.stepper.stop();
    this.observer.disconnect();
  }

  // Building

  makeToolbar() {
    const { model } = this;
    const zoomButton = (icon, label, action) => {
      const button = iconButton(ZOOM_ICONS[icon], label, action);
      button.classList.add("eg-outlined");
      return button;
    };
    this.fitButton = zoomButton("fit", "Show the whole graph", () =>
      setTraits(model, { zoom: model.get("zoom") === WHOLE ? 0 : WHOLE }),
    );
    const save = (kind) => {
      const label = `Save as ${kind.toUpperCase()}`;
      const button = make("button", { type: "button", class: "eg-word", title: label, "aria-label": label, text: `↓ ${kind.toUpperCase()}` });
      button.addEventListener("click", () => this.save(kind));
      return button;
    };
    const tools = [
      zoomButton("smaller", "Zoom out", () => this.zoomBy(1 / 1.25)),
      zoomButton("larger", "Zoom in", () => this.zoomBy(1.25)),
      this.fitButton,
      save("svg"),
      save("png"),
    ];
    return this.stepper.makeToolbar("Steps and view", make("span", { class: "eg-tools" }, ...tools));
  }

  makeBody() {
    this.stage = make("div", { class: "eg-stage" });
    this.panel = make("aside", { class: "eg-panel", "aria-label": "Details", tabindex: "0" });
    this.stage.addEventListener("click", (event) => this.onClick(event));
    this.stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.onDrag(event));
    this.body = make("div", { class: "eg-body" }, this.stage, this.panel);
    return make("div", {}, this.stepper.sentence, this.body);
  }

  makeFooter() {
    this.legend = make("div", { class: "eg-scale" });
    this.notes = make("div", { class: "eg-notes" });
    return make("div", { class: "eg-footer" }, this.legend, this.notes);
  }

  // Drawing what Python sent

  draw() {
    const picture = this.model.get("picture");
    this.picture = picture;
    this.stage.innerHTML = picture.svg ?? "";
    this.svg = this.stage.querySelector("svg");
    this.whole = this.svg?.getAttribute("viewBox");
    this.root.classList.toggle("is-empty", !picture.steps?.length);
    this.items = this.elements("item");
    this.links = this.elements("link");
    this.focusable = [...this.stage.querySelectorAll("[data-item], [data-group]")];
    for (const element of this.focusable) {
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", "-1");
    }
    this.focusable[0]?.setAttribute("tabindex", "0");
    this.stepper.splitAt(picture.forward);
    this.showLegend();
    this.notes.replaceChildren(...(picture.notes ?? []).map((note) => make("p", { text: note })));
    this.resize();
    this.showStep();
    this.showSelected();
    this.restoreFocus();
  }

  restoreFocus() {
    const matches = ({ dataset }) => dataset.group === this.refocus || dataset.item === `fold ${this.refocus}`;
    const element = this.refocus && this.focusable.find(matches);
    this.refocus = "";
    if (!element) return;
    this.focus(element);
    this.bringIntoView(element);
  }

  elements(kind) {
    const found = [...this.stage.querySelectorAll(`[data-${kind}]`)];
    return new Map(found.map((element) => [element.dataset[kind], element]));
  }

  showLegend() {
    const entries = (this.picture.legend ?? []).map(({ level, text }) => {
      const line = `<g class="eg-link eg-level-${level}"><path class="eg-line" d="M1 5h26"/></g>`;
      return [`<svg class="eg-picture" width="28" height="10" aria-hidden="true">${line}</svg>`, text];
    });
    showLegend(this.legend, "gradient norm (log scale)", entries);
  }

  // Steps

  showStep() {
    const { steps, forward, items, links } = this.picture;
    if (!steps) return;
    const step = this.stepper.show();
    const current = steps[step - 1];
    for (const [name, element] of this.items) {
      const reached = items[name];
      element.classList.toggle("is-ahead", step < reached.value);
      element.classList.toggle("is-waiting", step < reached.gradient);
      element.classList.toggle("is-current", name === current?.item);
    }
    const active = new Set(current?.links);
    for (const [name, element] of this.links) {
      const reached = links[name];
      element.classList.toggle("is-ahead", step < reached.value);
      element.classList.toggle("is-waiting", step < reached.gradient);
      element.classList.toggle("is-active", active.has(name));
      element.classList.toggle("is-back", step > forward);
    }
    if (current && step < steps.length) this.bringIntoView(this.items.get(current.item));
  }

  describe(step) {
    const { steps, forward } = this.picture;
    const current = steps[step - 1];
    const back = step > forward;
    const [place, total] = back ? [step - forward, steps.length - forward] : [step, forward];
    const failed = this.items.get(current?.item)?.classList.contains("eg-error");
    return {
      counter: `${back ? "Backward" : "Forward"} ${place} of ${total}`,
      sentence: current?.sentence ?? "Nothing has run yet. Step forward, or press play.",
      phase: failed ? "error" : (current?.phase ?? "start"),
    };
  }

  bringIntoView(element) {
    const frame = this.stage.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const margin = 40;
    const outside = (low, high, first, last) =>
      low < first + margin || high > last - margin ? (low + high) / 2 - (first + last) / 2 : 0;
    const top = outside(box.top, box.bottom, frame.top, frame.bottom);
    const left = outside(box.left, box.right, frame.left, frame.right);
    if (!top && !left) return;
    this.stage.scrollBy({ top, left, behavior: still() ? "auto" : "smooth" });
  }

  // Details

  showSelected() {
    const selected = this.model.get("selected");
    for (const [name, element] of this.items) {
      element.classList.toggle("is-selected", name === selected);
      element.setAttribute("aria-pressed", String(name === selected));
    }
    const detail = this.picture.items?.[selected]?.detail;
    this.panel.replaceChildren(...(detail ? this.detailParts(detail) : this.keyParts()));
    this.panel.scrollTop = 0;
  }

  detailParts(detail) {
    const close = make("button", { type: "button", class: "eg-close", "aria-label": "Close details", title: "Close", text: "×" });
    close.addEventListener("click", () => setTraits(this.model, { selected: "" }));
    const heading = make("div", { class: "eg-heading" }, make("h3", { text: detail.title }), close);
    return [heading, ...this.unfoldButton(detail), ...detail.sections.map((section) => this.section(section))];
  }

  unfoldButton({ group }) {
    if (!group) return [];
    const button = make("button", { type: "button", class: "eg-word eg-outlined", text: "+ Unfold" });
    button.addEventListener("click", () => this.toggle(group));
    return [button];
  }

  section({ title, note, alert, text, figures, rows }) {
    const parts = [make("h4", { text: title })];
    if (note) parts[0].append(make("small", { text: note }));
    if (alert) parts.push(make("p", { class: "eg-alert", text: alert }));
    if (text) parts.push(make("pre", { text }));
    if (figures?.length) {
      const figure = ([name, value]) => make("span", { text: `${name} ` }, make("b", { text: value }));
      parts.push(make("p", { class: "eg-figures" }, ...figures.map(figure)));
    }
    if (rows?.length) {
      const cells = rows.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]);
      parts.push(make("dl", {}, ...cells));
    }
    return make("section", {}, ...parts);
  }

  keyParts() {
    const kinds = [...KINDS];
    const shown = Object.values(this.picture.items ?? {});
    if (shown.some(({ opens }) => opens)) kinds.push(FOLD_KEY);
    if (this.picture.modules) kinds.push(CALL_KEY);
    if (this.svg?.querySelector(".eg-error")) kinds.push(ERROR_KEY);
    const entry = ([kind, words, shape]) => {
      const sample = `<svg class="eg-picture" width="33" height="18" aria-hidden="true"><g class="eg-${kind}">${shape}</g></svg>`;
      return make("li", { html: sample }, make("span", { text: words }));
    };
    const keys = [
      ["← →", "step"],
      ["↑ ↓", "choose a node"],
      ["Enter", "details"],
      ["Space", "play or pause"],
    ];
    const cells = keys.flatMap(([key, words]) => [
      make("dt", {}, make("kbd", { text: key })),
      make("dd", { text: words }),
    ]);
    return [
      make("p", { class: "eg-hint", text: "Click a node to see its numbers and its derivative." }),
      make("ul", { class: "eg-key" }, ...kinds.map(entry)),
      make("dl", { class: "eg-keys" }, ...cells),
    ];
  }

  // Mouse and keys

  activate(element) {
    const { item, group } = element.dataset;
    if (group !== undefined) {
      this.toggle(group);
    } else if (this.picture.items[item].opens) {
      this.toggle(this.picture.items[item].opens);
    } else {
      setTraits(this.model, { selected: item === this.model.get("selected") ? "" : item });
    }
  }

  /** Fold or unfold a group; the focus goes to where it can be undone. */
  toggle(group) {
    const opened = this.model.get("unfolded");
    const others = opened.filter((name) => name !== group);
    this.refocus = group;
    setTraits(this.model, { unfolded: others.length < opened.length ? others : [...opened, group] });
  }

  onClick(event) {
    const element = event.target.closest("[data-item], [data-group]");
    if (!element) return;
    this.focus(element);
    this.activate(element);
  }

  focus(element) {
    for (const other of this.focusable) other.setAttribute("tabindex", "-1");
    element.setAttribute("tabindex", "0");
    element.focus({ preventScroll: true });
  }

  focusNext(by) {
    if (!this.focusable.length) return;
    const place = this.focusable.indexOf(document.activeElement);
    const element = this.focusable[clamp(place + by, 0, this.focusable.length - 1)];
    this.focus(element);
    this.bringIntoView(element);
  }

  keys(target) {
    const onNode = target.matches("[data-item], [data-group]");
    const nodes = { ArrowDown: () => this.focusNext(1), ArrowUp: () => this.focusNext(-1) };
    const activation = { Enter: () => this.activate(target), " ": () => this.activate(target) };
    return {
      ...this.stepper.keys(),
      ...(target === this.panel ? {} : nodes), // there they scroll
      ...(onNode ? activation : {}),
      Escape: () => setTraits(this.model, { selected: "" }),
      "+": () => this.zoomBy(1.25),
      "-": () => this.zoomBy(1 / 1.25),
    };
  }

  onWheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoomBy(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  }

  onDrag(event) {
    if (event.button !== 0 || event.target.closest("[data-item], [data-group]")) return;
    const { stage } = this;
    const start = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    const move = (moved) => stage.scrollTo(start.x - moved.clientX, start.y - moved.clientY);
    const stop = () => {
      stage.removeEventListener("pointermove", move);
      stage.classList.remove("is-dragged");
    };
    stage.classList.add("is-dragged");
    stage.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
      stage.addEventListener(end, stop, { once: true });
    }
  }

  // Size

  natural() {
    const [, , width, height] = this.svg.dataset.withoutLegend.split(" ").map(Number);
    return { width, height };
  }

  scale() {
    const zoom = this.model.get("zoom");
    if (zoom > 0) return zoom;
    const { width, height } = this.natural();
    const across = Math.min(1, (this.stage.clientWidth - 2) / width);
    const whole = Math.min(across, (TALLEST - 2) / height);
    if (zoom === WHOLE) return whole;
    return whole >= 0.8 ? whole : Math.max(across, SMALLEST_READABLE);
  }

  resize() {
    if (!this.svg) return;
    const { width, height } = this.natural();
    const scale = this.scale();
    this.svg.setAttribute("viewBox", this.svg.dataset.withoutLegend);
    this.svg.setAttribute("width", width * scale);
    this.svg.setAttribute("height", height * scale);
    this.body.style.setProperty("--height", `${clamp(height * scale + 2, LOWEST, TALLEST)}px`);
    this.fitButton.setAttribute("aria-pressed", String(this.model.get("zoom") === WHOLE));
  }

  zoomBy(factor) {
    const { stage } = this;
    const before = this.scale();
    const middle = [stage.scrollLeft + stage.clientWidth / 2, stage.scrollTop + stage.clientHeight / 2];
    const zoom = clamp(before * factor, 0.05, 4);
    setTraits(this.model, { zoom });
    const grown = zoom / before;
    stage.scrollTo(middle[0] * grown - stage.clientWidth / 2, middle[1] * grown - stage.clientHeight / 2);
  }

  // Saving

  /** The picture as one SVG text that needs nothing else: full size, colours filled in. */
  standalone() {
    const copy = this.svg.cloneNode(true);
    const [, , width, height] = this.whole.split(" ").map(Number);
    const colours = getComputedStyle(this.root);
    const style = this.picture.style.replace(/var\((--eg-[\w-]+)\)/g, (_, name) => colours.getPropertyValue(name).trim());
    const sheet = document.createElementNS("http://www.w3.org/2000/svg", "style");
    sheet.textContent = style;
    copy.prepend(sheet);
    copy.setAttribute("viewBox", this.whole);
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    return { text: new XMLSerializer().serializeToString(copy), width, height };
  }

  async save(kind) {
    const { text, width, height } = this.standalone();
    const svg = new Blob([text], { type: "image/svg+xml" });
    const blob = kind === "svg" ? svg : await this.raster(text, width, height);
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: `graph.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  async raster(text, width, height) {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const scale = Math.min(2, 16000 / Math.max(width, height));
    const canvas = make("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

export default {
  initialize({ model }) {
    return startClock(model);
  },
  render({ model, el }) {
    const view = new View(model, el);
    return () => view.remove();
  },
};
