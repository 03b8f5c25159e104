/** Which texts a setting takes. */
export type SettingRule =
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number; readonly multipleOf?: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'switch' }
  /** One of the words, or a list of numbers of at least 0 with commas between. */
  | { readonly kind: 'weights'; readonly words: readonly string[] }

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['1', true],
  ['off', false],
  ['false', false],
  ['0', false],
])

/** The value that a text stands for; undefined when the rule does not allow it. */
export function readSetting(rule: SettingRule, text: string): string | number | boolean | undefined {
  switch (rule.kind) {
    case 'choice':
      return rule.of.includes(text) ? text : undefined
    case 'switch':
      return SWITCH.get(text.toLowerCase())
    case 'weights':
      return rule.words.includes(text) || readWeightList(text) ? text : undefined
    case 'integer':
    case 'number': {
      const value = text === '' ? NaN : Number(text)
      const fits =
        value >= rule.min &&
        value <= rule.max &&
        (rule.kind === 'number' || Number.isInteger(value)) &&
        (rule.multipleOf === undefined || value % rule.multipleOf === 0)
      return fits ? value : undefined
    }
  }
}

/** What a rule allows, as the end of a sentence; it also fills the table of hyperparameters. */
export function describeRule(rule: SettingRule): string {
  switch (rule.kind) {
    case 'choice':
      return `one of ${rule.of.join(', ')}`
    case 'switch':
      return 'on or off'
    case 'weights':
      return `${rule.words.join(', ')} or a list of numbers such as 1,2.5,1`
    case 'integer':
    case 'number': {
      const step = rule.multipleOf === undefined ? '' : `, a multiple of ${rule.multipleOf}`
      return `${rule.kind === 'integer' ? 'a whole number' : 'a number'} from ${rule.min} to ${rule.max}${step}`
    }
  }
}

/** Numbers of a list such as `1,2.5,1`; undefined when it is none or one is negative. */
export function readWeightList(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  return parts.every((value) => Number.isFinite(value) && value >= 0) ? parts : undefined
}
