// What does the log not prove? Said in full on /trust; keys of messages, a claim and what stands against it.
import type { Key } from "../i18n/i18n.svelte";

export const LIMITS: readonly { claim: Key; against: Key }[] = [
  { claim: "limit.recorded", against: "limit.recordedWhy" },
  { claim: "limit.same", against: "limit.sameWhy" },
  { claim: "limit.memory", against: "limit.memoryWhy" },
  { claim: "limit.page", against: "limit.pageWhy" },
  { claim: "limit.right", against: "limit.rightWhy" },
  { claim: "limit.state", against: "limit.stateWhy" },
  { claim: "limit.door", against: "limit.doorWhy" },
];
