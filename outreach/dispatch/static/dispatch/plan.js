/* A plan's pages, made quicker: progress without loading anew, and dragging a visit to another day or person.
   All of it works without: the page comes anew by itself, and each visit is a link to the same choice. */
(function () {
  "use strict";

  const getJson = (url) => fetch(url, { credentials: "same-origin" }).then((answer) => {
    if (!answer.ok) throw new Error(answer.status + " " + url);
    return answer.json();
  });

  // --- progress -----------------------------------------------------------------------------------------------------

  function follow(box) {
    const set = (name, value) => { if (value != null) box.querySelector(name).textContent = value.toLocaleString(); };
    getJson(box.dataset.follow).then((plan) => {
      if (!plan.running) { location.reload(); return; }
      set("[data-stage]", plan.stage);
      set("[data-best]", plan.best_km);
      set("[data-bound]", plan.bound_km);
      if (plan.total) { const bar = box.querySelector("[data-bar]"); bar.max = plan.total; bar.value = plan.done; }
      setTimeout(follow, 1500, box);
    }).catch(() => setTimeout(follow, 6000, box));
  }
  document.querySelectorAll("[data-follow]").forEach(follow);

  // --- dragging -----------------------------------------------------------------------------------------------------

  const table = document.querySelector("[data-plan]"), dialog = document.querySelector("[data-dialog]");
  if (!table || !dialog) return;
  let held = null;  // the link in the hand

  table.addEventListener("dragstart", (event) => {
    held = event.target.closest("[data-visit]");
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.textContent.trim());
    const mine = held;
    table.classList.add("dragging");
    getJson(held.getAttribute("href") + "options/").then(({ cells }) => { if (held === mine) mark(cells); });
  });

  function mark(cells) {
    table.querySelectorAll("[data-cell]").forEach((cell) => {
      const cost = cells[cell.dataset.cell];
      if (cost === undefined) return;
      cell.classList.add("can");
      cell.dataset.cost = (cost > 0 ? "+" : "") + cost + " km";
    });
  }

  table.addEventListener("dragend", letGo);
  function letGo() {
    held = null;
    table.classList.remove("dragging");
    table.querySelectorAll(".can, .over").forEach((cell) => cell.classList.remove("can", "over"));
  }

  const cellOf = (event) => held && event.target.closest("[data-cell]");
  table.addEventListener("dragover", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    event.preventDefault();
    if (cell.classList.contains("over")) return;
    table.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
    cell.classList.add("over");
  });
  table.addEventListener("drop", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    event.preventDefault();
    const [person, day] = cell.dataset.cell.split(":");
    const asked = new URLSearchParams({ person, day, leaving: held.dataset.person });
    const page = held.getAttribute("href") + "?" + asked;
    letGo();
    ask(page);
  });

  /* What the visit's own page says of that cell; where it can't be fetched, the page itself. */
  function ask(page) {
    fetch(page + "&part=1", { credentials: "same-origin" }).then((answer) => {
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      return answer.text();
    }).then((html) => {
      dialog.innerHTML = html;  // our own template, every value escaped
      dialog.append(closer());
      dialog.showModal();
    }).catch(() => { location.href = page; });
  }

  function closer() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "secondary";
    button.textContent = dialog.dataset.close;
    button.addEventListener("click", () => dialog.close());
    return button;
  }
}());
