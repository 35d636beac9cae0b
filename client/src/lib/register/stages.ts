/** What happens with a decision when? Its dates, its reviews and its end, in the order of time. Pure. */

export type StageName = "issued" | "notice" | "reply" | "deadline" | "reviewed" | "lapses" | "lapsed" | "lifted" | "replaced";

export interface Stage {
  name: StageName;
  at: string;
  /** Until when a review has kept it. */
  until?: string;
  isPast: boolean;
}

export interface Dated {
  stages: { issued_at: string; notice_at: string; deadline_at: string };
  replyUntil: string;
  reviews: readonly { at: string; until: string }[];
  /** When it lapses unless it is reviewed. */
  reviewBy: string;
  /** What ended it, if something has. */
  ended: { name: "lifted" | "replaced" | "lapsed"; at: string } | null;
}

/** What would have come after its end is left out. */
export function listStages({ stages, replyUntil, reviews, reviewBy, ended }: Dated, now: number): Stage[] {
  const dated: Omit<Stage, "isPast">[] = [
    { name: "issued", at: stages.issued_at },
    { name: "notice", at: stages.notice_at },
    { name: "reply", at: replyUntil },
    { name: "deadline", at: stages.deadline_at },
    ...reviews.map(({ at, until }) => ({ name: "reviewed" as const, at, until })),
  ];
  const end: Omit<Stage, "isPast"> = ended ?? { name: "lapses", at: reviewBy };
  const before = dated.filter(({ at }) => !ended || Date.parse(at) < Date.parse(ended.at));
  const sorted = [...before].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return [...sorted, end].map((one) => ({ ...one, isPast: Date.parse(one.at) <= now }));
}
