import { bindKeys, listen, make, makeRoot, nearestTo, setTraits, showLegend } from "./look/elements.js";
/* TensorView in the browser: a field for the expression, Python's picture of it, and the chosen
   cell with the cells that it reads lit. Hovering shows a cell, clicking or the arrow keys keep it. */

class TensorPicture {
  constructor(model, el) {
    this.model = model;
    this.root = makeRoot("eg-tensor-view", "Tensor viewer");
    this.sentence = make("p", { class: "eg-sentence", "aria-live": "polite" });
    this.stage = make("div", { class: "eg-tv-stage" });
    this.said = make("output", { class: "eg-tv-said", "aria-live": "polite" });
    this.legend = make("div", { class: "eg-scale" });
    const footer = make("div", { class: "eg-footer" }, this.legend);
    this.root.append(this.makeField(), this.sentence, this.stage, this.said, footer);
    el.append(this.root);
    this.stage.addEventListener("pointerover", (event) => this.light(this.cellOf(event)));
    this.stage.addEventListener("pointerleave", () => this.light(model.get("selected")));
    this.stage.addEventListener("click", (event) => this.choose(this.cellOf(event)));
    bindKeys(this.root, (event) => this.keys(event.target));
    this.stop = listen(model, {
      picture: () => this.draw(),
      expression: () => this.showExpression(),
      selected: () => this.light(model.get("selected")),
    });
    this.draw();
  }

  makeField() {
    this.input = make("input", {
      type: "text",
      "aria-label": "Expression",
      spellcheck: "false",
      autocomplete: "off",
      maxlength: "200",
      placeholder: "type an index or an operation, then Enter",
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.submit(this.input.value);
      if (event.key === "Escape") this.submit("");
    });
    const show = make("button", { type: "button", class: "eg-word", text: "Show" });
    show.addEventListener("click", () => this.submit(this.input.value));
    this.examples = make("span", { class: "eg-tv-examples", role: "group", "aria-label": "Examples" });
    const field = make("span", { class: "eg-field" }, this.input, show);
    return make("div", { class: "eg-toolbar" }, field, this.examples);
  }

  submit(expression) {
    setTraits(this.model, { expression });
    this.showExpression();
  }

  /** The typed text; while Python has not answered yet, that is said. */
  showExpression() {
    const { expression, failed, sentence } = this.model.get("picture");
    const typed = this.model.get("expression");
    this.input.value = typed;
    const waiting = typed !== expression;
    this.input.setAttribute("aria-invalid", String(failed && !waiting));
    this.sentence.dataset.phase = failed && !waiting ? "error" : "forward";
    if (waiting) this.sentence.replaceChildren(make("span", { class: "eg-tv-wait", text: "Waiting for the kernel." }));
    else this.sentence.textContent = sentence;
  }

  draw() {
    const picture = this.model.get("picture");
    this.stage.innerHTML = picture.svg ?? "";
    this.cells = new Map([...this.stage.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
    for (const cell of this.cells.values()) {
      cell.setAttribute("role", "button");
      cell.setAttribute("tabindex", "-1");
    }
    this.cells.values().next().value?.setAttribute("tabindex", "0");
    this.examples.replaceChildren(...(picture.examples ?? []).map((text) => this.makeExample(text)));
    this.showLegend(picture.legend ?? []);
    this.showExpression();
    this.light(this.model.get("selected"));
  }

  makeExample(text) {
    const button = make("button", { type: "button", text });
    button.addEventListener("click", () => this.submit(text));
    return button;
  }

  showLegend(kinds) {
    const sample = (tone, state) =>
      `<svg class="eg-picture" width="22" height="14" aria-hidden="true"><g class="eg-tv-${tone}"><g class="eg-tv-cell ${state}"><rect x="1.5" y="1.5" width="19" height="11" rx="3"/></g></g></svg>`;
    const entries = kinds.map(([tone, state, words]) => [sample(tone, `eg-tv-${state}`), words]);
    showLegend(this.legend, "cells", [...entries, [sample("input", "is-lit"), "belongs to the chosen cell"]]);
  }

  cellOf(event) {
    return event.target.closest("[data-cell]")?.dataset.cell ?? "";
  }

  /** Light a cell and those that it reads; the empty text lights nothing. */
  light(name) {
    const known = this.model.get("picture").cells?.[name];
    const lit = new Set(known?.lit);
    for (const [other, cell] of this.cells) {
      cell.classList.toggle("is-here", other === name);
      cell.classList.toggle("is-lit", lit.has(other));
    }
    const hint = "Point at a cell, or walk with the arrow keys, to see where it lies in memory.";
    this.said.textContent = known?.say ?? hint;
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
    if (!target.matches("[data-cell]")) return {};
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
  }
}

export default {
  render({ model, el }) {
    const view = new TensorPicture(model, el);
    return () => view.remove();
  },
};
