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

  // By keyboard: Tab goes from visit to visit; arrows go from day to day and person to person, to each day's lock too.
  const stops = (cell) => (cell ? [...cell.querySelectorAll("a, button")] : []);
  const besides = (cell, down, right) => {
    const rows = [...table.tBodies[0].rows], row = rows[rows.indexOf(cell.parentNode) + down];
    return row && row.cells[cell.cellIndex + right];
  };
  table.querySelectorAll("td:not(.locked) .plan-lock button").forEach((button) => { button.tabIndex = -1; });
  const first = table.querySelector("td a, td button");
  if (first) first.tabIndex = 0;  // an empty week has a way in, too
  table.addEventListener("keydown", (event) => {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const cell = event.target.closest("td");
    if (!way || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const own = stops(cell), next = way[0] && own[own.indexOf(event.target) + way[0]];
    let there = cell, found = next;
    while (!found && (there = besides(there, ...way)) && there.matches("td")) found = stops(there)[way[0] < 0 ? stops(there).length - 1 : 0];
    if (!found) return;
    event.preventDefault();
    found.focus();
  });

  function take(link) {
    held = link;
    table.classList.add("dragging");
    // Without the marks a visit can be dropped all the same, and its page says what that breaks.
    getJson(link.getAttribute("href") + "options/").then(({ cells }) => { if (held === link) mark(cells); }).catch(() => {});
  }

  function mark(cells) {
    table.querySelectorAll("[data-cell]").forEach((cell) => {
      const cost = cells[cell.dataset.cell];
      if (cost === undefined) return;
      cell.classList.add("can");
      cell.dataset.cost = (cost > 0 ? "+" : "") + cost + " km";
    });
  }

  function pointAt(cell) {
    if (cell && cell.classList.contains("over")) return;
    table.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
    if (cell) cell.classList.add("over");
  }

  function letGo() {
    held = null;
    table.classList.remove("dragging");
    pointAt(null);
    table.querySelectorAll(".can").forEach((cell) => cell.classList.remove("can"));
  }

  function drop(cell) {
    const [person, day] = cell.dataset.cell.split(":");
    const asked = new URLSearchParams({ person, day, leaving: held.dataset.person });
    const page = held.getAttribute("href") + "?" + asked;
    letGo();
    ask(page);
  }

  // By mouse: the browser's own dragging.
  table.addEventListener("dragstart", (event) => {
    const link = event.target.closest("[data-visit]");
    if (!link) return;
    if (touched) { event.preventDefault(); return; }
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", link.textContent.trim());
    take(link);
  });
  table.addEventListener("dragend", letGo);
  const cellOf = (event) => held && event.target.closest("[data-cell]");
  table.addEventListener("dragover", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    event.preventDefault();
    pointAt(cell);
  });
  table.addEventListener("drop", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    event.preventDefault();
    drop(cell);
  });

  // By finger: a visit held for a moment is in the hand. Moved sooner, the page scrolls; let go sooner, it's a link.
  const HOLD = 350, STILL = 10;
  let touched = null;  // where and when a finger came down: { x, y, timer }
  const cellUnder = ({ clientX, clientY }) => {
    const under = document.elementFromPoint(clientX, clientY);
    return under && under.closest("[data-cell]");
  };
  function lift() {
    if (touched) clearTimeout(touched.timer);
    touched = null;
  }
  table.addEventListener("touchstart", (event) => {
    const link = event.target.closest("[data-visit]"), finger = event.touches[0];
    lift();
    if (!link || event.touches.length > 1) { letGo(); return; }
    touched = { x: finger.clientX, y: finger.clientY, timer: setTimeout(take, HOLD, link) };
  }, { passive: true });
  table.addEventListener("touchmove", (event) => {
    const finger = event.touches[0];
    if (held) { event.preventDefault(); pointAt(cellUnder(finger)); return; }
    if (touched && Math.hypot(finger.clientX - touched.x, finger.clientY - touched.y) > STILL) lift();
  }, { passive: false });
  table.addEventListener("touchend", (event) => {
    lift();
    if (!held) return;
    event.preventDefault();  // else the link would be followed
    const cell = cellUnder(event.changedTouches[0]);
    if (cell && cell !== held.closest("[data-cell]")) drop(cell); else letGo();
  });
  table.addEventListener("touchcancel", () => { lift(); letGo(); });
  table.addEventListener("contextmenu", (event) => { if (touched) event.preventDefault(); });

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
