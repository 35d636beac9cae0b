import { clipPath, profilePath, routeOf } from "../../router.svelte";
import type { Video } from "../api/types";
import { realms } from "../people/realms.svelte";
import { here, isAbroad } from "./names";

/** Where a realm is; empty where that is not known (yet). */
export const siteOf = (realm: string): string => realms.items.find((one) => one.code === realm)?.address ?? "";

/** Where this realm shows a clip. */
export const videoPath = (video: Video): string => clipPath(video.id, isAbroad(video.realm) ? video.realm : null);

/** Where a clip opens for everybody: at its home, or here while the address of its home is not known. */
export function clipLink(video: Video): string {
  const home = isAbroad(video.realm) && siteOf(video.realm);
  return home ? home + clipPath(video.id) : location.origin + videoPath(video);
}

/** The link that opens a clip of another realm in the realm of whoever shares it. */
export const linkHere = (video: Video): string => location.origin + videoPath(video);

/** Where another realm shows what this one shows at `path`. */
export function pathIn(realm: string, path: string): string {
  const route = routeOf(path);
  if (route.page === "clip") {
    const home = route.realm ?? here;
    return clipPath(route.id, home === realm ? null : home);
  }
  if (route.page !== "profile") return "/";
  const [handle = "", home = here] = route.handle.split("@");
  return profilePath(home === realm ? handle : `${handle}@${home}`);
}
