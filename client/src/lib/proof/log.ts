/** What does the log hold, and if it contradicts itself, in which file?
 *
 * `Log` reads a log's tiles and bundles and believes none of them: a tile at the right edge must lead to the signed
 * root, a full tile to its place in the tile above, an entry to its hash in the tile at level 0. So the first file
 * that does not fit is the wrong one. Only tiles at the edge meet in one hash; `#findWrong` then works each out from
 * the files below it and names the one whose replacement gives the signed root.
 */
import { same, type Bytes } from "./bytes.ts";
import { leafHash, rootOf, treeRoot } from "./merkle.ts";
import type { Checkpoint } from "./note.ts";
import { edgeOf, entriesIn, hashesIn, holderOf, pathOf, TILE_WIDTH, widthOf, type Tile } from "./tiles.ts";

/** Reads one file of the log; null where it is missing. Throws only when nobody answers. */
export type ReadFile = (path: string) => Promise<Bytes | null>;

export type What =
  | "checkpoint" // the signed note is unreadable or not signed by its key
  | "key" // signed by a key nobody we trust has handed over to
  | "origin" // another log than the one seen before
  | "root" // the tiles do not have the signed root, and no single one explains it
  | "tile"
  | "bundle"
  | "entry" // the log holds another text at this place
  | "fork" // what was there at the last visit is not there any more
  | "rollback" // fewer entries than at the last visit
  | "stranger" // the entry is not about this person
  | "proof"; // the proof the server hands out does not hold

/** The log does not hold, and this is where. */
export class LogFault extends Error {
  readonly what: What;
  /** The file below the log's address, such as `tile/0/000.p/12`. */
  readonly path: string;
  /** Whether the log's signature had been found to be right by then. */
  isSigned = false;

  constructor(what: What, path: string) {
    super(`${what}: ${path}`);
    this.what = what;
    this.path = path;
  }
}

/** How many files are asked for at a time. */
const ABREAST = 8;

export class Log {
  readonly checkpoint: Checkpoint;
  #read: ReadFile;
  #files = new Map<string, Promise<Bytes | null>>();
  #edge: Promise<Map<number, Bytes[]>> | null = null;
  #tiles = new Map<string, Promise<Bytes[]>>();
  #bundles = new Map<number, Promise<Bytes[]>>();

  constructor(checkpoint: Checkpoint, read: ReadFile) {
    this.checkpoint = checkpoint;
    this.#read = read;
  }

  /** Throws `LogFault` unless the tiles at the right edge have the signed root. */
  async checkEdge(): Promise<void> {
    await this.#edgeTiles();
  }

  /** The root this log had when it was `size` entries long. */
  rootAt(size: number): Promise<Bytes> {
    return rootOf(size, (level, index) => this.#node(level, index));
  }

  /** Entry `index`, proven to be under the signed root. */
  async entry(index: number): Promise<Bytes> {
    const bundle = await this.bundle(Math.floor(index / TILE_WIDTH));
    return bundle[index % TILE_WIDTH] as Bytes;
  }

  /** The file that holds entry `index`. */
  bundlePath(index: number): string {
    const bundle = Math.floor(index / TILE_WIDTH);
    return pathOf({ level: "entries", index: bundle, width: widthOf(this.checkpoint.size, 0, bundle) });
  }

  /** All entries of bundle `index`, each proven. */
  bundle(index: number): Promise<Bytes[]> {
    return kept(this.#bundles, index, () => this.#checkedBundle(index));
  }

  /** All files of the log up to this size, from the entries up; `onstep` hears how much is done. */
  async checkAll(onstep: (done: number, of: number) => void = () => undefined): Promise<void> {
    await this.checkEdge();
    const bundles = Math.ceil(this.checkpoint.size / TILE_WIDTH);
    let done = 0;
    await each(bundles, async (index) => {
      await this.bundle(index);
      this.#drop(index);
      onstep((done += 1), bundles);
    });
  }

  /** Let go of a full bundle and its tile: a log of a million entries does not fit into a page. */
  #drop(index: number): void {
    const path = this.bundlePath(index);
    if (path.includes(".p/")) return;
    this.#bundles.delete(index);
    this.#files.delete(path);
    for (const files of [this.#files, this.#tiles]) files.delete(pathOf({ level: 0, index, width: TILE_WIDTH }));
  }

  async #node(level: number, index: number): Promise<Bytes> {
    const { tile, first, count } = holderOf(this.checkpoint.size, level, index);
    return treeRoot((await this.#tile(tile)).slice(first, first + count));
  }

  /** The hashes of a tile, proven to be under the signed root. */
  #tile(tile: Tile): Promise<Bytes[]> {
    return kept(this.#tiles, pathOf(tile), async () => {
      const level = tile.level as number;
      if (tile.width < TILE_WIDTH) return (await this.#edgeTiles()).get(level) as Bytes[];
      const index = Math.floor(tile.index / TILE_WIDTH);
      const above = await this.#tile({ level: level + 1, index, width: widthOf(this.checkpoint.size, level + 1, index) });
      const hashes = await this.#hashes(tile);
      const wanted = above[tile.index % TILE_WIDTH];
      if (!wanted || !same(await treeRoot(hashes), wanted)) throw new LogFault("tile", pathOf(tile));
      return hashes;
    });
  }

  async #checkedBundle(index: number): Promise<Bytes[]> {
    const width = widthOf(this.checkpoint.size, 0, index);
    const bundle: Tile = { level: "entries", index, width };
    const wanted = await this.#tile({ level: 0, index, width });
    const entries = entriesIn(await this.#file(bundle), width);
    if (!entries) throw new LogFault("bundle", pathOf(bundle));
    const hashes = await Promise.all(entries.map(leafHash));
    if (hashes.some((hash, at) => !same(hash, wanted[at] as Bytes))) throw new LogFault("bundle", pathOf(bundle));
    return entries;
  }

  #edgeTiles(): Promise<Map<number, Bytes[]>> {
    this.#edge ??= (async () => {
      const edge = edgeOf(this.checkpoint.size);
      const rows = await Promise.all(edge.map((tile) => this.#hashes(tile)));
      const held = new Map(edge.map((tile, at) => [tile.level as number, rows[at] as Bytes[]]));
      if (!(await this.#givesRoot(held))) throw await this.#findWrong(edge, held);
      return held;
    })();
    return this.#edge;
  }

  async #givesRoot(edge: ReadonlyMap<number, Bytes[]>): Promise<boolean> {
    const { size, root } = this.checkpoint;
    const read = (level: number, index: number): Promise<Bytes> => {
      const { first, count } = holderOf(size, level, index);
      return treeRoot((edge.get(Math.floor(level / 8)) ?? []).slice(first, first + count));
    };
    return same(await rootOf(size, read), root);
  }

  async #findWrong(edge: readonly Tile[], held: ReadonlyMap<number, Bytes[]>): Promise<LogFault> {
    for (const tile of edge) {
      const level = tile.level as number;
      const other = await this.#fromBelow(tile);
      if (other && (await this.#givesRoot(new Map(held).set(level, other)))) return new LogFault("tile", pathOf(tile));
    }
    return new LogFault("root", "checkpoint");
  }

  /** What a tile should hold, worked out from the entries or the tiles below it, which are not proven here. */
  async #fromBelow({ level, index, width }: Tile): Promise<Bytes[] | null> {
    try {
      if (level === 0) {
        const entries = entriesIn(await this.#file({ level: "entries", index, width }), width);
        return entries && (await Promise.all(entries.map(leafHash)));
      }
      const hashes: Bytes[] = [];
      await each(width, async (at) => {
        const below = { level: (level as number) - 1, index: index * TILE_WIDTH + at, width: TILE_WIDTH };
        hashes[at] = await treeRoot(await this.#hashes(below));
      });
      return hashes;
    } catch (failure) {
      if (failure instanceof LogFault) return null;
      throw failure;
    }
  }

  async #hashes(tile: Tile): Promise<Bytes[]> {
    const hashes = hashesIn(await this.#file(tile), tile.width);
    if (!hashes) throw new LogFault("tile", pathOf(tile));
    return hashes;
  }

  /** The bytes of a file. A partial one may have gone once the full one is there: its beginning is the same. */
  async #file(tile: Tile): Promise<Bytes> {
    const path = pathOf(tile);
    const data = await kept(this.#files, path, async () => {
      const found = await this.#read(path);
      if (found || tile.width === TILE_WIDTH) return found;
      const full = await this.#read(pathOf({ ...tile, width: TILE_WIDTH }));
      return full && beginning(full, tile);
    });
    if (!data) throw new LogFault(tile.level === "entries" ? "bundle" : "tile", path);
    return data;
  }
}

/** The part of a full file that the partial one held. */
function beginning(full: Bytes, { level, width }: Tile): Bytes {
  if (level !== "entries") return full.slice(0, width * 32);
  const view = new DataView(full.buffer, full.byteOffset, full.byteLength);
  let end = 0;
  for (let entry = 0; entry < width && end + 2 <= full.length; entry += 1) end += 2 + view.getUint16(end);
  return full.slice(0, end);
}

/** One promise a key; a failure is not kept, so that the next one asks again. */
function kept<K, V>(map: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const found = map.get(key);
  if (found) return found;
  const made = make();
  map.set(key, made);
  made.catch(() => map.delete(key));
  return made;
}

/** Do `work` for 0 … count-1, a few at a time, in order of starting. */
export async function each(count: number, work: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(ABREAST, count) }, lane));
}
