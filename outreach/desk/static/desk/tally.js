// Swaps in the new count after a press instead of loading the page again. Without this file the form works as it is.
document.addEventListener("submit", async (event) => {
  const form = event.target, box = form.closest("#tally"), button = event.submitter;
  if (!box) return;
  event.preventDefault();
  const body = new FormData(form);
  if (button?.name) body.append(button.name, button.value);
  for (const other of form.querySelectorAll("button")) other.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return location.reload();
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const fresh = made.content.querySelector("#tally");
    if (!fresh) return location.reload();
    box.replaceWith(fresh);
    fresh.querySelector("button")?.focus();
  } catch { // no signal: the same press can be sent again, and counts once
    for (const other of form.querySelectorAll("button")) other.disabled = false;
  }
});
