export interface KeyWishes {
  forward(): void;
  back(): void;
  first(): void;
  pause(): void;
  sound(): void;
  like(): void;
  comments(): void;
  escape(): void;
}

const TYPING = "input, textarea, select, [contenteditable]";
const PRESSED_BY_SPACE = "button, a, [role=slider], summary";

/** The feed's keys: arrows and page keys, space, M, L, C and Esc. Typing and open sheets keep theirs. */
export function feedKeys(wishes: KeyWishes): (event: KeyboardEvent) => void {
  const acts: Record<string, () => void> = {
    ArrowDown: () => wishes.forward(),
    PageDown: () => wishes.forward(),
    ArrowUp: () => wishes.back(),
    PageUp: () => wishes.back(),
    Home: () => wishes.first(),
    " ": () => wishes.pause(),
    m: () => wishes.sound(),
    l: () => wishes.like(),
    c: () => wishes.comments(),
  };
  return (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const target = event.target instanceof Element ? event.target : null;
    if (event.key === "Escape") return wishes.escape();
    if (target?.closest(TYPING)) return;
    if (event.key === " " && target?.closest(PRESSED_BY_SPACE)) return;
    if (event.key === "Home" && target?.closest("[role=slider]")) return;
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || (event.repeat && event.key.length === 1)) return;
    event.preventDefault();
    act();
  };
}
