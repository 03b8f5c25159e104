const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

/** Text made safe for element content and attributes; control characters that XML 1.0 forbids are dropped. */
export function escapeXml(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- these are the characters XML forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
      .replace(/[&<>"\r]/g, (character) => ESCAPES[character] as string)
  )
}

/** One element with text, or nothing at all when the value is undefined. */
export function element(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeXml(String(value))}</${name}>`
}

export const XML_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A parsed element; namespaces and attributes are dropped, as no input of ours depends on them. */
export interface XmlNode {
  readonly name: string
  readonly children: readonly XmlNode[]
  /** Text of the element itself, entities resolved. */
  readonly text: string
}

const MAX_DEPTH = 32

/**
 * Parses the small XML documents that S3 clients send. No DTD, no external entities, bounded depth.
 *
 * @returns undefined when the text is not well formed
 */
export function parseXml(source: string): XmlNode | undefined {
  if (/<!DOCTYPE|<!ENTITY/i.test(source)) return undefined
  const token = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s/>]+)([^>]*?)(\/?)>|([^<]+)/g
  interface Open {
    name: string
    children: XmlNode[]
    text: string
  }
  const root: Open = { name: '', children: [], text: '' }
  const stack: Open[] = [root]
  let position = 0
  for (const match of source.matchAll(token)) {
    if (match.index !== position) return undefined
    position += match[0].length
    const top = stack.at(-1) as Open
    const [, cdata, closing, name, , selfClosing, text] = match
    if (cdata !== undefined) top.text += cdata
    else if (text !== undefined) top.text += unescapeXml(text)
    else if (name !== undefined) {
      const local = name.slice(name.indexOf(':') + 1)
      if (closing === '/') {
        if (stack.length === 1 || top.name !== local) return undefined
        stack.pop()
        ;(stack.at(-1) as Open).children.push(top)
      } else if (selfClosing === '/') top.children.push({ name: local, children: [], text: '' })
      else {
        if (stack.length > MAX_DEPTH) return undefined
        stack.push({ name: local, children: [], text: '' })
      }
    }
  }
  return position === source.length && stack.length === 1 && root.children.length === 1 ? root.children[0] : undefined
}

export function child(node: XmlNode, name: string): XmlNode | undefined {
  return node.children.find((inner) => inner.name === name)
}

export function childText(node: XmlNode, name: string): string | undefined {
  return child(node, name)?.text
}

export function childrenNamed(node: XmlNode, name: string): XmlNode[] {
  return node.children.filter((inner) => inner.name === name)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|amp|lt|gt|quot|apos);/g, (_all, entity: string) => {
    if (!entity.startsWith('#')) return ENTITIES[entity] as string
    const point = entity[1] === 'x' ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1))
    return point <= 0x10ffff ? String.fromCodePoint(point) : ''
  })
}
