// Is it decided that somebody's data moves to another realm?
import { theRealm } from "../abroad/names";
import { api } from "../api/api";
import type { Country, Due, Home, Me } from "../api/types";
import { longDay, t } from "../i18n/i18n.svelte";

export interface OwnDue extends Due {
  /** Whether that realm is there already and has the place where they live, so that they may go by themselves. */
  mayGo: boolean;
}

/** To which realm and from when on; null where nothing is decided, or nobody can say. */
export async function findDue(me: Me): Promise<OwnDue | null> {
  try {
    const { due } = await api.residence();
    if (!due) return null;
    const home = homeOf((await api.countries()).items, me);
    return { ...due, mayGo: home?.realm === due.realm && home.address !== "" };
  } catch {
    return null;
  }
}

function homeOf(countries: Country[], { country, region }: Me): Home | undefined {
  const found = countries.find(({ code }) => code === country);
  return found?.regions.find(({ code }) => code === region) ?? found;
}

/** What it means, in words. */
export function meaningOf({ realm, at, mayGo }: OwnDue): string {
  return `${t("move.dueWhy", { day: longDay(at), the: theRealm(realm) })} ${t(mayGo ? "move.dueMayGo" : "move.dueNotYet")}`;
}
