import { ELEMENTS, elementFor, loadingOrder } from "./order";
import { suspended } from "../suspended/suspended.svelte";
import { sound } from "./sound.svelte";

/** What one recycled element is doing. */
export class Slot {
  index = $state(-1);
  /** The first frame is there: the poster may go. */
  shows = $state(false);
  ready = $state(false);
  failed = $state(false);
  element: HTMLVideoElement | null = null;
  url = "";
}

/** Three `<video>` elements, recycled: the current clip loads first; once it can play, its neighbours in order. */
export class Ring {
  slots = Array.from({ length: ELEMENTS }, () => new Slot());
  current = $state(-1);
  playing = $state(false);
  /** The person paused; nothing but the person starts it again. */
  held = $state(false);
  /** Told a few times a second where the current clip is, in seconds. */
  onprogress: ((position: number, duration: number) => void) | null = null;
  #direction: 1 | -1 = 1;
  #moving = false;

  constructor(
    private readonly count: () => number,
    private readonly urlOf: (index: number) => string | null,
  ) {}

  slotOf(index: number): Slot | null {
    const slot = this.slots[elementFor(Math.max(0, index))];
    return slot && slot.index === index ? slot : null;
  }

  get video(): HTMLVideoElement | null {
    return this.slotOf(this.current)?.element ?? null;
  }

  /** Take an element into the ring; the returned function lets it go. */
  adopt(slot: Slot, element: HTMLVideoElement): () => void {
    slot.element = element;
    const on = (name: string, act: () => void): void => element.addEventListener(name, act);
    on("loadeddata", () => (slot.shows = true));
    on("canplay", () => {
      slot.ready = true;
      this.fill();
    });
    on("error", () => {
      if (!slot.url) return;
      slot.failed = true;
      void suspended.knock();
    });
    on("playing", () => slot.index === this.current && (this.playing = true));
    on("pause", () => slot.index === this.current && (this.playing = false));
    on("timeupdate", () => slot.index === this.current && this.onprogress?.(element.currentTime, element.duration));
    return () => {
      this.empty(slot);
      slot.element = null;
    };
  }

  /** Make `index` the clip that plays. While the slides still move, only its own element is touched. */
  focus(index: number, moving: boolean): void {
    const before = this.current;
    if (before !== index) this.#direction = index < before && index !== -1 ? -1 : 1;
    this.current = index;
    this.#moving = moving;
    if (before !== index) {
      this.held = false;
      this.playing = false;
      this.slotOf(before)?.element?.pause();
    }
    const slot = index >= 0 && index < this.count() ? this.load(index) : null;
    if (slot && !slot.ready) this.stopOthers(slot);
    if (slot) void this.play();
    if (!moving) this.fill();
  }

  /** The slides came to rest: elements that left the screen may be recycled. */
  settled(): void {
    this.#moving = false;
    for (const slot of this.slots) {
      if (slot.index !== this.current && slot.element?.currentTime) slot.element.currentTime = 0;
    }
    this.fill();
  }

  /** Load the neighbours one after the other, each once the one before it can play. */
  fill(): void {
    if (this.#moving || this.current < 0) return;
    for (const index of loadingOrder(this.current, this.#direction, this.count())) {
      const slot = this.load(index);
      if (!slot?.ready && !slot?.failed) return;
    }
  }

  async play(): Promise<void> {
    const video = this.video;
    if (!video || this.held || document.hidden) return;
    video.muted = !sound.on;
    try {
      await video.play();
    } catch (refusal) {
      if (!(refusal instanceof DOMException) || refusal.name !== "NotAllowedError" || video.muted) return;
      sound.refused = true;
      video.muted = true;
      await video.play().catch(() => undefined);
    }
  }

  toggle(): void {
    this.held = this.video?.paused === false; // also true while it is still about to play
    if (this.held) this.video?.pause();
    else void this.play();
  }

  /** Called inside a tap or key press, so that the browser lets all three elements sound from now on. */
  applySound(): void {
    for (const { element } of this.slots) if (element) element.muted = !sound.on;
    if (!this.held) void this.play();
  }

  /** Other clips stand at these places now: what was loaded for them goes. */
  forgetFrom(index: number): void {
    for (const slot of this.slots) if (slot.index >= index) this.empty(slot);
  }

  retry(): void {
    const slot = this.slotOf(this.current);
    if (!slot) return;
    this.empty(slot);
    this.focus(this.current, false);
  }

  /** The address the clip at `index` plays from, or null. */
  urlFor(index: number): string | null {
    return this.urlOf(index);
  }

  private load(index: number): Slot | null {
    const slot = this.slots[elementFor(index)];
    const url = this.urlOf(index);
    if (!slot?.element || !url) return null;
    if (slot.index === index) return slot;
    this.empty(slot);
    slot.index = index;
    slot.url = url;
    slot.element.preload = "auto";
    slot.element.muted = !sound.on;
    slot.element.src = url;
    slot.element.load();
    return slot;
  }

  /** The person swiped faster than the network: everything waiting makes room for the clip on screen. */
  private stopOthers(kept: Slot): void {
    for (const slot of this.slots) if (slot !== kept && !slot.ready && slot.index !== -1) this.empty(slot);
  }

  private empty(slot: Slot): void {
    slot.url = "";
    slot.index = -1;
    slot.shows = slot.ready = slot.failed = false;
    slot.element?.removeAttribute("src");
    slot.element?.load();
  }
}
