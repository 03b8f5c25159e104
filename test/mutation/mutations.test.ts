import { describe, expect, test } from 'vitest'
import { mutate, mutationsOf } from './mutations.ts'

const mutants = (source: string): string[] => mutationsOf(source).map((mutation) => mutate(source, mutation))

describe('small mistakes', () => {
  test('swap an operation, drop an operand, turn operands round', () => {
    expect(mutants('op.sub(a, f(b, c))')).toEqual(['a', 'f(b, c)', 'op.sub(f(b, c), a)', 'op.add(a, f(b, c))'])
  })

  test('change numbers and signs', () => {
    expect(mutants('const y = x * -2')).toEqual(['const y = x / -2', 'const y = x * -1', 'const y = x * 2'])
    expect(mutants('const EPSILON = 1e-9')).toEqual(['const EPSILON = 0.0001'])
  })

  test('swap operators of the file format, and nothing else in strings', () => {
    expect(mutants("writer.node('Mul', ['a + b'])")).toEqual(["writer.node('Div', ['a + b'])"])
  })

  test('leave comments, imports and types alone', () => {
    const source = "import a from 'a'\n// 1 + 2\n/** x > 3 */\ninterface A {\n  b: 1 | 2\n}\n\nf(a)\n"
    expect(mutants(source)).toEqual([])
  })
})
