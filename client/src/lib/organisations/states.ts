// In which order do states stand, and which ask for somebody to do something?
import type { Compliance } from "../api/device-types";

export const ORDER: readonly Compliance[] = ["not-compliant", "unmanaged", "cannot-be-verified", "stale", "compliant", "exempt"];
export const LOUD: ReadonlySet<Compliance> = new Set(["not-compliant", "unmanaged", "cannot-be-verified"]);
