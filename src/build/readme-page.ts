/**
 * README.md as the page of the extension: in VS Code's Extensions view and in a marketplace it stands alone. There a relative link
 * leads nowhere, and a picture shows only as an https or data URL; the latter needs no network.
 */

/** Bytes of a file that the text names, by its path relative to the text. */
export type ReadAsset = (path: string) => Uint8Array;

/** Puts pictures into the text itself, and makes plain text of links to files. */
export function readmePage(text: string, read: ReadAsset): string {
  return text.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, isImage: string, title: string, link: string) => {
    if (/^(\w+:|#)/.test(link)) return whole;
    if (isImage === '') return title;
    if (!link.endsWith('.png')) throw new Error(`README.md: ${link} is no PNG. Marketplaces show no SVG; convert it.`);
    return `![${title}](data:image/png;base64,${Buffer.from(read(link)).toString('base64')})`;
  });
}

/** The pictures that {@link readmePage} puts into the text: nothing else needs their files. */
export const picturesOf = (text: string): string[] =>
  [...text.matchAll(/!\[[^\]]*\]\(([^)\s:]+)\)/g)].map(([, link = '']) => link);
