import type { Condition, Expression, PipelineDefinition, Step } from './definition.ts'
import { parseReference, referencesIn } from './reference.ts'

/** One step with what must come before it. */
export interface StepNode {
  readonly step: Step
  /** The condition step and branch that it lies in, if any. */
  readonly branch: { readonly condition: string; readonly outcome: boolean } | undefined
  /** Steps that must have succeeded: named in `DependsOn` or referred to. The enclosing condition is not among them. */
  readonly needs: ReadonlySet<string>
}

/** Every step by name, those in branches included. */
export type StepGraph = ReadonlyMap<string, StepNode>

export function stepGraph(definition: PipelineDefinition): StepGraph {
  const graph = new Map<string, StepNode>()
  const add = (steps: readonly Step[], branch: StepNode['branch']): void => {
    for (const step of steps) {
      graph.set(step.Name, { step, branch, needs: needsOf(step) })
      add(step.Branches?.if ?? [], { condition: step.Name, outcome: true })
      add(step.Branches?.else ?? [], { condition: step.Name, outcome: false })
    }
  }
  add(definition.Steps, undefined)
  return graph
}

/** Texts of all references that a step itself makes; those of its branches are theirs. */
export function stepReferences(step: Step): string[] {
  return [...referencesIn(step.Arguments), ...(step.Branches?.conditions ?? []).flatMap(conditionReferences)]
}

function needsOf(step: Step): Set<string> {
  const referred = stepReferences(step).flatMap((text) => {
    const reference = parseReference(text)
    return reference?.kind === 'step' || reference?.kind === 'property-file' ? [reference.step] : []
  })
  return new Set([...step.DependsOn, ...referred])
}

function conditionReferences(condition: Condition): string[] {
  switch (condition.Type) {
    case 'Not':
      return conditionReferences(condition.Condition)
    case 'And':
    case 'Or':
      return condition.Conditions.flatMap(conditionReferences)
    case 'In':
    case 'NotIn':
      return [condition.QueryValue, ...condition.Values].flatMap((value: Expression) => referencesIn(value))
    case 'Equals':
    case 'NotEquals':
    case 'GreaterThan':
    case 'GreaterThanOrEqualTo':
    case 'LessThan':
    case 'LessThanOrEqualTo':
      return [condition.LeftValue, condition.RightValue].flatMap((value) => referencesIn(value))
  }
}

/** The names along one cycle, or undefined when there is none. */
export function findCycle(graph: StepGraph): string[] | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (name: string): string[] | undefined => {
    if (done.has(name)) return undefined
    const at = path.indexOf(name)
    if (at >= 0) return [...path.slice(at), name]
    const node = graph.get(name)
    if (!node) return undefined
    path.push(name)
    for (const before of [...node.needs, ...(node.branch ? [node.branch.condition] : [])]) {
      const cycle = visit(before)
      if (cycle) return cycle
    }
    path.pop()
    done.add(name)
    return undefined
  }
  for (const name of graph.keys()) {
    const cycle = visit(name)
    if (cycle) return cycle
  }
  return undefined
}
