// While a text is written: show it as it would go out, a moment after the last key. Without this, a button does it.
"use strict";
{
  const area = document.querySelector("[data-live-preview]");
  const shown = document.getElementById(area.dataset.livePreview);
  const PAUSE = 300;
  let timer, asked = 0;
  const ask = async () => {
    const turn = (asked += 1);
    const body = new FormData(area.form);
    body.set("act", "preview");
    const answer = await fetch(location.href, { method: "POST", body, headers: { "X-Fragment": "preview" } });
    if (!answer.ok || turn !== asked) return;
    if (answer.redirected) shown.textContent = shown.dataset.signedOut; // and not the page to sign in at
    else shown.innerHTML = await answer.text();
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), PAUSE);
  });
}
