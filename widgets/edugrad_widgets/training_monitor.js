import { Chart } from "./look/chart.js";
import { bindKeys, listen, make, makeRoot, setTraits } from "./look/elements.js";
/* TrainingMonitor in the browser: how far the run is, and its charts. Both scales are sent along, so
   that they can be switched while the kernel is busy with the training. */

class Monitor {
  constructor(model, el) {
    this.model = model;
    this.root = makeRoot("eg-monitor", "Training monitor");
    this.charts = [];
    this.area = make("div", { class: "eg-monitor-charts" });
    this.warning = make("p", { class: "eg-alert", role: "alert" });
    this.root.append(this.makeBar(), this.warning, this.area);
    el.append(this.root);
    this.stop = listen(model, {
      charts: () => this.showCharts(),
      log_scale: () => this.showCharts(),
      status: () => this.showStatus(),
      running: () => this.showStatus(),
    });
    bindKeys(this.root, () => ({ l: () => this.switchScale() }));
    this.showStatus();
    this.showCharts();
  }

  makeBar() {
    this.state = make("span", { class: "eg-monitor-state" });
    this.headline = make("output", { class: "eg-monitor-headline" });
    this.pace = make("output", { class: "eg-counter" });
    this.progress = make("progress", { max: "1", "aria-label": "Progress" });
    const title = "Draw the loss on a logarithmic scale (l)";
    this.scale = make("button", { type: "button", class: "eg-word", title, text: "log scale" });
    this.scale.addEventListener("click", () => this.switchScale());
    const tools = make("span", { class: "eg-tools" }, this.scale);
    return make("div", { class: "eg-toolbar" }, this.state, this.headline, this.progress, this.pace, tools);
  }

  switchScale() {
    setTraits(this.model, { log_scale: !this.model.get("log_scale") });
  }

  showStatus() {
    const { headline = "", pace = "", share = null, warning = "" } = this.model.get("status");
    const running = this.model.get("running");
    this.state.textContent = running ? "running" : "at rest";
    this.state.dataset.running = String(running);
    this.headline.textContent = headline;
    this.pace.textContent = running ? pace : pace.replace(/, .*/, "");
    this.progress.hidden = share === null;
    this.progress.value = share ?? 0;
    this.warning.textContent = warning;
  }

  showCharts() {
    const log = this.model.get("log_scale");
    const charts = this.model.get("charts");
    this.scale.setAttribute("aria-pressed", String(log));
    while (this.charts.length < charts.length) {
      const chart = new Chart(charts[this.charts.length].plain.title);
      this.charts.push(chart);
      this.area.append(chart.root);
    }
    for (const surplus of this.charts.splice(charts.length)) surplus.root.remove();
    charts.forEach((each, place) => this.charts[place].show(log ? each.log : each.plain));
  }
}

function render({ model, el }) {
  const monitor = new Monitor(model, el);
  return () => monitor.stop();
}

export default { render };
