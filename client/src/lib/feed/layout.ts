/** Where a clip lies on the stage: edge to edge on phones, a framed card with room beside it on wide screens. */

export interface Size {
  width: number;
  height: number;
}

export interface Placement {
  card: Size;
  /** Pixels above the card. */
  top: number;
  fit: "cover" | "contain";
  /** The five actions stand beside the card instead of on it. */
  outside: boolean;
}

/** Losing more of the picture than this to the screen's shape is too much. */
const MOST_CROPPED = 0.22;
const HEADER_PX = 64;
const FOOT_PX = 24;
const GUTTER_PX = 96;
/** A stage lower than this (a phone on its side) has no height to spare for a header. */
const LOW_PX = 520;
const LOW_MARGIN_PX = 8;
const NARROWEST = 9 / 16;

export function placeClip(clip: Size, stage: Size, framed: boolean): Placement {
  const ratio = clip.width / clip.height;
  if (!framed) {
    const stageRatio = stage.width / Math.max(1, stage.height);
    const cropped = 1 - Math.min(ratio / stageRatio, stageRatio / ratio);
    return { card: stage, top: 0, fit: cropped <= MOST_CROPPED ? "cover" : "contain", outside: false };
  }
  const low = stage.height < LOW_PX;
  const top = low ? LOW_MARGIN_PX : HEADER_PX;
  const height = Math.max(1, stage.height - top - (low ? LOW_MARGIN_PX : FOOT_PX));
  const most = Math.max(240, stage.width - 2 * GUTTER_PX);
  const width = Math.min(most, height * Math.max(ratio, NARROWEST));
  return { card: { width, height }, top, fit: "contain", outside: true };
}
