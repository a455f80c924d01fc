/* Draws the municipalities on a Leaflet map that folium made: one canvas, each border decoded and projected once.
   Names only ever reach the page as textContent. The words come from the page, which knows the reader's language. */
(function () {
  "use strict";

  const TILE = 256;  // pixels that the world is wide at zoom 0
  const AREA_LINE = "rgba(60, 60, 60, .45)", PREFECTURE_LINE = "#333", CHOSEN_LINE = "#000", POINT_LINE = "#fff";
  const FAR_ALPHA = 0.7;  // thousands of points on a small map: the areas still show
  const MINIMUM_STEP = 0.8;  // pixels: points nearer to the last drawn one can't be seen

  // --- reading ------------------------------------------------------------------------------------------------------

  const getJson = (url) => fetch(url, { credentials: "same-origin" }).then((answer) => {
    if (!answer.ok) throw new Error(answer.status + " " + url);
    return answer.json();
  });

  /* TopoJSON to areas. Coordinates become Web Mercator, 0 to 1 over the world, x and y by turns. */
  function decode(topology) {
    const { scale, translate } = topology.transform;
    const arcs = topology.arcs.map((steps) => {
      const line = new Float64Array(steps.length * 2), box = emptyBox();
      let x = 0, y = 0;
      steps.forEach(([dx, dy], index) => {
        x += dx;
        y += dy;
        const u = mercatorX(x * scale[0] + translate[0]), v = mercatorY(y * scale[1] + translate[1]);
        line[2 * index] = u;
        line[2 * index + 1] = v;
        stretch(box, u, v);
      });
      return { line, box };
    });
    const areas = topology.objects.areas.geometries.map((one) => {
      const rings = one.arcs.flat(), box = emptyBox();
      rings.forEach((ring) => ring.forEach((arc) => {
        const own = arcs[arc < 0 ? ~arc : arc].box;
        stretch(box, own[0], own[1]);
        stretch(box, own[2], own[3]);
      }));
      return { code: one.id, name: one.properties.name, rings, box };
    });
    const borders = new Set(((topology.objects.prefecture_borders || {}).arcs || []).flat());
    return { arcs, areas, borders };
  }

  const mercatorX = (lon) => lon / 360 + 0.5;
  const mercatorY = (lat) => {
    const sine = Math.sin(lat * Math.PI / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  };
  const latitude = (v) => 360 / Math.PI * Math.atan(Math.exp((0.5 - v) * 2 * Math.PI)) - 90;
  const longitude = (u) => (u - 0.5) * 360;

  const emptyBox = () => [Infinity, Infinity, -Infinity, -Infinity];
  function stretch(box, u, v) {
    if (u < box[0]) box[0] = u;
    if (v < box[1]) box[1] = v;
    if (u > box[2]) box[2] = u;
    if (v > box[3]) box[3] = v;
  }
  const boundsOf = ([west, north, east, south]) =>
    L.latLngBounds([latitude(south), longitude(west)], [latitude(north), longitude(east)]);
  const apart = (a, b) => a[0] > b[2] || a[2] < b[0] || a[1] > b[3] || a[3] < b[1];

  /* Codes of each class as steps in base 36 (see geo.map.values): back to class by code. */
  function unpackClasses(values) {
    const kinds = new Map();
    Object.entries(values.classes).forEach(([kind, steps]) => {
      let code = 0;
      (steps ? steps.split(" ") : []).forEach((step) => {
        code += parseInt(step, 36);
        kinds.set(String(code).padStart(5, "0"), kind);
      });
    });
    return kinds;
  }

  /* Columns to points by class. */
  function unpackPoints(columns) {
    const points = new Map(columns.kinds.map((kind) => [kind, []]));
    let lat = 0, lon = 0;
    columns.lats.forEach((step, index) => {
      lat += step;
      lon += columns.lons[index];
      const name = columns.names[index] || "";
      points.get(columns.kinds[columns.kind[index]]).push({ u: mercatorX(lon / 1e4), v: mercatorY(lat / 1e4), name });
    });
    return points;
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  const AreaLayer = L.Renderer.extend({
    options: { padding: 0.25, colours: {}, pointColours: {}, otherwise: "#f2f2f2" },

    initialize(data, options) {
      L.Renderer.prototype.initialize.call(this, options);
      Object.assign(this, data);  // arcs, areas, borders
      this.kinds = new Map();
      this.notes = {};
      this.points = new Map();
      this.chosen = null;
    },

    _initContainer() {
      this._container = L.DomUtil.create("canvas", "area-map-drawing");
      this._container.setAttribute("aria-hidden", "true");
      this._ctx = this._container.getContext("2d");
    },

    _destroyContainer() {
      this._container.remove();
      delete this._container;
      delete this._ctx;
    },

    _updatePaths() {},  // no Leaflet paths hang on this renderer

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize(), dense = window.devicePixelRatio > 1 ? 2 : 1;
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = dense * size.x;
      this._container.height = dense * size.y;
      this._container.style.width = size.x + "px";
      this._container.style.height = size.y + "px";
      this._ctx.setTransform(dense, 0, 0, dense, 0, 0);
      this.draw();
    },

    draw() {
      if (!this._ctx || !this._bounds) return;
      const ctx = this._ctx, size = this._bounds.getSize();
      const origin = this._map.getPixelOrigin().add(this._bounds.min);
      const view = { k: TILE * Math.pow(2, this._zoom), x: origin.x, y: origin.y };
      const seen = [view.x / view.k, view.y / view.k, (view.x + size.x) / view.k, (view.y + size.y) / view.k];
      const lines = this.arcs.map((arc) => (apart(arc.box, seen) ? null : thin(arc.line, view)));
      // Of a border out of sight only its ends matter: what lies between them can't fill anything in sight.
      const ends = ({ line }) => thin(Float64Array.of(line[0], line[1], line.at(-2), line.at(-1)), view);
      ctx.clearRect(0, 0, size.x, size.y);
      this._fill(ctx, lines, ends, seen);
      this._stroke(ctx, lines);
      this._drawPoints(ctx, view, seen);
    },

    _fill(ctx, lines, ends, seen) {
      const byColour = new Map();
      this.areas.filter((area) => !apart(area.box, seen)).forEach((area) => {
        const colour = this.options.colours[this.kinds.get(area.code)] || this.options.otherwise;
        byColour.set(colour, (byColour.get(colour) || []).concat(area));
      });
      byColour.forEach((areas, colour) => {
        ctx.beginPath();
        areas.forEach((area) => this._trace(ctx, area, lines, ends));
        ctx.fillStyle = colour;
        ctx.fill("evenodd");  // neighbours of one colour in one path: no seam between them
      });
    },

    _trace(ctx, area, lines, ends) {
      area.rings.forEach((ring) => {
        let started = false;
        ring.forEach((arc) => {
          const index = arc < 0 ? ~arc : arc;
          const line = lines[index] || (lines[index] = ends(this.arcs[index]));
          started = follow(ctx, line, arc < 0, started);
        });  // it ends where it began: closePath() on a path of this length costs Chromium a second
      });
    },

    _stroke(ctx, lines) {
      const near = this._zoom >= 7;
      const stroke = (width, style, wanted) => {
        ctx.beginPath();
        lines.forEach((line, index) => { if (line && wanted(index)) follow(ctx, line, false, false); });
        ctx.lineWidth = width;
        ctx.strokeStyle = style;
        ctx.stroke();
      };
      ctx.lineJoin = "round";
      stroke(near ? 0.8 : 0.3, AREA_LINE, (index) => !this.borders.has(index));
      stroke(near ? 1.8 : 0.8, PREFECTURE_LINE, (index) => this.borders.has(index));
      if (!this.chosen) return;
      ctx.beginPath();
      this._trace(ctx, this.chosen, lines, () => new Float32Array(0));
      ctx.lineWidth = 3;
      ctx.strokeStyle = CHOSEN_LINE;
      ctx.stroke();
    },

    /* A path for each class, not for each point: thousands of fills take a phone a second. */
    _drawPoints(ctx, view, seen) {
      const radius = this.pointRadius(), near = radius > 2;
      ctx.lineWidth = 1.2;
      ctx.strokeStyle = POINT_LINE;
      this.points.forEach((points, kind) => {
        ctx.beginPath();
        points.forEach(({ u, v }) => {
          if (u < seen[0] || u > seen[2] || v < seen[1] || v > seen[3]) return;
          const x = u * view.k - view.x, y = v * view.k - view.y;
          if (!near) { ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius); return; }
          ctx.moveTo(x + radius, y);
          ctx.arc(x, y, radius, 0, 2 * Math.PI);
        });
        ctx.fillStyle = this.options.pointColours[kind] || PREFECTURE_LINE;
        ctx.globalAlpha = near ? 1 : FAR_ALPHA;
        ctx.fill();
        if (near) ctx.stroke();
      });
      ctx.globalAlpha = 1;
    },

    pointRadius() {
      return Math.max(0.7, Math.min(7, 0.8 * this._zoom - 3));
    },

    // --- asking -----------------------------------------------------------------------------------------------------

    areaAt(u, v) {
      return this.areas.find((area) => !apart(area.box, [u, v, u, v]) && this._contains(area, u, v)) || null;
    },

    pointAt(u, v) {
      const reach = (this.pointRadius() + 3) / (TILE * Math.pow(2, this._zoom));
      let best = null, nearest = reach * reach;
      this.points.forEach((points, kind) => points.forEach((point) => {
        const distance = (point.u - u) ** 2 + (point.v - v) ** 2;
        if (distance <= nearest) { best = { kind, name: point.name }; nearest = distance; }
      }));
      return best;
    },

    _contains(area, u, v) {
      let inside = false;
      area.rings.forEach((ring) => ring.forEach((arc) => {
        const line = this.arcs[arc < 0 ? ~arc : arc].line;
        for (let i = 2; i < line.length; i += 2) {
          const v1 = line[i - 1], v2 = line[i + 1];
          if ((v1 > v) !== (v2 > v) && u < line[i - 2] + (v - v1) / (v2 - v1) * (line[i] - line[i - 2])) {
            inside = !inside;
          }
        }
      }));
      return inside;
    },
  });

  /* A line in pixels of the canvas, without the points too near to one another to be seen; both ends stay. */
  function thin(line, view) {
    const out = new Float32Array(line.length);
    let size = 0, lastX = Infinity, lastY = Infinity;
    for (let i = 0; i < line.length; i += 2) {
      const x = line[i] * view.k - view.x, y = line[i + 1] * view.k - view.y;
      if (i + 2 >= line.length || Math.abs(x - lastX) + Math.abs(y - lastY) >= MINIMUM_STEP) {
        out[size++] = lastX = x;
        out[size++] = lastY = y;
      }
    }
    return out.subarray(0, size);
  }

  function follow(ctx, line, backwards, started) {
    for (let n = 0; n < line.length; n += 2) {
      const i = backwards ? line.length - 2 - n : n;
      if (started) ctx.lineTo(line[i], line[i + 1]);
      else ctx.moveTo(line[i], line[i + 1]);
      started = true;
    }
    return started;
  }

  // --- the reader ---------------------------------------------------------------------------------------------------

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
    ]).then(([topology, values, points]) => {
      const layer = new AreaLayer(decode(topology), {
        colours: Object.fromEntries(options.colours), pointColours: Object.fromEntries(options.pointColours),
      });
      layer.kinds = unpackClasses(values);
      layer.notes = values.notes || {};
      layer.points = points ? unpackPoints(points) : new Map();
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

  window.tsutsuuraMap = { areas };
}());
