// Swaps in one name after a tap instead of loading the page again. Without this file the forms work as they are.
const list = document.getElementById("attendance");
if (list) list.addEventListener("submit", async (event) => {
  const form = event.target, row = form.closest("li"), button = event.submitter;
  if (!button || !button.name) return;
  event.preventDefault();
  const body = new FormData(form);
  body.append(button.name, button.value);
  for (const other of form.querySelectorAll("button")) other.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return location.reload();
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const fresh = made.content.querySelector("li");
    row.replaceWith(fresh);
    fresh.querySelector("button")?.focus();
    document.querySelector("#counts p").textContent = fresh.dataset.counts;
  } catch { // no signal: leave the name as it was, to be tapped again
    for (const other of form.querySelectorAll("button")) other.disabled = false;
  }
});
