/** What stands before the pixels of a JPEG file. */
export interface JpegSegments {
  readonly width: number
  readonly height: number
  /** Bits of one channel. */
  readonly bits: number
  /** 1 grey, 3 colour, 4 printing colours. */
  readonly components: number
  /** From the byte order mark on. */
  readonly exif: Uint8Array | undefined
  /** The packet, XML. */
  readonly xmp: Uint8Array | undefined
  /** Start and end of what decoding does not need: application segments but JFIF's and Adobe's, and comments. */
  readonly needless: readonly (readonly [start: number, end: number])[]
}

const SOI = 0xd8
const SOS = 0xda
const APP0 = 0xe0
const APP14 = 0xee
const APP15 = 0xef
const COMMENT = 0xfe
const EXIF = Buffer.from('Exif\0\0', 'latin1')
const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1')

/**
 * Walks over a JPEG file's segments up to its pixels. Decoders parse EXIF with all its maker notes each time they open a
 * file, which for a small photograph takes as long as a good part of its pixels.
 *
 * @returns undefined for what is no JPEG or an unusual one: let the decoder judge
 * @source ITU-T T.81 annex B; EXIF 3.0 section 4.5.4; XMP specification part 3, section 1.1.3
 */
export function jpegSegments(bytes: Uint8Array): JpegSegments | undefined {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== SOI) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const needless: [number, number][] = []
  let exif: Uint8Array | undefined
  let xmp: Uint8Array | undefined
  let frame: Pick<JpegSegments, 'width' | 'height' | 'bits' | 'components'> | undefined
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1]!
    const end = at + 2 + view.getUint16(at + 2)
    if (bytes[at] !== 0xff || marker < 0xc0 || marker === 0xff || end < at + 4 || end > bytes.length) return undefined
    if (marker === SOS) return frame && { ...frame, exif, xmp, needless }
    const content = bytes.subarray(at + 4, end)
    if (isFrame(marker)) {
      if (frame || content.length < 6) return undefined
      frame = {
        bits: content[0]!,
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
        components: content[5]!,
      }
      if (frame.width === 0 || frame.height === 0) return undefined
    } else if (marker === COMMENT || (marker > APP0 && marker <= APP15 && marker !== APP14)) {
      needless.push([at, end])
      if (startsWith(content, EXIF)) exif ??= content.subarray(EXIF.length)
      else if (startsWith(content, XMP)) xmp ??= content.subarray(XMP.length)
    }
    at = end
  }
  return undefined
}

/** The file without what decoding does not need; the file itself when it is no usual JPEG in grey or colour. */
export function leanJpeg(bytes: Uint8Array): Uint8Array {
  const segments = jpegSegments(bytes)
  // The colour profile decides what printing colours look like.
  if (!segments || segments.components > 3 || segments.needless.length === 0) return bytes
  const starts = [0, ...segments.needless.map(([, end]) => end)]
  const ends = [...segments.needless.map(([start]) => start), bytes.length]
  return Buffer.concat(starts.map((start, i) => bytes.subarray(start, ends[i])))
}

/** SOF0 to SOF15, among which are three markers of another kind. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return bytes.length >= head.length && head.every((byte, i) => bytes[i] === byte)
}
