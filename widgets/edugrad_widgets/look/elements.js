/* The pieces that every view is built of: elements, buttons, choices, the legend, keys. */

/** Make an element: `make("button", {class: "x", text: "Save"}, child, ...)`. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name === "html") element.innerHTML = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** The root of a widget; JupyterLab leaves the keys that are pressed in it alone. */
export function makeRoot(name, label) {
  return make("div", {
    class: `eg-look eg-widget ${name}`,
    role: "group",
    "aria-label": label,
    "data-lm-suppress-shortcuts": "true",
  });
}

/** A button with an icon, drawn by `path` in a square of 16. */
export function iconButton(path, label, action) {
  const icon = `<path class="eg-icon" d="${path}"/>`;
  const html = `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${icon}</svg>`;
  const button = make("button", { type: "button", title: label, "aria-label": label, html });
  button.addEventListener("click", action);
  return button;
}

/** Choose one of a few: `options` is [[value, text], ...], kept in the trait `trait`; `choose(value)` may set more. */
export class Choices {
  constructor(model, trait, label, options, choose = (value) => setTraits(model, { [trait]: value })) {
    this.model = model;
    this.trait = trait;
    this.values = options.map(([value]) => value);
    this.buttons = options.map(([value, text]) => {
      const button = make("button", { type: "button", role: "radio", text });
      button.addEventListener("click", () => choose(value));
      return button;
    });
    this.root = make("span", { class: "eg-choices", role: "radiogroup", "aria-label": label }, ...this.buttons);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.show();
  }

  show() {
    const chosen = this.values.indexOf(this.model.get(this.trait));
    this.buttons.forEach((button, place) => {
      button.setAttribute("aria-checked", String(place === chosen));
      button.tabIndex = place === chosen ? 0 : -1;
    });
  }

  onKey(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const { length } = this.buttons;
    const place = this.buttons.indexOf(document.activeElement);
    const next = this.buttons[(place + by + length) % length];
    next.focus();
    next.click();
  }
}

/** Fill a legend: its title, then [[sample as SVG text, words], ...]. */
export function showLegend(element, title, entries) {
  const named = entries.map(([sample, words]) => make("span", { html: sample }, make("span", { text: words })));
  const heading = make("span", { class: "eg-scale-title", text: title });
  element.replaceChildren(...(entries.length ? [heading, ...named] : []));
}

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export function setTraits(model, traits) {
  for (const [name, value] of Object.entries(traits)) model.set(name, value);
  model.save_changes();
}

/** Call `listeners` ({trait: function}) when traits change; the answer stops that. */
export function listen(model, listeners) {
  for (const [trait, listener] of Object.entries(listeners)) model.on(`change:${trait}`, listener);
  return () => {
    for (const [trait, listener] of Object.entries(listeners)) model.off(`change:${trait}`, listener);
  };
}

/** Bind keys: `actions(event)` gives {key: function or null}. Typing and pressing a button stay what they are. */
export function bindKeys(root, actions) {
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    const typing = target.matches('input[type="text"], textarea, select');
    const pressing = target.matches("button, summary") && [" ", "Enter"].includes(key);
    const action = actions(event)[key];
    if (!action || typing || pressing) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The element to which an arrow key leads from `here`: the next one in that direction. */
export function nearestTo(here, elements, key) {
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const [along, across, forward] = { ArrowRight: [0, 1, 1], ArrowLeft: [0, 1, -1], ArrowDown: [1, 0, 1], ArrowUp: [1, 0, -1] }[key];
  const from = middle(here);
  let best = null;
  let shortest = Infinity;
  for (const element of elements) {
    const to = middle(element);
    const ahead = (to[along] - from[along]) * forward;
    const aside = Math.abs(to[across] - from[across]);
    const far = ahead + (along === 0 ? 100 : 3) * aside;
    if (ahead > 1 && far < shortest) [best, shortest] = [element, far];
  }
  return best;
}
