/* What folium's script calls: puts the areas on a Leaflet map and answers the reader.
   Names only ever reach the page as textContent. The words come from the page, which knows the reader's language. */
(function () {
  "use strict";

  const {
    AreaLayer, getJson, decode, unpackClasses, unpackPoints, unpackLines, mercatorX, mercatorY, emptyBox, stretch, boundsOf,
  } = window.tsutsuuraMap;

  class Reader {
    constructor(map, layer, frame) {
      this.map = map;
      this.layer = layer;
      this.frame = frame;
      this.words = Object.fromEntries([...frame.querySelectorAll("[data-kind]")].map(
        (entry) => [entry.dataset.kind, entry.textContent.trim()]));
      this.tip = L.tooltip({ className: "area-map-tip", direction: "top", offset: [0, -8], opacity: 1 });
      map.on("mousemove", (event) => this.hover(event.latlng));
      map.on("mouseout", () => this.tip.remove());
      map.on("click", (event) => this.choose(this.areaAt(event.latlng), event.latlng));
      this.listenToSearch();
      this.listenToPrefectures();
    }

    areaAt(latlng) {
      return this.layer.areaAt(mercatorX(latlng.lng), mercatorY(latlng.lat));
    }

    /* What to say of a place: lines of plain text. */
    linesAt(latlng, area) {
      const point = this.layer.pointAt(mercatorX(latlng.lng), mercatorY(latlng.lat));
      const lines = point ? [point.name, this.words[point.kind]] : [];
      if (area) lines.push(area.name + this.saying(area));
      return lines.filter(Boolean);
    }

    saying(area) {
      const kind = this.words[this.layer.kinds.get(area.code)], note = this.layer.notes[area.code];
      return (kind ? "：" + kind : "") + (note ? "（" + note + "）" : "");
    }

    hover(latlng) {
      cancelAnimationFrame(this.waiting);
      this.waiting = requestAnimationFrame(() => this.show(latlng, this.areaAt(latlng)));
    }

    show(latlng, area) {
      const lines = this.linesAt(latlng, area);
      if (!lines.length) { this.tip.remove(); return; }
      const box = document.createElement("div");
      lines.forEach((line) => { box.appendChild(document.createElement("p")).textContent = line; });
      this.tip.setLatLng(latlng).setContent(box).addTo(this.map);
    }

    choose(area, latlng) {
      this.layer.chosen = area;
      this.layer.draw();
      this.show(latlng, area);
      this.say(area ? this.linesAt(latlng, area).join("、") : "");
    }

    say(text) {
      this.frame.querySelector("[data-said]").textContent = text;
    }

    goTo(area) {
      const bounds = boundsOf(area.box);
      this.map.fitBounds(bounds, { maxZoom: 9, animate: false });
      this.choose(area, bounds.getCenter());
    }

    listenToPrefectures() {
      const select = this.frame.querySelector("[data-prefectures]");
      if (!select) return;
      const whole = this.map.getBounds();
      select.closest("[hidden]").hidden = false;
      select.addEventListener("change", () => {
        const box = emptyBox();
        this.layer.areas.filter((area) => select.value && area.code.startsWith(select.value)).forEach(({ box: own }) => {
          stretch(box, own[0], own[1]);
          stretch(box, own[2], own[3]);
        });
        this.map.fitBounds(select.value ? boundsOf(box) : whole, { animate: false });
      });
    }

    // --- search by name ---------------------------------------------------------------------------------------------

    listenToSearch() {
      const form = this.frame.querySelector("[data-search]");
      if (!form) return;
      const input = form.querySelector("input");
      const later = () => { clearTimeout(this.typing); this.typing = setTimeout(() => this.find(form, input.value), 250); };
      input.addEventListener("input", (event) => { if (!event.isComposing) later(); });
      input.addEventListener("compositionend", later);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        clearTimeout(this.typing);
        this.find(form, input.value, true);
      });
    }

    find(form, text, goToFirst) {
      const list = form.querySelector("ul"), asked = text.trim();
      this.asked = asked;
      list.replaceChildren();
      if (!asked) { this.say(""); return; }
      getJson(form.dataset.search + "?limit=8&q=" + encodeURIComponent(asked)).then((answer) => {
        if (this.asked !== asked) return;  // typed on meanwhile
        const found = answer.items.map((one) => [one, this.layer.areas.find((area) => area.code === one.code)])
          .filter(([, area]) => area);
        if (!found.length) this.say(form.dataset.nothing);
        else if (goToFirst) this.goTo(found[0][1]);
        if (goToFirst && found.length === 1) return;
        found.forEach(([one, area]) => list.append(this.button(one, area, list)));
      }).catch(() => this.say(form.dataset.failed));
    }

    button(one, area, list) {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.textContent = one.prefecture_name + one.name;
      button.addEventListener("click", () => {
        this.goTo(area);
        list.replaceChildren();
        this.map.getContainer().focus({ preventScroll: true });
      });
      item.append(button);
      return item;
    }
  }

  // --- what folium's script calls -----------------------------------------------------------------------------------

  /* Puts the areas on `map`. `options`: areas, values, points (addresses), and pairs of class and colour. */
  function areas(map, options) {
    const started = performance.now(), container = map.getContainer(), frame = container.closest("[data-area-map]");
    const wait = frame.querySelector("[data-wait]");
    wait.textContent = wait.dataset.loading;
    nameControls(container, frame);
    return Promise.all([
      getJson(options.areas), getJson(options.values), options.points ? getJson(options.points) : null,
      options.lines ? getJson(options.lines) : null,
    ]).then(([topology, values, points, ways]) => {
      const layer = new AreaLayer(decode(topology), {
        colours: Object.fromEntries(options.colours), pointColours: Object.fromEntries(options.pointColours),
        lineColours: Object.fromEntries(options.lineColours),
      });
      layer.kinds = unpackClasses(values);
      layer.notes = values.notes || {};
      layer.points = points ? unpackPoints(points) : new Map();
      layer.lines = ways ? unpackLines(ways) : [];
      layer.addTo(map);
      new Reader(map, layer, frame);
      wait.hidden = true;
      container.dataset.drawn = Math.round(performance.now());
      container.dataset.took = Math.round(performance.now() - started);
      return layer;
    }).catch((error) => {
      wait.textContent = wait.dataset.failed;
      throw error;
    });
  }

  function nameControls(container, frame) {
    container.setAttribute("role", "group");
    container.setAttribute("aria-label", frame.dataset.areaMap);
    [["in", frame.dataset.zoomIn], ["out", frame.dataset.zoomOut]].forEach(([which, word]) => {
      const button = container.querySelector(".leaflet-control-zoom-" + which);
      if (button) { button.title = word; button.setAttribute("aria-label", word); }
    });
  }

  window.tsutsuuraMap.areas = areas;
}());