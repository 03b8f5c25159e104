/** Longest packet that is read, in characters: cameras write a few thousand. */
const MAX_CHARACTERS = 1 << 20
/** Properties kept; more is not a camera's packet. */
const MAX_PROPERTIES = 4096
const MAX_DEPTH = 64

/**
 * The properties of an XMP packet as texts, whether written as attributes or as elements, by name with prefix:
 * `drone-dji:RelativeAltitude`. One inside another property bears both names:
 * `drone-skydio:CameraOrientationNED/drone-skydio:Pitch`. The first of equal names counts.
 *
 * Reads tags one after the other instead of parsing XML, because drones write packets that are not well-formed (a prefix
 * without namespace, an attribute twice) and a strict parser would lose all of them. It knows no entities but the five of
 * XML and opens nothing.
 */
export function readXmp(packet: string): Map<string, string> {
  const properties = new Map<string, string>()
  const open: string[] = []
  const put = (name: string, value: string): void => {
    const own = open.filter(isProperty)
    const full = [...own, ...(own.at(-1) === name ? [] : [name])].join('/')
    if (!properties.has(full) && properties.size < MAX_PROPERTIES) properties.set(full, decode(value.trim()))
  }
  const end = Math.min(packet.length, MAX_CHARACTERS)
  for (let at = packet.indexOf('<'); at >= 0 && at < end; at = packet.indexOf('<', at + 1)) {
    const close = packet.indexOf('>', at)
    if (close < 0) break
    const tag = packet.slice(at + 1, close)
    if (tag.startsWith('?') || tag.startsWith('!')) continue
    if (tag.startsWith('/')) {
      open.pop()
      continue
    }
    const name = /^[\w:.-]{1,80}/.exec(tag)?.[0]
    if (name === undefined) continue
    const selfClosing = tag.endsWith('/')
    if (open.length >= MAX_DEPTH) break
    open.push(name)
    for (const [, key, double, single] of tag.matchAll(/([\w:.-]{1,80})\s{0,8}=\s{0,8}(?:"([^"<]*)"|'([^'<]*)')/g)) {
      if (isProperty(key!)) put(key!, double ?? single ?? '')
    }
    if (selfClosing) open.pop()
    else if (isProperty(name)) {
      const next = packet.indexOf('<', close)
      const text = packet.slice(close + 1, next < 0 ? end : next)
      if (text.trim() !== '') put(name, text)
    }
  }
  return properties
}

/** Not the scaffolding: `rdf:`, `x:`, namespaces, and names without prefix. */
function isProperty(name: string): boolean {
  return name.includes(':') && !/^(?:rdf|x|xml|xmlns):/.test(name)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!)
}
