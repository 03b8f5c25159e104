import { escapeXml } from '../../../core/escape-xml.ts'
import { visible } from './visible.ts'

/** Text that is HTML or SVG already. Made by {@link markup} alone, so that nothing unescaped gets into a page. */
export class Markup {
  readonly text: string
  private constructor(text: string) {
    this.text = text
  }

  /** For text that this program wrote itself, such as a style sheet: never for anything that was read. */
  static trusted(text: string): Markup {
    return new Markup(text)
  }
}

type Part = string | number | Markup | undefined | readonly Part[]

/** A template whose values are escaped unless they are markup themselves; undefined leaves nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return Markup.trusted(
    strings.reduce((text, string, k) => text + string + (k < values.length ? render(values[k]) : ''), ''),
  )
}

function render(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map(render).join('')
  return escapeXml(visible(String(part)))
}
