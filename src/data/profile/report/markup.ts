import { escapeXml } from '../../../core/escape-xml.ts'

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

/** Controls and marks that turn the direction of writing could make a name look like another; they are shown as codes. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' ? '\n' : `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}
