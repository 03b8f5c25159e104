/** What the first bytes of a file say that it is. */
export type FileKind = 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif' | 'bmp' | 'pdf' | 'zip' | 'gzip' | 'html' | 'unknown'

/** So many bytes from the start suffice. */
export const HEADER_BYTES = 64

const SIGNATURES: readonly (readonly [FileKind, (bytes: Uint8Array, text: string) => boolean])[] = [
  ['jpeg', (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff],
  ['png', (_, t) => t.startsWith('\u0089PNG\r\n\u001A\n')],
  ['webp', (_, t) => t.startsWith('RIFF') && t.slice(8, 12) === 'WEBP'],
  ['tiff', (_, t) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(t.slice(0, 4))],
  ['gif', (_, t) => t.startsWith('GIF8')],
  ['bmp', (b, t) => t.startsWith('BM') && b.length >= 26],
  ['pdf', (_, t) => t.startsWith('%PDF-')],
  ['zip', (_, t) => t.startsWith('PK\u0003\u0004')],
  ['gzip', (b) => b[0] === 0x1f && b[1] === 0x8b],
  // What a web server or a portal answers instead of a picture.
  ['html', (_, t) => /^\s*<(!doctype|html|\?xml)/i.test(t)],
]

export function fileKind(header: Uint8Array): FileKind {
  const text = Buffer.from(header.subarray(0, HEADER_BYTES)).toString('latin1')
  return SIGNATURES.find(([, matches]) => matches(header, text))?.[0] ?? 'unknown'
}

const KINDS: Readonly<Record<string, FileKind>> = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.png': 'png',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.gif': 'gif',
  '.bmp': 'bmp',
}

/** What a name's ending says of an image; undefined for what is no image. */
export function kindOfName(key: string): FileKind | undefined {
  const ending = /\.[^./]+$/.exec(key)?.[0]?.toLowerCase()
  return ending === undefined ? undefined : KINDS[ending]
}
