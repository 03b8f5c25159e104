import { callArguments, codeOnly, type Span } from './source-text.ts'

/** One small mistake: the source with `span` replaced. */
export interface Mutation extends Span {
  readonly what: string
  readonly replacement: string
}

const SWAPPED_CALLS: Readonly<Record<string, string>> = {
  add: 'sub',
  sub: 'add',
  mul: 'div',
  div: 'mul',
  min: 'max',
  max: 'min',
  greater: 'greaterOrEqual',
  greaterOrEqual: 'greater',
  exp: 'sigmoid',
  sqrt: 'square',
  square: 'sqrt',
  reduceSum: 'reduceMax',
  reduceMax: 'reduceSum',
  logSoftmax: 'softmax',
  softmax: 'logSoftmax',
}

/** Pairs with a like signature; a swapped operator of the file format is a wrong lowering. */
const SWAPPED_OPERATORS: Readonly<Record<string, string>> = {
  Add: 'Sub',
  Sub: 'Add',
  Mul: 'Div',
  Div: 'Mul',
  Max: 'Min',
  Min: 'Max',
  Greater: 'GreaterOrEqual',
  GreaterOrEqual: 'Greater',
  Equal: 'Greater',
  Exp: 'Sqrt',
  Sqrt: 'Exp',
  Sigmoid: 'Tanh',
  Softplus: 'Relu',
  Softmax: 'LogSoftmax',
  LogSoftmax: 'Softmax',
  ReduceSum: 'ReduceMean',
  ReduceMean: 'ReduceSum',
  ReduceMax: 'ReduceMin',
  ArgMax: 'ArgMin',
  AveragePool: 'MaxPool',
  Reciprocal: 'Neg',
  Log: 'Exp',
  Atan: 'Tan',
  Neg: 'Identity',
}

const SWAPPED_SIGNS: Readonly<Record<string, string>> = {
  ' + ': ' - ',
  ' - ': ' + ',
  ' * ': ' / ',
  ' / ': ' * ',
  ' === ': ' !== ',
  ' !== ': ' === ',
  ' > ': ' >= ',
  ' < ': ' <= ',
  ' >= ': ' > ',
  ' <= ': ' < ',
  ' && ': ' || ',
  ' || ': ' && ',
  ' >> ': ' << ',
  true: 'false',
  false: 'true',
}

/** Every mistake of the kinds below that the source has room for, in the order of their place. */
export function mutationsOf(source: string): Mutation[] {
  const code = codeOnly(source)
  const found = [...calls(source, code), ...signs(code), ...numbers(code), ...operators(source)]
  const seen = new Set<string>()
  return found
    .filter(({ start, end, replacement }) => {
      const key = `${start}-${end}-${replacement}`
      return source.slice(start, end) !== replacement && !seen.has(key) && seen.add(key)
    })
    .toSorted((a, b) => a.start - b.start)
}

/** Applies a mutation. */
export function mutate(source: string, { start, end, replacement }: Mutation): string {
  return source.slice(0, start) + replacement + source.slice(end)
}

/** `op.sub(a, b)` becomes another operation, one of its operands, or `op.sub(b, a)`. */
function calls(source: string, code: string): Mutation[] {
  return Array.from(code.matchAll(/\bop\.([a-zA-Z]+)\(/g)).flatMap((match) => {
    const [whole, name] = match as unknown as [string, string]
    const start = match.index
    const { parts, end } = callArguments(code, start + whole.length - 1)
    const text = ({ start: from, end: to }: Span): string => source.slice(from, to).trim()
    const made: Mutation[] = []
    const swapped = SWAPPED_CALLS[name]
    const nameEnd = start + 3 + name.length
    const [a, b] = parts
    // A product with -1 and a quotient by it are the same.
    const isSame = /^(?:mul|div)$/.test(name) && b !== undefined && text(b) === '-1'
    if (swapped && !isSame) {
      made.push({ start: start + 3, end: nameEnd, replacement: swapped, what: `${name} → ${swapped}` })
    }
    if (a && b && parts.length === 2 && /^(?:add|sub|mul|div|min|max)$/.test(name)) {
      made.push({ start, end, replacement: text(a), what: `${name} loses its second operand` })
      made.push({ start, end, replacement: text(b), what: `${name} loses its first operand` })
    }
    if (a && b && parts.length === 2 && /^(?:sub|div|greater|greaterOrEqual|matMul)$/.test(name)) {
      made.push({
        start,
        end,
        replacement: `op.${name}(${text(b)}, ${text(a)})`,
        what: `${name} with operands swapped`,
      })
    }
    if (a && /^(?:stopGradient|sqrt|square|toFloat|exp)$/.test(name)) {
      made.push({ start, end, replacement: text(a), what: `without ${name}` })
    }
    return made
  })
}

function signs(code: string): Mutation[] {
  return Object.entries(SWAPPED_SIGNS).flatMap(([from, to]) => {
    const pattern =
      /\w/.test(from) && !from.includes(' ') ? new RegExp(`\\b${from}\\b`, 'g') : new RegExp(escape(from), 'g')
    return Array.from(code.matchAll(pattern), ({ index }) => ({
      start: index,
      end: index + from.length,
      replacement: to,
      what: `${from.trim()} → ${to.trim()}`,
    }))
  })
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Each number becomes one more, and a negative one also loses its sign. */
function numbers(code: string): Mutation[] {
  return Array.from(code.matchAll(/(?<![\w.$])(-?)(\d[\d_]*\.?\d*(?:e-?\d+)?)(?![\w.])/g)).flatMap((match) => {
    const [text, sign, digits] = match as unknown as [string, string, string]
    const value = Number(text.replaceAll('_', ''))
    const end = match.index + text.length
    const other = String(Math.abs(value) < 1e-3 && value !== 0 ? value * 1e5 : value + 1)
    const made: Mutation[] = [{ start: match.index, end, replacement: other, what: `${text} → ${other}` }]
    if (sign) made.push({ start: match.index, end, replacement: digits, what: `${text} → ${digits}` })
    return made
  })
}

function operators(source: string): Mutation[] {
  return Array.from(codeOnly(source, { strings: true }).matchAll(/'([A-Z][A-Za-z]+)'/g)).flatMap((match) => {
    const [whole, name] = match as unknown as [string, string]
    const replacement = SWAPPED_OPERATORS[name]
    if (replacement === undefined) return []
    const start = match.index + 1
    return [{ start, end: start + whole.length - 2, replacement, what: `${name} → ${replacement}` }]
  })
}
