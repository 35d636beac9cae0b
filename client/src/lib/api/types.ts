/** The shapes the server answers with, as the contract names them. Times are ISO 8601 in UTC. */

export interface Person {
  handle: string;
  display_name: string;
  avatar: string | null;
  realm: string;
}

export interface Me extends Person {
  id: string;
  bio: string;
  country: string;
  region: string | null;
  locale: string;
  created_at: string;
}

export interface Profile extends Person {
  bio: string;
  counts: { followers: number; following: number; videos: number; likes: number };
  you: { follows: boolean; is_you: boolean };
}

export interface ProblemDetail {
  type: string;
  title: string;
  status: number;
  detail: string;
}

export interface Rendition {
  url: string;
  width: number;
  height: number;
  codec: string;
  bitrate: number;
  bytes: number;
}

export interface You {
  liked: boolean;
  follows_author: boolean;
  is_author: boolean;
}

export interface Video {
  id: string;
  state: "processing" | "published" | "failed" | "removed";
  stage: "received" | "probing" | "transcoding" | "published" | "failed";
  problem?: ProblemDetail | null;
  caption: string;
  visibility: "public" | "private";
  allow_comments: boolean;
  author: Person;
  created_at: string;
  published_at: string | null;
  duration_ms: number | null;
  width: number | null;
  height: number | null;
  poster: string | null;
  /** base64 ThumbHash */
  placeholder: string | null;
  /** smallest first */
  renditions: Rendition[];
  counts: { views: number; likes: number; comments: number; shares: number };
}

export type VideoAndYou = Video & { you: You };

export type Reason = "fresh" | "popular" | "watched_through" | "following" | "newest" | "seen_before";
export type FeedMode = "for-you" | "following" | "plain";

export interface FeedItem {
  impression_id: string | null;
  video: Video;
  reason: Reason | null;
  you: You;
}

export interface Comment {
  id: string;
  author: Person;
  text: string;
  created_at: string;
  you: { is_author: boolean; may_delete: boolean };
}

export interface Notification {
  id: string;
  kind: "like" | "comment" | "follow";
  actor: Person;
  video_id?: string | null;
  poster?: string | null;
  text?: string | null;
  at: string;
  read: boolean;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Limits {
  upload: { max_bytes: number; max_duration_s: number };
  caption: { max_chars: number };
  comment: { max_chars: number };
}

export interface Country {
  code: string;
  minimum_age: number;
  regions: { code: string; minimum_age: number }[];
}

export interface WatchEvent {
  impression_id?: string;
  video_id: string;
  kind: "view" | "share";
  watched_ms: number;
  at: string;
}
