// Counts each press and swaps in the new count instead of loading the page again. Without this file the form works.
// Presses wait in line, each with its own number, so that a slow line or a lost answer drops none and doubles none;
// they outlive signing in again. What is kept here names nobody.
"use strict";
{
  const key = `tally:${location.pathname}`, note = document.getElementById("waiting");
  const waiting = JSON.parse(sessionStorage.getItem(key) || "[]");
  const box = () => document.getElementById("tally");
  const hex = (byte) => byte.toString(16).padStart(2, "0");
  const newNonce = () => [...crypto.getRandomValues(new Uint8Array(12))].map(hex).join("");
  let sending = false;

  const show = (stuck) => {
    sessionStorage.setItem(key, JSON.stringify(waiting));
    note.hidden = waiting.length < (stuck ? 1 : 2);
    note.querySelector("b").textContent = waiting.length;
  };

  const sendFirst = async () => {
    const form = box().querySelector("form");
    if (!form) return false; // closed meanwhile
    const body = new FormData(form);
    for (const [name, value] of Object.entries(waiting[0])) body.set(name, value);
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (answer.redirected) location.reload(); // signed out meanwhile
    if (!answer.ok || answer.redirected) return false;
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const fresh = made.content.querySelector("#tally"), held = document.activeElement;
    waiting.shift();
    const name = box().contains(held) && held.name;
    box().replaceWith(fresh);
    if (name !== false) (name && fresh.querySelector("[name=undo]:enabled") || fresh.querySelector("button"))?.focus();
    return true;
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    for (let went = true; waiting.length && went;) {
      went = await sendFirst().catch(() => false); // no signal: the next press, minute or signal tries again
      show(!went);
    }
    sending = false;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("#tally")) return;
    event.preventDefault();
    const back = event.submitter?.name === "undo";
    waiting.push(back ? { undo: "1", last: form.elements.last?.value ?? "" } : { nonce: newNonce() });
    show(false);
    send();
  });
  addEventListener("online", send);
  setInterval(send, 30000);
  show(true);
  send();
}
