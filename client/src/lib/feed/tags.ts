const TAG = /(?<![\p{L}\p{M}\p{N}_&])[#＃]([\p{L}\p{M}\p{N}_]+)/gu;
/** A number alone is no hashtag: "#1". */
const NAMED = /[^\p{N}_]/u;

/** The hashtags of a caption, each once, as they are compared: without the sign, folded. */
export function tagsIn(caption: string): string[] {
  const found = Array.from(caption.matchAll(TAG), ([, tag = ""]) => tag.normalize("NFKC").toLowerCase());
  return [...new Set(found.filter((tag) => NAMED.test(tag)))];
}
