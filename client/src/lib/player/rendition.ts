import type { Rendition } from "../api/types";

/** How many pixels of a screen point are worth sending: beyond two, nobody sees the difference in motion. */
const DENSEST = 2;

/** The smallest rendition that covers a frame of `width` × `height` CSS pixels; the smallest of all when data is saved.
 *
 * `renditions` are smallest first. Gives null when there is none.
 */
export function chooseRendition(
  renditions: readonly Rendition[],
  frame: { width: number; height: number; density: number; savesData: boolean },
): Rendition | null {
  if (frame.savesData) return renditions[0] ?? null;
  const density = Math.min(frame.density, DENSEST);
  const covers = (one: Rendition): boolean => {
    const landscape = one.width > one.height;
    return landscape ? one.width >= frame.width * density : one.height >= frame.height * density;
  };
  return renditions.find(covers) ?? renditions.at(-1) ?? null;
}

interface WithConnection {
  connection?: { saveData?: boolean };
}

export function savesData(): boolean {
  return (navigator as WithConnection).connection?.saveData === true;
}
