/** In which file lies which hash, and which entry? C2SP tlog-tiles: paths, widths, entry bundles. */
import type { Bytes } from "./bytes.ts";

export const TILE_WIDTH = 256;
const HASH = 32;

/** One file of the log: 256 hashes of one level, or 256 entries (`level` is then "entries"); fewer at the right edge. */
export interface Tile {
  level: number | "entries";
  index: number;
  width: number;
}

/** `tile/0/x001/x234/067`, and `.p/W` behind it where the tile is not full. */
export function pathOf({ level, index, width }: Tile): string {
  let digits = String(index % 1000).padStart(3, "0");
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    digits = `x${String(rest % 1000).padStart(3, "0")}/${digits}`;
  }
  return `tile/${level}/${digits}${width < TILE_WIDTH ? `.p/${width}` : ""}`;
}

/** How many hashes tile `index` of `level` holds in a tree of `size`. */
export function widthOf(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH));
}

/** The tiles at the right edge that are not full, lowest level first: together they give the root. */
export function edgeOf(size: number): Tile[] {
  const edge: Tile[] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    const row = Math.floor(size / TILE_WIDTH ** level);
    if (row % TILE_WIDTH > 0) edge.push({ level, index: Math.floor(row / TILE_WIDTH), width: row % TILE_WIDTH });
  }
  return edge;
}

/** Which tile of a tree of `size` holds what is under the perfect subtree (`level`, `index`), and where in it. */
export function holderOf(size: number, level: number, index: number): { tile: Tile; first: number; count: number } {
  const row = Math.floor(level / 8);
  const count = 2 ** (level % 8);
  const at = index * count;
  const tile = Math.floor(at / TILE_WIDTH);
  return { tile: { level: row, index: tile, width: widthOf(size, row, tile) }, first: at % TILE_WIDTH, count };
}

/** The hashes in a tile, or null when the file does not hold exactly `width` of them. */
export function hashesIn(data: Bytes, width: number): Bytes[] | null {
  if (data.length !== width * HASH) return null;
  return Array.from({ length: width }, (_, at) => data.slice(at * HASH, (at + 1) * HASH));
}

/** The entries in a bundle (each behind its length, 16 bits, big-endian), or null when there are not exactly `width`. */
export function entriesIn(data: Bytes, width: number): Bytes[] | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const entries: Bytes[] = [];
  let at = 0;
  while (at < data.length) {
    if (entries.length === width || at + 2 > data.length) return null;
    const length = view.getUint16(at);
    if (at + 2 + length > data.length) return null;
    entries.push(data.slice(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries.length === width ? entries : null;
}
