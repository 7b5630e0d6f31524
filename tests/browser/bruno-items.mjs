/** The requests of a Bruno collection, from all its folders. */
export function itemsOf({ items }) {
  return items.flatMap((item) => (item.type === "folder" ? itemsOf(item) : [item]));
}
