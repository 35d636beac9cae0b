/** Every call the client makes, one line each, in the order of the contract. */
import { call, callText } from "./request";
import type {
  AccessAsked,
  AccessData,
  AccessRequest,
  AccessTerms,
  Comment,
  Country,
  DataMap,
  Crossings,
  FeedEdit,
  FeedItem,
  FeedMode,
  FeedParameters,
  FeedReset,
  FeedSettings,
  Finding,
  Followed,
  LessKind,
  Limits,
  Me,
  Move,
  Notification,
  OwnEntry,
  Page,
  Passkey,
  RightsRequest,
  SignIn,
  Policies,
  Profile,
  Realm,
  Residence,
  Shunned,
  Transfers,
  Trust,
  Video,
  VideoAndYou,
} from "./types";

const seg = encodeURIComponent;
const query = (values: Record<string, string | number | null | undefined>): string => {
  const kept = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return kept.length ? `?${new URLSearchParams(kept.map(([key, value]) => [key, String(value)]))}` : "";
};

export interface SignUp {
  handle: string;
  password: string;
  birth_date: string;
  country: string;
  region?: string;
  locale: string;
}

export interface NewVideo {
  upload_id: string;
  caption: string;
  visibility: "public" | "private";
  allow_comments: boolean;
  /** 0: for everybody. */
  age_limit: 0 | 18;
  cover_at_ms?: number;
}

export interface NewMove {
  to: string;
  /** `to` again, once the person was told what goes there. */
  told: string;
  password: string;
  country: string;
  region?: string;
  handle?: string;
}

export const api = {
  limits: () => call<Limits>("/limits"),
  countries: () => call<{ items: Country[] }>("/countries"),
  realms: () => call<{ realm: string; public_key: string | null; items: Realm[] }>("/realms"),

  signUp: (json: SignUp) => call<{ id: string; handle: string; realm: string }>("/accounts", { method: "POST", json }),
  signIn: (json: { handle: string; password: string }) => call<{ account: Me }>("/session", { method: "POST", json }),
  signInOptions: () => call<PublicKeyCredentialRequestOptionsJSON>("/session/passkey/options", { method: "POST" }),
  signInByPasskey: (credential: unknown) => call<{ account: Me }>("/session/passkey", { method: "POST", json: { credential } }),
  signOut: () => call<void>("/session", { method: "DELETE" }),
  signOutEverywhere: () => call<void>("/sessions", { method: "DELETE" }),

  me: () => call<Me>("/me"),
  changeMe: (json: Partial<Pick<Me, "display_name" | "bio" | "locale">>) => call<Me>("/me", { method: "PATCH", json }),
  putAvatar: (body: Blob) => call<Me>("/me/avatar", { method: "PUT", body }),
  deleteAvatar: () => call<Me>("/me/avatar", { method: "DELETE" }),
  changePassword: (json: { current: string; new: string }) => call<void>("/me/password", { method: "POST", json }),

  sessions: () => call<{ items: SignIn[] }>("/me/sessions"),
  signOutThere: (id: string) => call<void>(`/me/sessions/${seg(id)}`, { method: "DELETE" }),
  rights: () => call<{ items: RightsRequest[] }>("/me/rights"),
  askForArchive: () => call<RightsRequest>("/me/rights", { method: "POST", json: { right: "access" } }),
  askForErasure: (password: string) => call<RightsRequest>("/me/rights", { method: "POST", json: { right: "erasure", password } }),
  callOff: (id: string) => call<void>(`/me/rights/${seg(id)}`, { method: "DELETE" }),
  passkeys: () => call<Passkey[]>("/me/passkeys"),
  passkeyOptions: (password: string) => call<PublicKeyCredentialCreationOptionsJSON>("/me/passkeys/options", { method: "POST", json: { password } }),
  addPasskey: (name: string, credential: unknown) => call<Passkey>("/me/passkeys", { method: "POST", json: { name, credential } }),
  removePasskey: (id: string) => call<void>(`/me/passkeys/${seg(id)}`, { method: "DELETE" }),

  residence: () => call<Residence>("/me/residence"),
  move: () => call<Move>("/me/move"),
  askToMove: (json: NewMove) => call<Move>("/me/move", { method: "POST", json }),
  callOffMove: () => call<Move>("/me/move", { method: "DELETE" }),

  post: (json: NewVideo) => call<{ id: string; state: Video["state"] }>("/videos", { method: "POST", json }),
  /** `home`: the realm of a clip of another realm, where it is asked for. */
  video: (id: string, home: string | null = null) => call<VideoAndYou>(`/videos/${seg(id)}${query({ home })}`),
  changeVideo: (id: string, json: Partial<Pick<NewVideo, "caption" | "visibility" | "allow_comments" | "age_limit">>) =>
    call<VideoAndYou>(`/videos/${seg(id)}`, { method: "PATCH", json }),
  deleteVideo: (id: string) => call<void>(`/videos/${seg(id)}`, { method: "DELETE" }),

  profile: (handle: string) => call<Profile>(`/accounts/${seg(handle)}`),
  videosOf: (handle: string, cursor?: string | null) =>
    call<Page<Video>>(`/accounts/${seg(handle)}/videos${query({ cursor, limit: 24 })}`),
  /** `told`: the other realm that word of it goes to, once the person was told so; likewise for a comment. */
  follow: (handle: string, yes: boolean, told?: string) =>
    call<Followed>(`/accounts/${seg(handle)}/follow${query({ told })}`, { method: yes ? "PUT" : "DELETE" }),
  like: (id: string, yes: boolean) =>
    call<{ liked: boolean; likes: number }>(`/videos/${seg(id)}/like`, { method: yes ? "PUT" : "DELETE" }),

  block: (handle: string, yes: boolean) =>
    call<{ blocked: boolean }>(`/accounts/${seg(handle)}/block`, { method: yes ? "PUT" : "DELETE" }),
  /** Whether one has blocked them oneself: their page is not there then. */
  ownBlock: (handle: string) => call<{ blocked: boolean }>(`/accounts/${seg(handle)}/block`),
  mute: (handle: string, yes: boolean) =>
    call<{ muted: boolean }>(`/accounts/${seg(handle)}/mute`, { method: yes ? "PUT" : "DELETE" }),
  blocked: (cursor?: string | null) => call<Page<Shunned>>(`/me/blocked${query({ cursor })}`),
  muted: (cursor?: string | null) => call<Page<Shunned>>(`/me/muted${query({ cursor })}`),

  comments: (id: string, cursor?: string | null, signal?: AbortSignal) =>
    call<Page<Comment> & { total: number }>(`/videos/${seg(id)}/comments${query({ cursor, limit: 30 })}`, signal ? { signal } : {}),
  comment: (id: string, text: string, told?: string) =>
    call<Comment>(`/videos/${seg(id)}/comments`, { method: "POST", json: { text, told } }),
  deleteComment: (id: string, comment: string) =>
    call<void>(`/videos/${seg(id)}/comments/${seg(comment)}`, { method: "DELETE" }),

  feed: (mode: FeedMode, cursor: string | null) => call<Page<FeedItem>>(`/feed${query({ limit: 10, cursor, mode })}`),
  feedParameters: () => call<FeedParameters>("/feed/parameters"),
  ownFeed: () => call<FeedSettings>("/me/feed"),
  changeFeed: (json: FeedEdit) => call<FeedSettings>("/me/feed", { method: "PATCH", json }),
  /** `value`: a handle (`ana`, `ana@eu`), a hashtag without its sign, or a sound. */
  seeLess: (kind: LessKind, value: string, yes: boolean) =>
    call<void>(`/me/feed/less/${kind}/${seg(value)}`, { method: yes ? "PUT" : "DELETE" }),
  resetFeed: (json: { choices: boolean }) => call<FeedReset>("/me/feed/reset", { method: "POST", json }),
  notifications: (cursor?: string | null) =>
    call<Page<Notification> & { unread: number }>(`/notifications${query({ cursor })}`),
  readNotifications: () => call<void>("/notifications/read", { method: "POST" }),

  trust: () => call<Trust>("/trust"),
  dataMap: () => call<DataMap>("/data-map"),
  crossings: (days: number) => call<Crossings>(`/trust/crossings${query({ days })}`),
  policies: () => call<Policies>("/trust/policies"),
  transfers: (day: string) => call<Transfers>(`/transfers${query({ day })}`),
  ownEntries: (cursor?: string | null, limit = 20) =>
    call<Page<OwnEntry> & { size: number }>(`/me/ledger${query({ cursor, limit })}`),
  ownKey: () => call<{ key: string; account_id: string }>("/me/ledger/key"),
  /** The text of a `.tlog-proof`. */
  proof: (entry: string) => callText(`/me/ledger/${seg(entry)}/proof`),

  accessTerms: () => call<AccessTerms>("/access/terms"),
  accessRequests: (cursor?: string | null) =>
    call<Page<AccessRequest> & { overdue: number }>(`/access/requests${query({ cursor, limit: 30 })}`),
  askForAccess: (json: AccessAsked) => call<AccessRequest>("/access/requests", { method: "POST", json }),
  breakGlass: (json: AccessAsked) => call<AccessRequest>("/access/break-glass", { method: "POST", json }),
  moveAccess: (id: string, move: "approve" | "refuse" | "open" | "end") =>
    call<AccessRequest>(`/access/requests/${seg(id)}/${move}`, { method: "POST" }),
  reviewAccess: (id: string, finding: Finding) =>
    call<AccessRequest>(`/access/requests/${seg(id)}/review`, { method: "POST", json: { finding } }),
  readAccess: (id: string, collection: string) =>
    call<AccessData>(`/access/requests/${seg(id)}/data/${seg(collection)}`),
};
