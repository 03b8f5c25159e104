import { internalError } from '../../../core/errors.ts'

/** For each state, the states that may follow and what causes each change. A state without successors is final. */
export type Transitions<State extends string> = Readonly<Record<State, Partial<Readonly<Record<State, string>>>>>

export interface StateMachine<State extends string> {
  /** @throws internal error when the change is not declared */
  check(resource: string, from: State, to: State): void
  isFinal(state: State): boolean
}

export function stateMachine<State extends string>(kind: string, table: Transitions<State>): StateMachine<State> {
  return {
    check: (resource, from, to) => {
      if (table[from][to] === undefined) throw internalError(`${kind} ${resource} cannot go from ${from} to ${to}`)
    },
    isFinal: (state) => Object.keys(table[state]).length === 0,
  }
}
