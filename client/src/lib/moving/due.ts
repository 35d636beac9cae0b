// Is it decided that somebody's data moves to another realm?
import { api } from "../api/api";

export interface Due {
  realm: string;
  at: string;
}

/** To which realm and when; null where nothing is decided, or nobody can say. */
export async function findDue(): Promise<Due | null> {
  try {
    return (await api.residence()).due ?? null;
  } catch {
    return null;
  }
}
