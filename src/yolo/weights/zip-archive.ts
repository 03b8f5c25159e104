import { crc32 } from 'node:zlib'
import { SkyloopError } from '../../core/errors.ts'

/** A zip file's members, all of them stored without compression. */
export interface ZipArchive {
  readonly names: readonly string[]
  /** @throws SkyloopError `yolo.zip` when there is no such member, or it is cut off or damaged */
  read(name: string): Uint8Array
}

interface Member {
  readonly headerAt: number
  readonly sizeBytes: number
  readonly crc: number
}

const END_RECORD = 0x06054b50
const DIRECTORY_RECORD = 0x02014b50
const LOCAL_HEADER = 0x04034b50
const END_BYTES = 22
const MAX_COMMENT_BYTES = 0xffff
const ENCRYPTED = 1
const STORED = 0

/**
 * Reads the directory of a zip file. Nothing is unpacked: members are stored as they are, so the archive cannot grow
 * beyond the file's size, and each member is a view of the file whose CRC-32 is checked when it is read.
 *
 * Refused by name: compressed, encrypted, split and zip64 archives, none of which PyTorch writes for a model of this size.
 *
 * @param source name of the file for messages
 * @throws SkyloopError `yolo.zip`
 * @source PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16
 */
export function openZip(file: Uint8Array, source: string): ZipArchive {
  const wrong = (what: string): SkyloopError =>
    new SkyloopError({ code: 'yolo.zip', message: `${source} is not a readable zip file: ${what}` })
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const members = readDirectory(view, findEnd(view, wrong), wrong)
  return {
    names: [...members.keys()],
    read(name) {
      const member = members.get(name)
      if (!member) throw wrong(`it has no member "${name}"`)
      const { headerAt, sizeBytes, crc } = member
      if (headerAt + 30 > file.byteLength || view.getUint32(headerAt, true) !== LOCAL_HEADER) {
        throw wrong(`"${name}" is not where the directory says`)
      }
      const start = headerAt + 30 + view.getUint16(headerAt + 26, true) + view.getUint16(headerAt + 28, true)
      if (start + sizeBytes > file.byteLength) throw wrong(`"${name}" ends beyond the file; it may be cut off`)
      const bytes = file.subarray(start, start + sizeBytes)
      if (crc32(bytes) !== crc) throw wrong(`"${name}" is damaged: its CRC-32 is not the one written with it`)
      return bytes
    },
  }
}

/** The end record is the last thing in the file but for a comment of at most 64 KiB. */
function findEnd(view: DataView, wrong: (what: string) => SkyloopError): number {
  const last = view.byteLength - END_BYTES
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT_BYTES; at--) {
    if (view.getUint32(at, true) === END_RECORD && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength) {
      return at
    }
  }
  throw wrong('its directory, which stands at the end, is missing; it may be cut off')
}

function readDirectory(view: DataView, end: number, wrong: (what: string) => SkyloopError): Map<string, Member> {
  const count = view.getUint16(end + 10, true)
  const sizeBytes = view.getUint32(end + 12, true)
  const start = view.getUint32(end + 16, true)
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    throw wrong('it is split over several files')
  }
  if (count === 0xffff || sizeBytes === 0xffffffff || start === 0xffffffff) {
    throw wrong('it is a zip64 archive (over 4 GiB or 65,534 members), which is not implemented')
  }
  if (start + sizeBytes > end) throw wrong('its directory lies outside the file')
  const members = new Map<string, Member>()
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY_RECORD) throw wrong(`its directory breaks off at ${at}`)
    const nameBytes = view.getUint16(at + 28, true)
    const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    if (next > end) throw wrong(`its directory breaks off at ${at}`)
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameBytes))
    if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) throw wrong(`"${name}" is encrypted`)
    const method = view.getUint16(at + 10, true)
    const packedBytes = view.getUint32(at + 20, true)
    const memberBytes = view.getUint32(at + 24, true)
    if (method !== STORED || packedBytes !== memberBytes) {
      throw wrong(`"${name}" is compressed (method ${method}); PyTorch stores members as they are`)
    }
    if (members.has(name)) throw wrong(`it has two members "${name}"`)
    members.set(name, {
      headerAt: view.getUint32(at + 42, true),
      sizeBytes: memberBytes,
      crc: view.getUint32(at + 16, true),
    })
    at = next
  }
  return members
}
