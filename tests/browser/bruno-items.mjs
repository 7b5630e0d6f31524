/** The requests of a collection of Bruno, out of all its folders. */
export function itemsOf({ items }) {
  return items.flatMap((item) => (item.type === "folder" ? itemsOf(item) : [item]));
}
