import { useEffect, useRef } from "preact/hooks";

/** The head of a screen. Takes the focus, so that a keyboard or a screen reader starts there. */
export function Heading({ text, note }: { text: string; note?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    document.title = text;
  }, [text]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {text} {note !== undefined && <small>{note}</small>}
    </h1>
  );
}
