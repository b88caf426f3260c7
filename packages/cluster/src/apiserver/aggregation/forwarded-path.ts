/**
 * A path as Go writes it again once it has taken it apart: what was escaped without need isn't any more. None when it isn't well
 * escaped: two servers that read it each in their own way would judge one thing and do another.
 */
export function forwardedPath(path: string): string | undefined {
  if (/^[A-Za-z0-9\-_.~$&+,/:;=@]*$/.test(path)) return path;
  let text: string;
  try {
    text = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  return encodeURIComponent(text)
    .replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A query in the order of its names, with its question mark; nothing when there is none. */
export function forwardedQuery(query: URLSearchParams): string {
  if (!query.size) return '';
  const sorted = new URLSearchParams(query);
  sorted.sort();
  return `?${sorted.toString()}`;
}
