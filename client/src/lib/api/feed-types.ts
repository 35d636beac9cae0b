/** The shapes of the feed: clips on it, why they are there, and how a person sets it. */
import type { Person, Video, You } from "./types";

export type Reason =
  | "alike"
  | "creator"
  | "tag"
  | "sound"
  | "following"
  | "popular"
  | "language"
  | "fresh"
  | "explore"
  | "newest"
  | "seen_before";
export type FeedMode = "for-you" | "following" | "plain";
/** What a feed can be opened with each time. */
export type OpenMode = Exclude<FeedMode, "following">;

export type WhySource =
  | "neighbours"
  | "factors" | "trend"
  | "following"
  | "popular"
  | "affinity"
  | "content"
  | "explore"
  | "newest"
  | "seen_before";
export type WhyKind =
  | "watched"
  | "liked"
  | "shared"
  | "content"
  | "creator"
  | "tag"
  | "sound"
  | "language"
  | "popular"
  | "fresh"
  | "following"
  | "explore";

/** One thing that speaks for a clip; `share` is how much of the whole, from 0 to 1. */
export interface WhyPart {
  kind: WhyKind;
  video_id?: string | null;
  handle?: string | null;
  tag?: string | null;
  share: number;
}

/** Why a clip was chosen. `explored`: to see whether people like it. */
export interface Why {
  source: WhySource;
  explored: boolean;
  parts: WhyPart[];
}

export interface FeedItem {
  impression_id: string | null;
  video: Video;
  reason: Reason | null;
  why?: Why | null;
  you: You;
}

export type LessKind = "creator" | "tag" | "sound";

export interface LessOf {
  kind: LessKind;
  value: string;
  handle?: string | null;
}

/** How one's feed is set. `profiled_why`: whether it learns from what one watches, and if not, why. */
export interface FeedSettings {
  mode: OpenMode;
  profiled: boolean;
  profiled_why: "learns" | "plain" | "under-age";
  learns_since: string | null;
  languages: string[];
  topics: string[];
  hidden_words: string[];
  hidden_tags: string[];
  less: LessOf[];
}

export type FeedEdit = Partial<Pick<FeedSettings, "mode" | "languages" | "topics" | "hidden_words" | "hidden_tags">>;

export interface FeedReset {
  learns_since: string;
  clips_seen: number;
  choices_removed: number;
}

/** Somebody whom one has blocked or muted. */
export interface Shunned extends Person {
  at: string;
}

/** What the feed goes by, as it is in force. */
export interface FeedParameters {
  model: { id: string; made_at: string } | null;
  weights: { head: string; weight: number }[];
  sources: { source: string; share: number }[];
  rules: { rule: string; value: number | string }[];
  exploration: { least: number; most: number };
}

export interface WatchEvent {
  impression_id?: string;
  video_id: string;
  kind: "view" | "like" | "comment" | "share" | "follow" | "not_interested" | "report";
  watched_ms: number;
  /** How often the clip began again after its end. */
  replays?: number;
  ended?: "skipped" | "finished" | "left";
  at: string;
}
