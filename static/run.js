// Follows a run to its end. Without this script the page reloads itself instead.
const box = document.getElementById("progress");
if (box) {
  const bar = box.querySelector("progress");
  const text = document.getElementById("progress-text");
  const events = new EventSource(box.dataset.events);
  events.addEventListener("progress", (event) => {
    const state = JSON.parse(event.data);
    if (state.total) {
      bar.max = state.total;
      bar.value = state.done;
    }
    const counted = state.total ? `${state.done} of ${state.total}: ` : "";
    const left = state.seconds_left === null ? "" : `, about ${state.seconds_left} s left`;
    text.textContent = counted + state.text + left;
  });
  events.addEventListener("status", (event) => {
    const status = JSON.parse(event.data).status;
    if (status === "running") text.textContent = "Started";
  });
  events.addEventListener("end", () => {
    events.close();
    window.location.reload();
  });
}
