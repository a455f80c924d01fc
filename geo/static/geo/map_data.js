/* What a map is made of: TopoJSON and packed values, as the server sends them, into what can be drawn. */
(function () {
  "use strict";

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

  /* Ways, each a flat line of Web Mercator as the areas' borders are. */
  function unpackLines(packed) {
    return packed.lines.map(({ kind, stops }) => ({
      kind, line: Float64Array.from(stops.flatMap(([lon, lat]) => [mercatorX(lon), mercatorY(lat)])),
    }));
  }

  window.tsutsuuraMap = {
    getJson, decode, unpackClasses, unpackPoints, unpackLines, mercatorX, mercatorY, emptyBox, stretch, apart, boundsOf,
  };
}());
