// Compiles only if the helper and the control interface agree. `control` is made of control.yaml.
import type { components, operations } from "./control";
import type { Fault, Filter, JournalEntry } from "./ringme-mock";

type Schemas = components["schemas"];
type Wish = Omit<Schemas["Fault"], "id" | "seen" | "applied">;
type Query = NonNullable<operations["readJournal"]["parameters"]["query"]>;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Inner<T, K extends keyof T> = keyof NonNullable<T[K]>;

export const faults: Same<keyof Fault, keyof Wish> = true;
export const answers: Same<Inner<Fault, "answer">, Inner<Wish, "answer">> = true;
export const matches: Same<Inner<Fault, "match">, Inner<Wish, "match">> = true;
export const delays: Same<Fault["delay"], Wish["delay"]> = true;
export const connections: Same<Fault["connection"], Wish["connection"]> = true;
export const filters: Same<Filter, Query> = true;

type Simple = "method" | "path" | "operation" | "login" | "status" | "reason";
export const entries: Same<Pick<JournalEntry, Simple>, Pick<Schemas["JournalEntry"], Simple>> = true;
export const others = (key: keyof JournalEntry): keyof Schemas["JournalEntry"] => key;
