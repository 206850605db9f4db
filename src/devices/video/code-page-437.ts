/** The characters of a PC's text screen, code page 437 with its pictures below 32. */

const PICTURES = ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼';
const UPPER =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ';

/** The character of a byte. */
export const characterOf = (byte: number): string => {
  if (byte < 0x20) return PICTURES[byte] ?? ' ';
  if (byte === 0x7f) return '⌂';
  return byte < 0x7f ? String.fromCharCode(byte) : (UPPER[byte - 0x80] ?? ' ');
};
