export const ELEMENTS = 3;

/** Which clips the three video elements hold, in the order they may load: the current one first.
 *
 * Going forward that is the next two; just after going back it is the one before and the one after. Any three
 * neighbours fall on different elements (index modulo 3), so a swipe never has to move a clip between elements.
 */
export function loadingOrder(current: number, direction: 1 | -1, count: number): number[] {
  const wished = direction === 1 ? [current, current + 1, current + 2] : [current, current - 1, current + 1];
  return wished.filter((index) => index >= 0 && index < count);
}

export const elementFor = (index: number): number => index % ELEMENTS;
