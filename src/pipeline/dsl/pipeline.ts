import type { Step } from '../steps/step.ts'
import type { Parameter } from './parameter.ts'

/** A pipeline as a value; {@link compilePipeline} turns it into its definition. */
export interface Pipeline {
  /** 1 to 256 of letters, digits and inner hyphens. */
  readonly name: string
  readonly displayName?: string
  readonly description?: string
  readonly parameters: readonly Parameter[]
  /** Top-level steps; the order is for readers, references and `dependsOn` decide. */
  readonly steps: readonly Step[]
  readonly metadata?: Readonly<Record<string, string>>
  /** Steps that may run at once. @default unlimited */
  readonly maxParallelSteps?: number
}
