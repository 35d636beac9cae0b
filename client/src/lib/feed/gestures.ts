/** Turns pointers and wheels into the feed's three wishes: follow the finger, settle on a clip, tap. */

export interface Wishes {
  /** The finger moved `dy` pixels since it came down. */
  drag(dy: number): void;
  /** The finger left: go by -1, 0 or +1 clips. */
  settle(step: -1 | 0 | 1): void;
  tap(): void;
  doubleTap(x: number, y: number): void;
  height(): number;
}

const TAP_PX = 10;
const DOUBLE_TAP_MS = 260;
/** A flick faster than this turns the page however short it was. */
const FLICK_PX_PER_MS = 0.25;
const TURN_SHARE = 0.28;
const WHEEL_QUIET_MS = 140;
const WHEEL_PX = 24;

/** Where a finger that moved `dy` px at `speed` px/ms wants to go. Up is forward. */
export function decideStep(dy: number, speed: number, height: number): -1 | 0 | 1 {
  const flick = Math.abs(speed) > FLICK_PX_PER_MS && Math.sign(speed) === Math.sign(dy);
  if (!flick && Math.abs(dy) < height * TURN_SHARE) return 0;
  return dy < 0 ? 1 : -1;
}

/** Listen on `stage`; call the returned function to stop. Anything under `[data-own-gestures]` is left alone. */
export function watchGestures(stage: HTMLElement, wishes: Wishes): () => void {
  let held: { id: number; x: number; y: number; at: number; dragging: boolean } | null = null;
  let trail: { y: number; at: number }[] = [];
  let lastTap = 0;
  let tapTimer = 0;
  let wheelLocked = false;
  let wheelTimer = 0;
  let wheelSum = 0;

  const isForeign = (event: Event): boolean =>
    event.target instanceof Element && event.target.closest("[data-own-gestures], a, button, input, textarea") !== null;

  const down = (event: PointerEvent): void => {
    if (held || isForeign(event) || (event.pointerType === "mouse" && event.button !== 0)) return;
    held = { id: event.pointerId, x: event.clientX, y: event.clientY, at: event.timeStamp, dragging: false };
    trail = [{ y: event.clientY, at: event.timeStamp }];
  };
  const move = (event: PointerEvent): void => {
    if (held?.id !== event.pointerId) return;
    const dy = event.clientY - held.y;
    if (!held.dragging) {
      if (Math.abs(dy) < TAP_PX || Math.abs(dy) < Math.abs(event.clientX - held.x)) return;
      held.dragging = true;
      stage.setPointerCapture(event.pointerId);
    }
    trail = [...trail.filter((point) => event.timeStamp - point.at < 90), { y: event.clientY, at: event.timeStamp }];
    wishes.drag(dy);
  };
  const up = (event: PointerEvent): void => {
    if (held?.id !== event.pointerId) return;
    const { dragging, y, x, at } = held;
    held = null;
    if (dragging) {
      const start = trail[0] ?? { y, at };
      const elapsed = Math.max(1, event.timeStamp - start.at);
      const cancelled = event.type === "pointercancel";
      wishes.settle(cancelled ? 0 : decideStep(event.clientY - y, (event.clientY - start.y) / elapsed, wishes.height()));
    } else if (event.type === "pointerup" && Math.hypot(event.clientX - x, event.clientY - y) < TAP_PX) {
      tapped(event);
    }
  };
  const tapped = (event: PointerEvent): void => {
    clearTimeout(tapTimer);
    if (event.timeStamp - lastTap < DOUBLE_TAP_MS) {
      lastTap = event.timeStamp; // a third tap likes again rather than pausing
      wishes.doubleTap(event.clientX, event.clientY);
      return;
    }
    lastTap = event.timeStamp;
    tapTimer = window.setTimeout(() => wishes.tap(), DOUBLE_TAP_MS);
  };
  const wheel = (event: WheelEvent): void => {
    if (event.ctrlKey || (event.target instanceof Element && event.target.closest("[data-own-gestures]"))) return;
    event.preventDefault();
    clearTimeout(wheelTimer);
    wheelTimer = window.setTimeout(() => {
      wheelLocked = false;
      wheelSum = 0;
    }, WHEEL_QUIET_MS);
    if (wheelLocked) return; // the rest of one push, or a trackpad coasting
    wheelSum += event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    if (Math.abs(wheelSum) < WHEEL_PX) return;
    wheelLocked = true;
    wishes.settle(wheelSum > 0 ? 1 : -1);
  };

  stage.addEventListener("pointerdown", down);
  stage.addEventListener("pointermove", move);
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("wheel", wheel, { passive: false });
  return () => {
    clearTimeout(tapTimer);
    clearTimeout(wheelTimer);
    stage.removeEventListener("pointerdown", down);
    stage.removeEventListener("pointermove", move);
    stage.removeEventListener("pointerup", up);
    stage.removeEventListener("pointercancel", up);
    stage.removeEventListener("wheel", wheel);
  };
}
