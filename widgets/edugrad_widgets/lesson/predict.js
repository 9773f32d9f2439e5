// The view of a Prediction: the question, one button an option, and the reason for the choice.
// The verdict is the model's (Python); the view only shows the traits and sets `choice`.

const LABELS = { right: "Right.", wrong: "Not this one." };

function render({ model, el }) {
  el.classList.add("eg-look", "edu-predict");
  el.dataset.lmSuppressShortcuts = "true";

  const question = document.createElement("p");
  question.className = "edu-question";
  question.id = `edu-question-${crypto.randomUUID()}`;
  question.innerHTML = model.get("text");

  const group = document.createElement("div");
  group.className = "edu-options";
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", question.id);

  const buttons = model.get("options").map((option, position) => {
    const button = document.createElement("button");
    button.type = "button";
    button.innerHTML =
      `<span class="edu-letter">${"abcdefgh"[position]}</span><span>${option}</span>`;
    button.addEventListener("click", () => {
      model.set("choice", position);
      model.save_changes();
    });
    group.append(button);
    return button;
  });

  const moves = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  group.addEventListener("keydown", (event) => {
    const step = moves[event.key];
    const here = buttons.indexOf(document.activeElement);
    if (step && here >= 0) {
      event.preventDefault();
      buttons[(here + step + buttons.length) % buttons.length].focus();
    }
    if (step || event.key === "Enter" || event.key === " ") event.stopPropagation();
  });

  const answer = document.createElement("div");
  answer.className = "edu-answer";
  answer.setAttribute("role", "status");

  function show() {
    const choice = model.get("choice");
    const verdict = model.get("verdict");
    el.dataset.verdict = choice === null ? "" : verdict || "waiting";
    buttons.forEach((button, position) =>
      button.setAttribute("aria-pressed", String(position === choice)),
    );
    if (choice === null) answer.replaceChildren();
    else if (!verdict) answer.innerHTML = `<span class="edu-wait">Waiting for the kernel.</span>`;
    else answer.innerHTML = `<strong>${LABELS[verdict]}</strong> ${model.get("reason")}`;
  }

  el.replaceChildren(question, group, answer);
  show();
  model.on("change:choice change:verdict change:reason", show);
  return () => model.off("change:choice change:verdict change:reason", show);
}

export default { render };
