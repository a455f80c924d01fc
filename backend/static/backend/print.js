// Shows the print buttons, which do nothing without JavaScript and so are hidden until now.
for (const button of document.querySelectorAll(".print-button")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
