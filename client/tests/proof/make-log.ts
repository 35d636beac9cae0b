/** A log made in memory, with another implementation of SHA-256 and Ed25519 than the one under test. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import type { Bytes } from "../../src/lib/proof/bytes.ts";
import { edgeOf, pathOf, TILE_WIDTH, type Tile } from "../../src/lib/proof/tiles.ts";
import type { Evidence, Memory, Remembered } from "../../src/lib/proof/verifier.ts";

export const bytes = (data: Uint8Array | string): Bytes => new Uint8Array(typeof data === "string" ? Buffer.from(data) : data);
const hash = (...parts: Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
const leaf = (data: Uint8Array): Buffer => hash(Buffer.from([0]), data);

export interface Signing {
  name: string;
  vkey: string;
  line: (text: string, at?: number) => string;
}

/** A key for notes; with `algorithm` 4 its signatures are a witness's. */
export function makeKey(name: string, algorithm = 1): Signing {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const material = Buffer.concat([Buffer.from([algorithm]), publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = hash(Buffer.from(`${name}\n`), material).subarray(0, 4);
  const line = (text: string, at = 0): string => {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at));
    const body = algorithm === 4 ? `cosignature/v1\ntime ${at}\n${text}` : text;
    const made = signed(privateKey, body);
    return `\u2014 ${name} ${Buffer.concat(algorithm === 4 ? [id, time, made] : [id, made]).toString("base64")}\n`;
  };
  return { name, vkey: `${name}+${id.toString("hex")}+${material.toString("base64")}`, line };
}
const signed = (key: KeyObject, text: string): Buffer => sign(null, Buffer.from(text), key);

/** RFC 6962 §2.1, by its definition. */
export function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return leaves[0] as Buffer;
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return hash(Buffer.from([1]), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}

export class MadeLog {
  readonly files = new Map<string, Bytes>();
  readonly asked: string[] = [];
  key: Signing;
  entries: Buffer[] = [];
  handOvers: string[] = [];
  #leaves: Buffer[] = [];

  constructor(key: Signing) {
    this.key = key;
    this.files.set("vkey", bytes(`${key.vkey}\n`));
  }

  /** Add entries and publish: bundles, tiles and a signed checkpoint. */
  grow(entries: readonly string[], cosigners: readonly [Signing, number][] = []): this {
    this.entries.push(...entries.map((entry) => Buffer.from(entry)));
    this.#leaves.push(...entries.map((entry) => leaf(Buffer.from(entry))));
    this.#write();
    this.sign(this.body(), cosigners);
    return this;
  }

  body(): string {
    return `${this.key.name}\n${this.entries.length}\n${rootOf(this.#leaves).toString("base64")}\n`;
  }

  sign(body: string, cosigners: readonly [Signing, number][] = []): void {
    const lines = [this.key.line(body), ...cosigners.map(([key, at]) => key.line(body, at))];
    this.files.set("checkpoint", bytes(`${body}\n${lines.join("")}`));
  }

  /** The files a checker of the whole log needs: those of the size it has now. */
  paths(): string[] {
    const size = this.entries.length;
    const full: Tile[] = [];
    for (let level = 0; TILE_WIDTH ** (level + 1) <= size; level += 1) {
      for (let index = 0; (index + 1) * TILE_WIDTH ** (level + 1) <= size; index += 1) {
        full.push({ level, index, width: TILE_WIDTH });
      }
    }
    const tiles = [...full, ...edgeOf(size)];
    const bundles: Tile[] = tiles.filter(({ level }) => level === 0).map((tile) => ({ ...tile, level: "entries" }));
    return [...tiles, ...bundles].map(pathOf);
  }

  read = (path: string): Promise<Bytes | null> => {
    this.asked.push(path);
    const found = this.files.get(path);
    return Promise.resolve(found ? found.slice() : null);
  };

  flip(path: string, byte = 5): void {
    const file = this.files.get(path);
    if (!file) throw new Error(`no ${path}`);
    file[byte % file.length]! ^= 1;
  }

  #write(): void {
    let row = this.#leaves;
    for (let level = 0; row.length > 0; level += 1) {
      for (let start = 0; start < row.length; start += TILE_WIDTH) {
        const part = row.slice(start, start + TILE_WIDTH);
        const tile: Tile = { level, index: start / TILE_WIDTH, width: part.length };
        if (!this.files.has(pathOf(tile))) this.files.set(pathOf(tile), bytes(Buffer.concat(part)));
        const bundle = pathOf({ ...tile, level: "entries" });
        if (level === 0 && !this.files.has(bundle)) this.files.set(bundle, pack(this.entries.slice(start, start + TILE_WIDTH)));
      }
      const whole = Math.floor(row.length / TILE_WIDTH);
      row = Array.from({ length: whole }, (_, at) => rootOf(row.slice(at * TILE_WIDTH, (at + 1) * TILE_WIDTH)));
    }
  }
}

export function pack(entries: readonly Buffer[]): Bytes {
  const framed = entries.flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 255]), entry]);
  return bytes(Buffer.concat(framed));
}

export const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, at) => `entry ${from + at}`);

/** Memory as a browser keeps it, without a browser. */
export function plainMemory(): Memory {
  let seen: Remembered | null = null;
  const found: Evidence[] = [];
  return {
    load: () => seen,
    save: (one) => void (seen = one),
    evidence: () => found,
    keep: (one) => void found.push(one),
    forget: () => void (seen = null),
  };
}
