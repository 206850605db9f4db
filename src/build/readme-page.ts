/**
 * README.md as the page of the extension, in VS Code's Extensions view and in a marketplace. It stands alone there: a relative link
 * leads nowhere, and of pictures VS Code shows only those with an http or https URL. So links to files become plain text, and
 * pictures are left out; the one that is text stays.
 */
export const readmePage = (text: string): string =>
  text
    .replace(/^!\[[^\]]*\]\((?!\w+:)[^)\s]+\)\n+/gm, '')
    .replace(/\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, title: string, link: string) =>
      /^(\w+:|#)/.test(link) ? whole : title,
    );
