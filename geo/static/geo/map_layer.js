/* A Leaflet layer that draws the municipalities on one canvas: each border decoded and projected once. */
(function () {
  "use strict";

  const { apart } = window.tsutsuuraMap;
  const TILE = 256;  // pixels that the world is wide at zoom 0
  const AREA_LINE = "rgba(60, 60, 60, .45)", PREFECTURE_LINE = "#333", CHOSEN_LINE = "#000", POINT_LINE = "#fff";
  const FAR_ALPHA = 0.7;  // thousands of points on a small map: the areas still show
  const MINIMUM_STEP = 0.8;  // pixels: points nearer to the last drawn one can't be seen

  const COLOURS = 8, DASHES = [[], [10, 6], [2, 6]];

  const AreaLayer = L.Renderer.extend({
    options: { padding: 0.25, colours: {}, pointColours: {}, lineColours: {}, otherwise: "#f2f2f2" },

    initialize(data, options) {
      L.Renderer.prototype.initialize.call(this, options);
      Object.assign(this, data);  // arcs, areas, borders
      this.kinds = new Map();
      this.notes = {};
      this.points = new Map();
      this.lines = [];
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
      this._drawLines(ctx, view);
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

    /* Ways over a pale edge, so that they show on any area. More classes than colours: the next round is dashed. */
    _drawLines(ctx, view) {
      const kinds = Object.keys(this.options.lineColours);
      ctx.lineJoin = ctx.lineCap = "round";
      this.lines.forEach(({ kind, line }) => {
        ctx.beginPath();
        follow(ctx, thin(line, view), false, false);
        ctx.setLineDash(DASHES[Math.floor(kinds.indexOf(kind) / COLOURS) % DASHES.length]);
        [[6, POINT_LINE], [3, this.options.lineColours[kind] || PREFECTURE_LINE]].forEach(([width, style]) => {
          ctx.lineWidth = width;
          ctx.strokeStyle = style;
          ctx.stroke();
        });
      });
      ctx.setLineDash([]);
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

  window.tsutsuuraMap.AreaLayer = AreaLayer;
}());
