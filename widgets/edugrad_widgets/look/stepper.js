import { clamp, iconButton, listen, make, setTraits } from "./elements.js";
/* The one way to step: buttons, a slider, play, and the arrow keys, for models with the traits
   `step`, `last_step` and `playing` (SteppedWidget). */

const STEP_ICONS = {
  first: "M4 3v10M13 3L6 8l7 5z",
  previous: "M11 3L4 8l7 5z",
  play: "M4 2.5L13 8l-9 5.5z",
  pause: "M4.5 3v10M11.5 3v10",
  next: "M5 3l7 5-7 5z",
  last: "M12 3v10M3 3l7 5-7 5z",
};

export function goTo(model, step, playing = false) {
  setTraits(model, { step: clamp(step, 0, model.get("last_step")), playing });
}

/** Runs the steps while `playing` is set; one clock for each model, however many views it has. */
export function startClock(model) {
  let timer = null;
  const tick = () => {
    const next = model.get("step") + 1;
    goTo(model, next, next < model.get("last_step"));
    if (next < model.get("last_step")) timer = setTimeout(tick, pause());
  };
  const pause = () => clamp(40000 / model.get("last_step"), 120, 1200);
  const onPlaying = () => {
    clearTimeout(timer);
    if (!model.get("playing")) return;
    if (model.get("step") >= model.get("last_step")) goTo(model, 0, true);
    timer = setTimeout(tick, pause());
  };
  const stop = listen(model, { playing: onPlaying });
  onPlaying();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** The controls and the sentence. `describe(step)` gives {counter, sentence, phase}; `phase` colours the edge. */
export class Stepper {
  constructor(model, describe) {
    this.model = model;
    this.describe = describe;
    const to = (place) => () => goTo(model, place());
    const step = () => model.get("step");
    this.playButton = iconButton(STEP_ICONS.play, "Play", () => this.togglePlay());
    this.slider = make("input", { type: "range", min: "0", step: "1", "aria-label": "Step" });
    this.slider.addEventListener("input", () => goTo(model, Number(this.slider.value)));
    this.counter = make("output", { class: "eg-counter" });
    this.controls = [
      iconButton(STEP_ICONS.first, "First step", to(() => 0)),
      iconButton(STEP_ICONS.previous, "Previous step", to(() => step() - 1)),
      this.playButton,
      iconButton(STEP_ICONS.next, "Next step", to(() => step() + 1)),
      iconButton(STEP_ICONS.last, "Last step", to(() => model.get("last_step"))),
      this.slider,
      this.counter,
    ];
    this.sentence = make("p", { class: "eg-sentence", "aria-live": "polite" });
    this.stop = listen(model, { playing: () => this.showPlaying() });
    this.showPlaying();
  }

  /** The bar with the controls, then whatever else belongs in it. */
  makeToolbar(label, ...others) {
    return make("div", { class: "eg-toolbar", role: "toolbar", "aria-label": label }, ...this.controls, ...others);
  }

  /** The slider's track changes its colour at this step. */
  splitAt(step) {
    this.slider.style.setProperty("--split", `${(100 * step) / (this.model.get("last_step") || 1)}%`);
  }

  show() {
    const step = clamp(this.model.get("step"), 0, this.model.get("last_step"));
    const { counter, sentence, phase } = this.describe(step);
    this.slider.max = String(this.model.get("last_step"));
    this.slider.value = String(step);
    this.counter.textContent = counter;
    this.slider.setAttribute("aria-valuetext", counter);
    this.sentence.dataset.phase = phase;
    this.sentence.textContent = sentence;
    return step;
  }

  togglePlay() {
    setTraits(this.model, { playing: !this.model.get("playing") });
  }

  showPlaying() {
    const playing = this.model.get("playing");
    const label = playing ? "Pause" : "Play";
    this.playButton.querySelector("path").setAttribute("d", STEP_ICONS[playing ? "pause" : "play"]);
    this.playButton.title = label;
    this.playButton.setAttribute("aria-label", label);
  }

  /** For `bindKeys`: arrows step, Home and End jump, Space plays. */
  keys() {
    const step = this.model.get("step");
    return {
      ArrowRight: () => goTo(this.model, step + 1),
      ArrowLeft: () => goTo(this.model, step - 1),
      Home: () => goTo(this.model, 0),
      End: () => goTo(this.model, this.model.get("last_step")),
      " ": () => this.togglePlay(),
    };
  }
}
