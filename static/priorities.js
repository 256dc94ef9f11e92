// Updates the advice while a slider moves. Without this script the button of the form does.
const form = document.getElementById("priority-form");
if (form) {
  const request = JSON.parse(form.dataset.request);
  const result = document.getElementById("priority-result");
  const names = { pytorch: "PyTorch", tensorflow: "TensorFlow", either: "Either will do" };
  const percent = (share) => `${(100 * share).toFixed(1)}%`;
  let requests = 0;

  const priorities = () =>
    Object.fromEntries(
      [...form.querySelectorAll("input[type=range]")]
        .map((slider) => [slider.name.replace("weight.", ""), Number(slider.value)])
        .filter(([, factor]) => factor !== 1),
    );

  const show = (advice) => {
    const share = advice.acceptability;
    const word = advice.strength === "either" ? "" : ` (${advice.strength})`;
    result.textContent =
      `${names[advice.recommendation]}${word}: PyTorch ${percent(advice.scores.pytorch)}, ` +
      `TensorFlow ${percent(advice.scores.tensorflow)}. PyTorch wins ${percent(share.pytorch)} of the plausible ` +
      `weightings, TensorFlow ${percent(share.tensorflow)}.`;
    result.hidden = false;
    const weights = Object.fromEntries(advice.criteria.map((criterion) => [criterion.id, criterion.weight]));
    for (const cell of form.querySelectorAll("[data-weight]")) cell.textContent = percent(weights[cell.dataset.weight] ?? 0);
  };

  form.addEventListener("input", async (event) => {
    const slider = event.target;
    slider.parentElement.querySelector("output").textContent = `× ${Number(slider.value)}`;
    const number = ++requests;
    const answer = await fetch("/api/v1/advice", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...request, priorities: priorities() }),
    });
    if (answer.ok && number === requests) show(await answer.json());
  });
}
