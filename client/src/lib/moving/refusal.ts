import { t } from "../i18n/i18n.svelte";

/** Whether these words say that nothing can be changed because the account is moving: then a link shows how far it is. */
export const isOfMove = (words: string): boolean => words.includes(t("abroadRefusal.account-moving"));
