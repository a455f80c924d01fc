// Swaps in one name after a tap instead of loading the page again. Without this file the forms work as they are.
// Taps are sent one after another: an answer that overtook another would leave its older counts standing.
"use strict";
{
  const list = document.getElementById("attendance");
  let last = Promise.resolve();

  const send = async (form, body) => {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok || answer.redirected) return location.reload(); // refused, or signed out meanwhile
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const fresh = made.content.querySelector("li"), held = document.activeElement;
    form.closest("li").replaceWith(fresh);
    if (held === document.body || !held.isConnected) fresh.querySelector("button")?.focus();
    document.querySelector("#counts p").textContent = fresh.dataset.counts;
  };

  list?.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (!button?.name) return;
    event.preventDefault();
    const body = new FormData(form), buttons = form.querySelectorAll("button");
    body.append(button.name, button.value);
    for (const one of buttons) one.disabled = true;
    last = last.then(() => send(form, body)).catch(() => { // no signal: the name stays as it was, to be tapped again
      for (const one of buttons) one.disabled = false;
    });
  });
}
