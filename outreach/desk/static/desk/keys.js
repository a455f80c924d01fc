// Number keys press the button that bears them, unless someone is writing.
addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=radio]), textarea, select");
  if (writing || event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.isComposing) return;
  document.querySelector(`[data-keys] [data-key="${CSS.escape(event.key)}"]`)?.click();
});
// Two quick presses are one: the second would be taken for another try.
addEventListener("submit", (event) => {
  if (!event.target.matches("[data-keys]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
addEventListener("pageshow", () => { // back again
  for (const form of document.querySelectorAll("[data-keys]")) delete form.dataset.sent;
});
