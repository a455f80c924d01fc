// Number keys press the button that bears them, unless someone is writing.
addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=radio]), textarea, select");
  if (writing || event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.isComposing) return;
  document.querySelector(`[data-keys] [data-key="${CSS.escape(event.key)}"]`)?.click();
});
